import type { PublicKey } from "../protocol/ids.ts";
import { parsePublicKey } from "./public-key.ts";

/** A key that the user keeps elsewhere: what stands in `<agent>.ref`. */
export type KeyReference =
  /** `path` is absolute. */
  | { readonly kind: "file"; readonly path: string; readonly publicKey: PublicKey }
  | { readonly kind: "ssh-agent"; readonly publicKey: PublicKey };

export function writeReference(reference: KeyReference): string {
  return `${JSON.stringify(reference, undefined, 2)}\n`;
}

/** undefined when the text is not what `writeReference` writes. */
export function readReference(text: string): KeyReference | undefined {
  const { kind, path, publicKey: line } = fields(text);
  const publicKey = typeof line === "string" ? parsePublicKey(line) : undefined;
  if (publicKey === undefined) return undefined;
  if (kind === "ssh-agent") return { kind, publicKey };
  if (kind === "file" && typeof path === "string") return { kind, path, publicKey };
  return undefined;
}

function fields(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}
