/**
 * Checks and facts as few flat buffers, which move between threads without being copied: 25,000
 * objects each way would cost more than they save.
 */
import type { SignatureCheck } from "../app/ports.ts";
import type { PublicKey } from "../protocol/ids.ts";
import type { SignatureFact } from "../protocol/signature.ts";

/** `uint32` pairs of lengths, one for each check, before the payloads and armors themselves. */
export interface PackedChecks {
  readonly lengths: Uint32Array<ArrayBuffer>;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** Three numbers for each fact: index of the key plus one (0: none), index of the namespace, valid. */
export interface PackedFacts {
  readonly keys: readonly PublicKey[];
  readonly namespaces: readonly string[];
  readonly rows: Uint32Array<ArrayBuffer>;
}

export function packChecks(checks: readonly SignatureCheck[]): PackedChecks {
  const lengths = new Uint32Array(2 * checks.length);
  let total = 0;
  for (const [index, { payload, armor }] of checks.entries()) {
    lengths[2 * index] = payload.length;
    lengths[2 * index + 1] = Buffer.byteLength(armor);
    total += payload.length + Buffer.byteLength(armor);
  }
  const bytes = new Uint8Array(total);
  const text = Buffer.from(bytes.buffer);
  let at = 0;
  for (const { payload, armor } of checks) {
    bytes.set(payload, at);
    at += payload.length;
    at += text.write(armor, at);
  }
  return { lengths, bytes };
}

export function unpackChecks({ lengths, bytes }: PackedChecks): SignatureCheck[] {
  const text = Buffer.from(bytes.buffer);
  const checks: SignatureCheck[] = [];
  let at = 0;
  for (let index = 0; index < lengths.length; index += 2) {
    const middle = at + (lengths[index] ?? 0);
    const end = middle + (lengths[index + 1] ?? 0);
    checks.push({ payload: bytes.subarray(at, middle), armor: text.toString("utf8", middle, end) });
    at = end;
  }
  return checks;
}

export function packFacts(facts: readonly SignatureFact[]): PackedFacts {
  const keys = new Map<PublicKey, number>();
  const namespaces = new Map<string, number>();
  const rows = new Uint32Array(3 * facts.length);
  for (const [index, { key, namespace, valid }] of facts.entries()) {
    rows[3 * index] = key === undefined ? 0 : number(keys, key) + 1;
    rows[3 * index + 1] = number(namespaces, namespace);
    rows[3 * index + 2] = valid ? 1 : 0;
  }
  return { keys: [...keys.keys()], namespaces: [...namespaces.keys()], rows };
}

export function unpackFacts({ keys, namespaces, rows }: PackedFacts): SignatureFact[] {
  const facts: SignatureFact[] = [];
  for (let index = 0; index < rows.length; index += 3) {
    facts.push({
      key: keys[(rows[index] ?? 0) - 1],
      namespace: namespaces[rows[index + 1] ?? 0] ?? "",
      valid: rows[index + 2] === 1,
    });
  }
  return facts;
}

function number<T>(table: Map<T, number>, value: T): number {
  const known = table.get(value);
  if (known !== undefined) return known;
  table.set(value, table.size);
  return table.size - 1;
}
