import { existsSync } from "node:fs";
import type { RemoteFault } from "../app/ports.ts";
import { localPath } from "./remote-url.ts";

const SHA256 =
  /mismatched algorithms|does not support this repository's hash algorithm|unknown object format/;
const REFUSED = [
  /Authentication failed/i,
  /could not read (Username|Password)/,
  /terminal prompts disabled/,
  /Permission denied/i,
  /access denied/i,
  /Host key verification failed/,
  /returned error: (401|403|407|429)/,
  /HTTP (401|403|407|413)/,
  /dubious ownership/,
];
const UNREACHABLE = [
  /Could not resolve host/i,
  /Name or service not known|nodename nor servname|Temporary failure in name resolution/,
  /Failed to connect|Couldn't connect/i,
  /ssh: connect to host/,
  /Connection (refused|timed out|reset)/,
  /No route to host|Network is unreachable/,
  /kex_exchange_identification/,
  /returned error: (404|408|410|5\d\d)/,
  /repository '.*' not found/i,
  /Repository not found/i,
  /unable to access '/,
];
const NO_REPOSITORY = [
  /does not appear to be a git repository/,
  /not valid: is this a git repository\?/,
  /git-http-push failed/,
  /protocol error|bad line length|invalid server response|expected (flush|service|ref)/i,
];
/** git says it while it waits for the list of refs: nothing was sent yet. */
const NO_CONTACT = /Could not read from remote repository|hung up upon initial contact/;

/**
 * What git's words say of a remote that was never brought to work: it gave no list of refs, or one
 * that cannot be used. undefined where they do not say so, and something may have been sent.
 */
export function contactFault(url: string, stderr: string): RemoteFault | undefined {
  // What the server's side says of itself is shown, but not believed.
  const lines = stderr.split("\n").filter((line) => !line.startsWith("remote:"));
  const text = lines.join("\n");
  const says = (patterns: readonly RegExp[]): boolean =>
    patterns.some((pattern) => pattern.test(text));
  const detail = lines
    .map((line) => line.trim())
    .filter((line) => line !== "")
    .join("; ");
  if (SHA256.test(text)) {
    return {
      code: "remote-garbage",
      url,
      detail: "the origin names objects by sha256; Mound needs sha1",
    };
  }
  if (says(REFUSED)) return { code: "remote-refused", url, detail };
  if (says(UNREACHABLE)) return { code: "remote-unreachable", url, detail };
  if (says(NO_REPOSITORY)) {
    const path = localPath(url);
    const missing = path !== undefined && !existsSync(path);
    return { code: missing ? "remote-unreachable" : "remote-garbage", url, detail };
  }
  return NO_CONTACT.test(text) ? { code: "remote-unreachable", url, detail } : undefined;
}

const LOCAL =
  /No space left on device|Read-only file system|insufficient permission for adding an object|unable to write/;

/** Whether the fault lies in the clone: a full disk says nothing about the remote. */
export function isLocalFailure(stderr: string): boolean {
  return stderr.split("\n").some((line) => !line.startsWith("remote:") && LOCAL.test(line));
}

/** What a fetch that failed says of the remote; what is not understood is garbage. */
export function fetchFault(url: string, stderr: string, timedOut: boolean): RemoteFault {
  if (timedOut) return { code: "remote-unreachable", url, detail: "no answer in time" };
  const contact = contactFault(url, stderr);
  if (contact !== undefined) return contact;
  const detail = stderr.trim();
  const cut = /hung up|early EOF|unexpected disconnect|RPC failed|Connection reset/.test(detail);
  return { code: cut ? "remote-unreachable" : "remote-garbage", url, detail };
}
