import { PassThrough } from "node:stream";
import type { Socket } from "node:net";
import fc from "fast-check";
import { expect, test } from "vitest";
import { readFrames } from "../../src/open/frames.ts";
import { runs } from "../support/scale.ts";

/** Reads chunks as they come over a socket; what was taken, and whether a line was too long. */
function read(chunks: readonly Uint8Array[], maxBytes = 1_000) {
  const socket = new PassThrough();
  const lines: string[] = [];
  let tooLong = 0;
  const { pending } = readFrames(
    socket as unknown as Socket,
    maxBytes,
    (line) => lines.push(line),
    () => (tooLong += 1),
  );
  for (const chunk of chunks) socket.emit("data", Buffer.from(chunk));
  return { lines, tooLong, pending: pending() };
}

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

test("lines come whole, however they were cut on their way", () => {
  fc.assert(
    fc.property(
      fc.array(fc.string({ unit: "grapheme" }).map((text) => text.replaceAll("\n", " "))),
      fc.array(fc.nat(200)),
      (lines, cuts) => {
        const whole = bytes(lines.map((line) => `${line}\n`).join(""));
        const places = [0, ...cuts.filter((cut) => cut < whole.length), whole.length];
        places.sort((a, b) => a - b);
        const chunks = places.slice(1).map((to, at) => whole.subarray(places[at], to));
        expect(read(chunks, 100_000)).toEqual({ lines, tooLong: 0, pending: 0 });
      },
    ),
    runs(200),
  );
});

test("half a line is waited for", () => {
  expect(read([bytes('{"a":1}\n{"b"')])).toEqual({ lines: ['{"a":1}'], tooLong: 0, pending: 4 });
});

test("a line of as many bytes as are allowed is taken, one with a byte more is told of once", () => {
  expect(read([bytes(`${"x".repeat(1_000)}\n`)])).toMatchObject({ tooLong: 0, pending: 0 });
  const over = [
    bytes("x".repeat(600)),
    bytes("x".repeat(401)),
    bytes('x\n{"a":1}\n'),
    bytes("y\n"),
  ];
  expect(read(over)).toEqual({ lines: [], tooLong: 1, pending: 0 });
});

test("what came before a line that is too long is taken", () => {
  expect(read([bytes(`one\n${"x".repeat(2_000)}\ntwo\n`)])).toMatchObject({
    lines: ["one"],
    tooLong: 1,
  });
});

test("a line of ten megabytes in small pieces takes no time that grows with its square", () => {
  const piece = new Uint8Array(1_024).fill(0x78);
  const chunks = Array.from({ length: 10_240 }, () => piece);
  const from = performance.now();
  const { lines } = read([...chunks, bytes("\n")], 20 * 1_024 * 1_024);
  expect(lines[0]).toHaveLength(10_240 * 1_024);
  expect(performance.now() - from).toBeLessThan(2_000);
});
