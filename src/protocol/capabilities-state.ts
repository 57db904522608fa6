import type { AgentId } from "./ids.ts";

export interface CapabilitiesState {
  readonly skills: readonly string[];
  /** Languages, tools and resources at hand; what a task needs is a skill or one of these. */
  readonly tags: readonly string[];
  readonly load: number;
  readonly capacity: number;
  /** Milliseconds. */
  readonly until: number | undefined;
}

/**
 * What an agent says of its skills for others to read, each entry as in the record: the id of a skill, a
 * space, and its name, its description, or its tags. No rule reads it, so it lies in a shard of its own.
 */
export interface CardState {
  readonly names: readonly string[];
  readonly texts: readonly string[];
  readonly tags: readonly string[];
}

/** A member that has declared a skill or a tag, and until when (milliseconds). */
export interface AbleState {
  readonly agent: AgentId;
  readonly until: number | undefined;
}

/** What became of an agent's attempts at tasks that need a skill, over all time. */
export interface SkillRecord {
  /** Finished, whether reviewed or not. */
  readonly done: number;
  /** Of these, what a review accepted or rejected. */
  readonly accepted: number;
  readonly rejected: number;
  readonly failed: number;
  /** Taken over by another after the lease was over. */
  readonly lapsed: number;
}

export interface DeedsState {
  /** Log time of its last claim, ending, broadcast or joining, in milliseconds. */
  readonly last: number;
  /** By skill; under `*` what it did whatever the skill. See rules/deeds.ts. */
  readonly skills: Readonly<Record<string, SkillRecord>>;
}
