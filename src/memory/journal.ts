import type { Journal, JournalEntry } from "../app/ports.ts";
import type { Nonce } from "../protocol/ids.ts";

/** The journals of the processes of one clone: `process` is one of them until it `dies`. */
export interface MemoryJournals {
  process(): Journal & { dies(): void };
}

export function memoryJournals(): MemoryJournals {
  const entries = new Map<Nonce, JournalEntry & { readonly owner: symbol }>();
  const dead = new Set<symbol>();
  return {
    process() {
      const owner = Symbol("process");
      return {
        async begin(begun) {
          for (const entry of begun) entries.set(entry.nonce, { ...entry, owner });
        },
        async end(nonces) {
          for (const nonce of nonces) entries.delete(nonce);
        },
        async leftovers() {
          return [...entries.values()]
            .filter((entry) => dead.has(entry.owner))
            .map(({ owner: _owner, ...entry }) => entry);
        },
        dies: () => void dead.add(owner),
      };
    },
  };
}
