/** States that hold what trust is computed from, and nothing else. */
import { keyFingerprint } from "../../src/protocol/rules/fingerprint.ts";
import { DEFAULTS } from "../../src/protocol/kinds/mound.ts";
import { noteTrust, prove, rate } from "../../src/protocol/rules/trust/evidence.ts";
import type { AgentId, Oid } from "../../src/protocol/ids.ts";
import { type Delta, MemoryState, type MoundState, Overlay } from "../../src/protocol/state.ts";
import type { Level } from "../../src/protocol/trust-state.ts";
import { madeKey } from "./world-files.ts";

export const WEEK = 7 * 24 * 3_600_000;
export const DAY = WEEK / 7;
/** The first millisecond of a week as trust counts them. */
export const DAWN = 2_967 * WEEK;
const PROOF = "0".repeat(40) as Oid;

/** What a deed of some weight is, in quarters. */
export const GOOD = { good: 4, bad: 0 };
export const BAD = { good: 0, bad: 4 };

export class Trusting {
  readonly state = new MemoryState();
  /** Log time in milliseconds. */
  now = DAWN;
  readonly #told: (delta: Delta) => void;

  /** `told`: is given every change. */
  constructor(roots: readonly string[], told: (delta: Delta) => void = () => {}) {
    this.#told = told;
    this.name(roots);
    for (const root of roots) this.member(root);
  }

  /** Makes these the roots. */
  name(roots: readonly string[]): this {
    const named = roots.map((root) => ({ agent: root as AgentId, key: madeKey(root) }));
    const mound: MoundState = {
      id: "m",
      name: "m",
      protocol: 1,
      ...DEFAULTS,
      roots: named,
      threshold: 1,
      membership: "open",
    };
    return this.#change((state) => state.set("mound", mound));
  }

  member(agent: string, status: "active" | "withdrawn" | "revoked" = "active"): this {
    const key = madeKey(agent);
    return this.#change((state) => {
      state.set(`agent/${agent}`, {
        id: agent as AgentId,
        key,
        keys: [{ key, commit: PROOF, since: DAWN }],
        status,
        name: undefined,
        operator: undefined,
        operatorSigned: false,
        joined: DAWN,
        ended: undefined,
      });
      noteTrust(state);
    });
  }

  members(...agents: readonly string[]): this {
    for (const agent of agents) this.member(agent);
    return this;
  }

  /** `rater` says so of a deed of `subject`, so many times. */
  says(
    rater: string,
    subject: string,
    deed = GOOD,
    times = 1,
    skills: readonly string[] = [],
  ): this {
    const all = { good: deed.good * times, bad: deed.bad * times };
    return this.#change((state) =>
      rate(state, rater as AgentId, subject as AgentId, skills, all, this.now),
    );
  }

  lapses(subject: string, quarters = 2): this {
    return this.#change((state) => prove(state, subject as AgentId, quarters, this.now));
  }

  vouch(
    issuer: string,
    subject: string,
    level: Level | "none" = "high",
    more: { scope?: string; until?: number; fingerprint?: string } = {},
  ): this {
    return this.#change((state) => {
      const { [issuer]: _former, ...others } = state.get(`vouch/${subject}`) ?? {};
      const vouch = {
        fingerprint: keyFingerprint(madeKey(subject)),
        scope: "all",
        at: this.now,
        until: this.now + 90 * DAY,
        reason: "met",
        ...more,
      };
      const next = level === "none" ? others : { ...others, [issuer]: { ...vouch, level } };
      state.set(`vouch/${subject}`, next);
      noteTrust(state);
    });
  }

  denounce(issuer: string, subject: string): this {
    return this.#change((state) => {
      const before = state.get(`denounced/${subject}`);
      const denounced = { at: this.now, proof: PROOF, reason: "cheats" };
      state.set(`denounced/${subject}`, { ...before, [issuer]: denounced });
      noteTrust(state);
    });
  }

  slash(subject: string, quarters: 1 | 2 | 4): this {
    return this.#change((state) => {
      const before = state.get(`slashed/${subject}`) ?? [];
      state.set(`slashed/${subject}`, [...before, { at: this.now, quarters, proof: PROOF }]);
      noteTrust(state);
    });
  }

  pass(milliseconds: number): this {
    this.now += milliseconds;
    return this.#change(() => {});
  }

  #change(edit: (state: Overlay) => void): this {
    const overlay = new Overlay(this.state);
    edit(overlay);
    const line = { tip: PROOF, accepted: PROOF, time: this.now, commits: 1, refused: 0 };
    overlay.set("line", line);
    this.state.apply(overlay.delta);
    this.#told(overlay.delta);
    return this;
  }
}
