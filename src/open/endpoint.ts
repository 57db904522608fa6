/** Where the daemon of a clone listens, and who may come there: the user whose clone it is. */
import { createHash } from "node:crypto";
import { chmodSync, existsSync, lstatSync, mkdirSync, realpathSync } from "node:fs";
import { dirname, join } from "node:path";
import { moundFolder } from "../git/clone.ts";

/** The path of a socket has at most 103 bytes on macOS and 107 on Linux. */
const SOCKET_PATH_BYTES = 103;
/** Not TMPDIR: a service and an agent in a sandbox have different ones, and are to meet. */
const SHORT_FOLDER = "/tmp";

/**
 * A socket in the git directory, in a folder of mode 0700. Where its path would be too long for a
 * socket, in such a folder of the user's among the temporary files; on Windows, a named pipe.
 */
export function endpointOf(
  commonDir: string,
  platform: NodeJS.Platform = process.platform,
): string {
  const own = join(moundFolder(commonDir), "daemon", "socket");
  if (platform !== "win32" && Buffer.byteLength(own) <= SOCKET_PATH_BYTES) return own;
  // By whichever way the clone was reached, it is the same one.
  const name = createHash("sha256").update(realpathSync(commonDir)).digest("hex").slice(0, 24);
  if (platform === "win32") return `\\\\.\\pipe\\mound-${name}`;
  return join(SHORT_FOLDER, `mound-${process.getuid?.() ?? 0}`, name);
}

/**
 * Whether a daemon may listen there. A socket in a folder of somebody else is none: who answered there
 * could claim to have done what was never done.
 */
export function hasEndpoint(
  endpoint: string,
  platform: NodeJS.Platform = process.platform,
): boolean {
  return platform === "win32" || (existsSync(endpoint) && isOwnFolder(dirname(endpoint)));
}

/**
 * Makes the folder of the endpoint, for this user alone. Throws where somebody else has made it: in a
 * folder that all may write to, that is an attack or a mistake.
 */
export function prepareEndpoint(
  endpoint: string,
  platform: NodeJS.Platform = process.platform,
): void {
  if (platform === "win32") return;
  const folder = dirname(endpoint);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  if (!isOwnFolder(folder)) throw new Error(`${folder} belongs to another user`);
  chmodSync(folder, 0o700);
}

function isOwnFolder(path: string): boolean {
  const found = lstatSync(path, { throwIfNoEntry: false });
  return found !== undefined && found.isDirectory() && found.uid === process.getuid?.();
}
