import type { Socket } from "node:net";

/**
 * Calls `take` with each whole line that comes over a socket. `tooLong` when a line grows beyond
 * `maxBytes`: nothing more is taken then.
 */
export function readFrames(
  socket: Socket,
  maxBytes: number,
  take: (line: string) => void,
  tooLong: () => void,
): { readonly pending: () => number } {
  let parts: Buffer[] = [];
  let held = 0;
  let over = false;
  socket.on("data", (chunk: Buffer) => {
    let rest = chunk;
    while (!over) {
      const end = rest.indexOf(0x0a);
      const piece = end < 0 ? rest : rest.subarray(0, end);
      held += piece.length;
      if (held > maxBytes) {
        over = true;
        parts = [];
        held = 0;
        tooLong();
        return;
      }
      if (piece.length > 0) parts.push(piece);
      if (end < 0) return;
      const line = (parts.length === 1 ? parts[0]! : Buffer.concat(parts)).toString("utf8");
      parts = [];
      held = 0;
      take(line);
      rest = rest.subarray(end + 1);
    }
  });
  return { pending: () => held };
}
