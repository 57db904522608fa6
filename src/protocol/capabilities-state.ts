export interface CapabilitiesState {
  readonly skills: readonly string[];
  readonly load: number;
  readonly capacity: number;
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
  /** By skill; under `*` what it did whatever the skill. */
  readonly skills: Readonly<Record<string, SkillRecord>>;
}
