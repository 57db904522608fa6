import type { AgentId, Oid, TaskId } from "./ids.ts";
import type { UnreviewedState } from "./unreviewed-state.ts";

/**
 * What one member's word says of another's deeds, by skill (`*`: whatever the skill): numbers in threes,
 * an epoch, good deeds and bad deeds of it in quarters, in order of epoch. See rules/trust/evidence.ts.
 */
export type Ratings = Readonly<Record<string, readonly number[]>>;

/** By the member that rates. */
export type EvidenceState = Readonly<Record<string, Ratings>>;

/** Bad deeds that nobody need say, such as leases that lapsed: numbers in twos, an epoch and quarters. */
export type ProvenState = readonly number[];

export const LEVELS = ["low", "medium", "high"] as const;
export type Level = (typeof LEVELS)[number];

export interface VouchState {
  /** Of the subject's key, as ssh-keygen prints it: `SHA256:...`. */
  readonly fingerprint: string;
  /** `all`, a skill, or the beginning of skills and `*`. */
  readonly scope: string;
  readonly level: Level;
  readonly at: number;
  /** Milliseconds. */
  readonly until: number;
  readonly reason: string;
}

export interface DenounceState {
  readonly at: number;
  /** The commit that shows it. */
  readonly proof: Oid;
  readonly reason: string;
}

/** What a member has lost its standing by: a share of it in quarters, which comes back with time. */
export interface SlashState {
  readonly at: number;
  readonly quarters: 1 | 2 | 4;
  readonly proof: Oid;
}

/** A refused commit that its own author signed, though no honest program writes such a one. */
export interface CheatState {
  readonly agent: AgentId;
  readonly rule: string;
  /** What a denouncement with this proof takes. */
  readonly quarters: SlashState["quarters"];
  readonly at: number;
  /** Whose vouches counted for the agent then. */
  readonly vouchers: readonly AgentId[];
}

/** Lapses without work done between them, and until when the member takes nothing (milliseconds). */
export interface CoolingState {
  readonly lapses: number;
  readonly until: number;
}

/** What an agent has been granted, has lost, and has locked at the moment; the rest is free. */
export interface CreditState {
  readonly granted: number;
  readonly lost: number;
  readonly locked: number;
  /** The tasks on which it has locked something, and how much. */
  readonly on: Readonly<Record<string, number>>;
}

export interface GrantState {
  readonly to: AgentId;
  readonly amount: number;
  readonly by: AgentId;
  readonly at: number;
}

/** What an agent has locked on a task. */
export interface StakeState {
  readonly amount: number;
  /** `lapse`: only work that is done gives it back any more; see rules/stakes.ts. */
  readonly why: "bid" | "claim" | "lapse";
}

/** All credits of a mound: what was granted is what agents have, and what was forfeited. */
export interface CreditsState {
  readonly granted: number;
  readonly forfeited: number;
}

/** One thing that a commit did to somebody's credits, and what the agent had free and locked after it. */
export interface CreditMove {
  readonly what: "granted" | "locked" | "returned" | "forfeited";
  readonly agent: AgentId;
  /** The task on which they were locked; of a grant, none. */
  readonly task?: TaskId;
  readonly amount: number;
  readonly free: number;
  readonly locked: number;
}

/** What the newest commit that moved credits has moved, in order; `after`: its parent. */
export interface MovesState {
  readonly after: Oid | "";
  readonly moves: readonly CreditMove[];
}

export interface BidState {
  readonly agent: AgentId;
  readonly stake: number;
  /** SHA-256 of what is sealed, in hexadecimal; see SPEC.md. */
  readonly seal: string;
  /** Milliseconds that the bidder expects to need; of a sealed bid from its reveal on. */
  readonly eta: number | undefined;
  /** What the tie is drawn from; from its reveal on. */
  readonly salt: string | undefined;
  readonly at: number;
}

/** Who may take the task, best first; the rest stand by. */
export interface AwardState {
  readonly at: number;
  readonly commit: Oid;
  readonly order: readonly { readonly agent: AgentId; readonly score: number }[];
  /** Everyone else, in order of name, and why; `score` where the bid counted. */
  readonly others: readonly {
    readonly agent: AgentId;
    readonly why: WhyNot;
    readonly score: number | undefined;
  }[];
  /** What later commits made of the turns: from `base` on (milliseconds) it is that of rank `next`. */
  readonly turn: { readonly next: number; readonly base: number };
}

/** `operator`: another bid of the same operator counts. */
export type WhyNot =
  | "unrevealed"
  | "not-a-member"
  | "skill-missing"
  | "trust-too-low"
  | "stake-lost"
  | "operator"
  | "outbid";

export interface AuctionState {
  readonly bids: Readonly<Record<string, BidState>>;
  readonly award: AwardState | undefined;
}

/** What `mound.yaml` says of trust; see DEFAULTS in kinds/mound.ts. */
export interface TrustPolicy {
  /** Where membership is `vouched`: how many vouches let a key in, and how far (thousandths) their issuers are trusted. */
  readonly vouches: number;
  readonly vouchTrust: number;
  /** Whether claims held and leases grow with trust, up to `claimsMax` and `leaseMax`. */
  readonly limits: "fixed" | "trusted";
  /** Milliseconds after the first lapse; 0: none. */
  readonly cooldown: number;
  /** Lapses after which a task waits for its creator; 0: it never does. */
  readonly quarantine: number;
  /** Tasks of this value and above need an independent reviewer trusted so far (thousandths); 0: none does. */
  readonly reviewValue: number;
  readonly reviewTrust: number;
}

export interface AuctionTerms {
  readonly bids: "open" | "sealed";
  /** Bids count before this log time, reveals from then on and before the next (milliseconds). */
  readonly bidsUntil: number;
  readonly revealsUntil: number;
}

/** What is kept of the lapses of a task; see rules/quarantine.ts. */
export interface LapseState {
  /** The last token whose lapse does not count, for the creator has written the task anew since; 0: none. */
  readonly freed: number;
  /** Whether the lapse of its claim sets it apart, by the setting when it was last written. */
  readonly brink: boolean;
}

/** What a task asks of who takes it. */
export interface TaskTerms {
  /** How far (thousandths) who takes it is trusted at least; 0: whoever. */
  readonly trust: number;
  /** What it is worth to its creator, in no unit but that of other tasks. */
  readonly value: number;
  /** Credits that a claim locks; 0: none. */
  readonly stake: number;
  readonly auction: AuctionTerms | undefined;
}

/** The entries of the state that are about trust. */
export interface TrustEntries {
  /** What others say of a member's deeds, and what nobody need say. */
  [evidence: `evidence/${string}`]: EvidenceState;
  [proven: `proven/${string}`]: ProvenState;
  /** By subject, then by issuer; a vouch may come before its subject. */
  [vouch: `vouch/${string}`]: Readonly<Record<string, VouchState>>;
  [denounced: `denounced/${string}`]: Readonly<Record<string, DenounceState>>;
  [slashed: `slashed/${string}`]: readonly SlashState[];
  /** How often any of these five changed; a new value each time, so that readers know theirs by its identity. */
  trust: { readonly count: number };
  /** By task: finished work that waits for a review. */
  [unreviewed: `unreviewed/${string}`]: UnreviewedState;
  /** By the refused commit. */
  [cheat: `cheat/${string}`]: CheatState;
  [cooling: `cooling/${string}`]: CoolingState;
  credits: CreditsState;
  [credit: `credit/${string}`]: CreditState;
  [grant: `grant/${string}`]: GrantState;
  [moves: `moves/${string}`]: MovesState;
  /** By task, then by agent. */
  [stake: `stake/${string}`]: Readonly<Record<string, StakeState>>;
  [auction: `auction/${string}`]: AuctionState;
  /** The auctions that are not awarded yet: task to the end of their reveals (milliseconds). */
  auctions: Readonly<Record<string, number>>;
  /** The awarded tasks with paths whose turns are not over, sorted: what ends elsewhere may concern them. */
  awarded: readonly TaskId[];
}
