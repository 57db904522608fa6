/** Pushes as no client of git's would: any objects, in any number, and nothing is checked before. */
import { spawn } from "node:child_process";
import type { GitObject } from "../../../src/app/ports.ts";
import { encodePack } from "../../../src/git/pack.ts";
import type { Oid } from "../../../src/protocol/ids.ts";

export interface RawPush {
  readonly ref: string;
  /** What the server is told is there; undefined: nothing is. */
  readonly old: Oid | undefined;
  /** undefined: the ref is to be deleted. */
  readonly next: Oid | undefined;
  readonly objects: readonly GitObject[];
}

export interface RawAnswer {
  readonly taken: boolean;
  /** What the server says of the pack and of the ref. */
  readonly report: string;
  /** What a terminal would be sent, before any client makes it safe. */
  readonly said: string;
}

const NOTHING = "0".repeat(40);
/** gitprotocol-pack: the bands of what a server answers. */
const REPORT = 1;
const TALK = 2;

/** The server's side of a push, by stock git. */
export async function pushRaw(
  gitDir: string,
  { ref, old = NOTHING as Oid, next = NOTHING as Oid, objects }: RawPush,
  environment: NodeJS.ProcessEnv,
): Promise<RawAnswer> {
  const server = spawn("git", ["receive-pack", gitDir], { env: environment });
  const out: Buffer[] = [];
  server.stdout.on("data", (bytes: Buffer) => out.push(bytes));
  let said = "";
  server.stderr.on("data", (bytes: Buffer) => (said += bytes.toString()));
  // It may end before it has read all.
  server.stdin.on("error", () => undefined);
  const ended = new Promise<void>((resolve, reject) => {
    server.on("error", reject);
    server.on("close", () => resolve());
  });
  const asked = `${old} ${next} ${ref}\0 report-status side-band-64k`;
  server.stdin.write(`${(asked.length + 4).toString(16).padStart(4, "0")}${asked}0000`);
  server.stdin.end(next === NOTHING ? "" : encodePack(objects).bytes);
  await ended;
  const bands = bandsOf(Buffer.concat(out));
  const report = bands(REPORT).toString();
  return { taken: /^.{4}ok /m.test(report), report, said: bands(TALK).toString() + said };
}

/** What came in each band, after the list of refs that the server begins with. */
function bandsOf(bytes: Buffer): (band: number) => Buffer {
  let flushed = false;
  const lines: Buffer[] = [];
  for (let at = 0; at + 4 <= bytes.length;) {
    const length = Number.parseInt(bytes.toString("latin1", at, at + 4), 16);
    if (flushed && length > 4) lines.push(bytes.subarray(at + 4, at + length));
    flushed ||= length === 0;
    at += Math.max(4, length);
  }
  return (band) =>
    Buffer.concat(lines.filter((line) => line[0] === band).map((line) => line.subarray(1)));
}
