/** The door of a repository in memory: its objects, and what its judge has kept. */
import type { DoorMove } from "../../src/app/door.ts";
import { judgeMove, type DoorAnswer } from "../../src/app/door.ts";
import type { DoorObjects } from "../../src/app/door-commit.ts";
import { stateAt, type DoorStates } from "../../src/app/door-state.ts";
import type { GitObject, Verifier } from "../../src/app/ports.ts";
import { createVerifier } from "../../src/keys/verifier.ts";
import { memoryHistory } from "../../src/memory/history.ts";
import { linksOf } from "../../src/memory/graph.ts";
import type { VirtualClock } from "../../src/memory/clock.ts";
import type { Oid } from "../../src/protocol/ids.ts";
import { shardOf } from "../../src/protocol/shards.ts";
import type { Key, Value } from "../../src/protocol/state.ts";

export interface MemoryDoor {
  readonly objects: Map<Oid, GitObject>;
  /** By commit: the whole state there. */
  readonly kept: Map<Oid, ReadonlyMap<Key, Value>>;
  /** How many commits were folded to catch up, in all. */
  caughtUp: number;
  /** Objects whose contents were given. */
  readonly read: Set<Oid>;
  readonly port: DoorObjects;
  push(move: Partial<DoorMove>): Promise<DoorAnswer>;
  /** The state that a push on this commit is judged on. */
  stateAt(tip: Oid): Promise<ReadonlyMap<Key, Value>>;
}

/** `objects`: those of the origin, and whatever a push has brought. */
export function memoryDoor(
  objects: Map<Oid, GitObject>,
  clock: VirtualClock,
  verifier: Verifier = createVerifier(),
): MemoryDoor {
  const history = memoryHistory(objects);
  const door: MemoryDoor = {
    objects,
    kept: new Map(),
    caughtUp: 0,
    read: new Set(),
    get port() {
      return memoryDoorObjects(door);
    },
    push: (move) => {
      const all = { ref: "refs/heads/main", old: undefined, next: undefined, ...move };
      return judgeMove(ports, all);
    },
    stateAt: async (tip) => {
      const state = await stateAt(ports, tip);
      await state.load("all");
      return new Map(state.entries());
    },
  };
  const states = memoryStates(door);
  const ports = {
    objects: door.port,
    states,
    history,
    verifier,
    clock,
    inTime: () => undefined,
    progress: (folded: number) => void (door.caughtUp = folded),
  };
  return door;
}

function memoryDoorObjects(door: MemoryDoor): DoorObjects {
  const { objects } = door;
  return {
    async read(oids, maxBytes) {
      return oids.map((oid) => {
        const found = objects.get(oid);
        if (found === undefined) throw new Error(`${oid} is missing`);
        const size = found.bytes.length;
        if (size > maxBytes) return { type: found.type, size, bytes: undefined };
        door.read.add(oid);
        return { type: found.type, size, bytes: found.bytes };
      });
    },
    async lineage(old, next) {
      const line: Oid[] = [];
      for (let at: Oid | undefined = next; at !== old; [at] = linksOf(objects, at).parents) {
        if (at === undefined) return undefined;
        line.push(at);
      }
      return line.toReversed();
    },
    close: () => undefined,
  };
}

/** Every state is kept whole. */
export function memoryStates({ kept }: Pick<MemoryDoor, "kept">): DoorStates {
  return {
    async openAt(tip) {
      const state = kept.get(tip);
      if (state === undefined) return undefined;
      return {
        tip,
        async load(shards) {
          if (state.has("damage" as Key)) throw new Error("damaged");
          const wanted = shards === undefined ? undefined : new Set(shards);
          return [...state].filter(([key]) => wanted?.has(shardOf(key)) ?? true);
        },
        advance: async () => [],
        close: async () => undefined,
      };
    },
    tips: async () => [...kept.keys()].toReversed(),
    async keep(from, tip, delta) {
      const state = new Map<Key, Value>(from === undefined ? [] : kept.get(from));
      for (const [key, value] of delta) {
        if (value === undefined) state.delete(key);
        else state.set(key, value);
      }
      kept.set(tip, state);
    },
    discard: async () => kept.clear(),
  };
}
