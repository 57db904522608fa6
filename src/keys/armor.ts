/**
 * The armor of OpenSSH: base64 in lines of 70 characters between two marks, ending in a newline.
 * `label` is what stands in the marks: `SSH SIGNATURE`, `OPENSSH PRIVATE KEY`.
 */
export function armor(label: string, bytes: Uint8Array): string {
  const base64 = view(bytes).toString("base64");
  let text = `-----BEGIN ${label}-----\n`;
  for (let at = 0; at < base64.length; at += LINE) text += `${base64.slice(at, at + LINE)}\n`;
  return `${text}-----END ${label}-----\n`;
}

/** The bytes, if `text` is spelled exactly as `armor` spells them; else undefined. */
export function unarmor(label: string, text: string): Uint8Array | undefined {
  const bytes = unarmorLoosely(label, text);
  return bytes !== undefined && armor(label, bytes) === text ? bytes : undefined;
}

/** The same for files that people move about: any wrapping, CRLF, space around. */
export function unarmorLoosely(label: string, text: string): Uint8Array | undefined {
  const trimmed = text.trim();
  const begin = `-----BEGIN ${label}-----`;
  const end = `-----END ${label}-----`;
  if (!trimmed.startsWith(begin) || !trimmed.endsWith(end)) return undefined;
  const base64 = trimmed.slice(begin.length, -end.length).replace(/\s+/g, "");
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(base64)) return undefined;
  return Buffer.from(base64, "base64");
}

const LINE = 70;

function view(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
