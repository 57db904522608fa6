import type { Words } from "./explain.ts";

/** The words for a union of faults: an entry for each code, typed by that code's own facts. */
export type Table<F extends { readonly code: string }> = {
  readonly [One in F as One["code"]]: (fault: One) => Words;
};

/** What the table says of a fault. */
export function speak<F extends { readonly code: string }>(table: Table<F>, fault: F): Words {
  const entry = table[fault.code as keyof Table<F>] as (fault: F) => Words;
  return entry(fault);
}
