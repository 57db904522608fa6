import type { AgentId, PublicKey } from "../../ids.ts";
import type { View } from "../../state.ts";
import { keyFingerprint } from "../fingerprint.ts";
import { settings } from "../members.ts";
import { principalOf } from "../operators.ts";
import { trustOf } from "./table.ts";
import { ALL_SKILLS, liveVouches } from "./vouches.ts";

/**
 * [AG9] How many vouches let a key in under a name: of scope `all`, by members trusted far enough at log
 * time `now` (milliseconds), those of one operator counted as one. `operator`: who signs the record of who joins.
 */
export function admittingVouches(
  view: View,
  joins: {
    readonly agent: AgentId;
    readonly key: PublicKey;
    readonly operator?: AgentId | undefined;
  },
  now: number,
): number {
  const { agent, key, operator = agent } = joins;
  const subject = { agent, fingerprint: keyFingerprint(key), principal: operator };
  const { vouchTrust } = settings(view);
  const counted = liveVouches(view, subject, now)
    .filter(([, { scope }]) => scope === ALL_SKILLS)
    .filter(([issuer]) => trustOf(view, issuer, now).score >= vouchTrust)
    .map(([issuer]) => principalOf(view, issuer));
  return new Set(counted).size;
}
