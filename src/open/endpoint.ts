/** Where the daemon of a clone listens, and who may come there: the user whose clone it is. */
import { createHash } from "node:crypto";
import { chmodSync, lstatSync, mkdirSync } from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { dirname, join } from "node:path";
import { moundFolder } from "../git/clone.ts";

/** The path of a socket has at most 103 bytes on macOS and 107 on Linux. */
const SOCKET_PATH_BYTES = 103;

/**
 * A socket in the git directory, in a folder of mode 0700. Where its path would be too long for a
 * socket, in such a folder of the user's among the temporary files; on Windows, a named pipe.
 */
export function endpointOf(
  commonDir: string,
  platform: NodeJS.Platform = process.platform,
): string {
  const own = join(moundFolder(commonDir), "daemon", "socket");
  const name = createHash("sha256").update(commonDir).digest("hex").slice(0, 24);
  if (platform === "win32") return `\\\\.\\pipe\\mound-${name}`;
  if (Buffer.byteLength(own) <= SOCKET_PATH_BYTES) return own;
  return join(tmpdir(), `mound-${userInfo().uid}`, name);
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
  const found = lstatSync(folder);
  if (!found.isDirectory() || found.uid !== userInfo().uid)
    throw new Error(`${folder} belongs to another user`);
  chmodSync(folder, 0o700);
}
