import { readFile } from "node:fs/promises";
import { fingerprint, parsePublicKey } from "../../keys/public-key.ts";
import type { Context } from "../context.ts";
import { UsageError } from "../usage.ts";

/** A fingerprint that was typed, or that of a public key line, or of the file that holds it. */
export async function fingerprintArgument(context: Context, typed: string): Promise<string> {
  if (/^SHA256:[A-Za-z0-9+/]{43}$/.test(typed)) return typed;
  const how = "ssh-keygen -lf KEY.pub";
  if (typed.startsWith("SHA256:"))
    throw new UsageError(`"${typed}" is not a whole fingerprint: SHA256: and 43 characters.`, how);
  const line = /^(sk-)?ssh-/.test(typed)
    ? typed
    : await readFile(context.path(typed), "utf8").catch(() => undefined);
  if (line === undefined)
    throw new UsageError(
      `"${typed}" is neither a fingerprint, nor a public key line, nor a file that can be read.`,
      how,
    );
  const key = parsePublicKey(line);
  if (key === undefined)
    throw new UsageError("That is not an ed25519 public key line (ssh-ed25519 AAAA...).", how);
  return fingerprint(key);
}
