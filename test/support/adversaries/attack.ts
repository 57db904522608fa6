import type { Oid } from "../../../src/protocol/ids.ts";
import type { Scene } from "./scene.ts";

/** One thing that somebody with push rights may try, and what must be said of it. */
export interface Attack {
  readonly name: string;
  /** The rule that refuses it, and the code of the fault. */
  readonly rule: string;
  readonly code: string;
  /** What the door names, where it looks at something else first: a rule, or the code of a fault. */
  readonly atDoor?: string;
  /**
   * What a reader makes of it: `refused` by the judge unless said. `deferred`: it waits for the clock.
   * `rewritten`: the branch no longer holds what was verified, and is not followed. `unseen`: it is in
   * no list of changes that git makes, so that readers take it, all alike; only the door may refuse it.
   */
  readonly met?: "deferred" | "rewritten" | "unseen";
  /** Whether no legal commit can undo it: it stays a finding until the branch is forced back. */
  readonly lasting?: boolean;
  /** Whether it takes much time or memory, so that it has a size: see MOUND_TEST_SCALE. */
  readonly large?: boolean;
  /** Whether it is another thing right after an attack of which it clears the traces. */
  readonly alone?: boolean;
  /** Writes the objects and answers where the branch is to point; undefined: it is deleted. */
  build(scene: Scene): Promise<Oid | undefined>;
}
