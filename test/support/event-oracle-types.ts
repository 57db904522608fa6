/** What the oracle of events remembers, and what it reads of a record. */
interface Claim {
  readonly agent: string;
  readonly token: number;
  readonly until: number;
}

export interface Life {
  claim: Claim | undefined;
  /** The claim that was there last. */
  last: Claim | undefined;
  deadline: number | undefined;
  attempts: number;
  readonly losers: Set<string>;
  over: boolean;
  after: readonly string[];
  any: readonly string[];
  review: boolean;
  readonly value: number;
  apart: boolean;
  asked: boolean;
  cancelled: boolean;
  done: "no" | "done" | "accepted";
  needs: readonly string[];
}

/** What a member says that it can do, and until when. */
export interface Ability {
  readonly names: readonly string[];
  readonly until: number;
}

/** What a denouncement says; of a vouch the subject and the status. */
export interface Against {
  readonly subject: string;
  readonly proof: string;
  readonly severity?: string;
  readonly status?: string;
}

export interface Fields extends Claim {
  readonly task: string;
  readonly id: string;
  readonly deadline?: number;
  readonly attempts?: number;
  readonly outcome: string;
  readonly verdict: string;
  readonly after?: readonly string[];
  readonly after_any?: readonly string[];
  readonly review?: string;
  readonly reviewer?: string;
  readonly value?: number;
  readonly review_value?: number;
  readonly status?: string;
  readonly needs?: readonly string[];
  readonly skills?: readonly string[];
  readonly tags?: readonly string[];
}

/** Type, task, agent, token. */
export type Words = readonly [string, string?, string?, number?];
