import type { SignalKind } from "../signal-state.ts";
import { WHOLE_SHARE } from "../share.ts";
import type { View } from "../state.ts";

/** How far (thousandths) somebody is trusted whose word stands by itself. */
const TRUSTED = 200;
/** Of those whose word does not, the strongest counts for so much. */
const STRANGER = 0.5;

/** One agent's signal on a topic, and what is left of it. */
export interface Deposit {
  readonly agent: string;
  readonly kind: SignalKind;
  readonly left: number;
}

/**
 * What each deposit on one topic counts for, from 0 to 1, in their order. Of who is trusted it is more than a
 * half, rising with the score; all others together have one voice for each mark, at half weight, and that is
 * the strongest: a thousand fresh names count as one. Of who is revoked nothing counts. `scoreOf`: thousandths, all for a root.
 */
export function depositWeights(
  view: View,
  deposits: readonly Deposit[],
  scoreOf: (agent: string) => number,
): readonly number[] {
  const voices: Partial<Record<SignalKind, number>> = {};
  const weights = deposits.map(({ agent, kind, left }, at) => {
    if (view.get(`agent/${agent}`)?.status === "revoked") return 0;
    const score = scoreOf(agent);
    if (score >= TRUSTED) return STRANGER + ((1 - STRANGER) * score) / WHOLE_SHARE;
    const voice = voices[kind];
    if (voice === undefined || left > deposits[voice]!.left) voices[kind] = at;
    return 0;
  });
  for (const voice of Object.values(voices)) weights[voice] = STRANGER;
  return weights;
}
