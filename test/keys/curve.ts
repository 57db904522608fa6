/** Points and signatures that no honest signer makes, by noble's arithmetic. */
import { createHash } from "node:crypto";
import { Point } from "@noble/ed25519";

const P = 2n ** 255n - 19n;
export const L = 2n ** 252n + 27742317777372353535851937790883648493n;

export function littleEndian(value: bigint): Uint8Array {
  return new Uint8Array(Buffer.from(value.toString(16).padStart(64, "0"), "hex")).toReversed();
}

export function toNumber(bytes: Uint8Array): bigint {
  return BigInt(`0x${Buffer.from(bytes.toReversed()).toString("hex")}`);
}

/** The eight points whose order divides eight; the first is the identity. */
export function torsionPoints(): Point[] {
  for (let y = 2n; ; y += 1n) {
    const generator = torsionPart(y);
    if (generator === undefined) continue;
    const points = [Point.ZERO];
    for (let last = generator; !last.is0(); last = last.add(generator)) points.push(last);
    if (points.length === 8) return points;
  }
}

/** Every spelling of those points: eight canonical ones, and those with y >= p or a sign on x = 0. */
export function torsionEncodings(): Uint8Array[] {
  const seen = new Map<string, Uint8Array>();
  for (const point of torsionPoints()) {
    const { x, y } = point.toAffine();
    const spellings = y + P < 2n ** 255n ? [y, y + P] : [y];
    const signs = x === 0n ? [0n, 1n] : [x & 1n];
    for (const spelling of spellings) {
      for (const sign of signs) {
        const bytes = littleEndian(spelling + (sign << 255n));
        seen.set(Buffer.from(bytes).toString("hex"), bytes);
      }
    }
  }
  return [...seen.values()];
}

/** Every encoding with y >= p, whether or not it is on the curve. */
export function encodingsAboveP(): Uint8Array[] {
  const encodings: Uint8Array[] = [];
  for (let y = P; y < 2n ** 255n; y += 1n) {
    encodings.push(littleEndian(y), littleEndian(y + (1n << 255n)));
  }
  return encodings;
}

/** S for a given R and A as encoded, by whoever knows r and a: R and A may have a torsion part. */
export function forge(
  r: bigint,
  a: bigint,
  encodedR: Uint8Array,
  encodedA: Uint8Array,
  message: Uint8Array,
): Uint8Array {
  const s = (r + challenge(encodedR, encodedA, message) * a) % L;
  return Uint8Array.from([...encodedR, ...littleEndian(s)]);
}

export function challenge(encodedR: Uint8Array, encodedA: Uint8Array, message: Uint8Array): bigint {
  const digest = createHash("sha512").update(encodedR).update(encodedA).update(message).digest();
  return toNumber(digest) % L;
}

function torsionPart(y: bigint): Point | undefined {
  try {
    const point = Point.fromBytes(littleEndian(y));
    return point.multiply(L - 1n, false).add(point);
  } catch {
    // There is no point with this y.
    return undefined;
  }
}
