/** A text is told by its beginning: the whole is in the record, and in --json. */
const TEXT_SHOWN = 200;

export function shorten(text: string): string {
  return text.length <= TEXT_SHOWN ? text : `${text.slice(0, TEXT_SHOWN)}...`;
}
