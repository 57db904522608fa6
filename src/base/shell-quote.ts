/** One word for a POSIX shell, whatever it has in it: in single quotes. */
export function shellQuote(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

/** What stood between the outer quotes of `shellQuote`. */
export function shellUnquote(inner: string): string {
  return inner.replaceAll(String.raw`'\''`, "'");
}

/** The same word for people to read and type: quoted only where a shell would take it apart. */
export function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : shellQuote(text);
}
