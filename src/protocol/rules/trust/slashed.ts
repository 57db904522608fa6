/**
 * What slashes leave. One of severity v takes v of a score, which comes back by half in each 60 days; and as
 * long as it is felt, all vouches of who stands up for the slashed weigh v/4 less. It goes no further up.
 */
import { keyFingerprint } from "../fingerprint.ts";
import type { View } from "../../state.ts";
import type { SlashState } from "../../trust-state.ts";
import { epochOf } from "./epochs.ts";

/** What a voucher answers for, of what its protégé has lost. */
export const VOUCHER_SHARE = 0.25;

/** What is left of a score, from 0 to 1. */
export function leftAfterSlashes(view: View, agent: string, now: number): number {
  return leftAfter(view.get(`slashed/${agent}`) ?? [], 1, now);
}

/** By issuer, what vouches weigh where that is less than all: of those who vouch for somebody slashed. */
export function vouchersLoss(view: View, now: number): ReadonlyMap<string, number> {
  const weights = new Map<string, number>();
  for (const entry of view.keys("slashed/") as readonly `slashed/${string}`[]) {
    const agent = entry.slice("slashed/".length);
    const left = leftAfter(view.get(entry)!, VOUCHER_SHARE, now);
    for (const issuer of vouchersOf(view, agent, now))
      weights.set(issuer, (weights.get(issuer) ?? 1) * left);
  }
  return weights;
}

/** Of its key, revoked or not: that a stranger took the name is nobody's fault. */
function vouchersOf(view: View, agent: string, now: number): readonly string[] {
  const key = view.get(`agent/${agent}`)?.key;
  const vouches = view.get(`vouch/${agent}`) ?? {};
  const issuers = Object.keys(vouches).filter((issuer) => now < vouches[issuer]!.until);
  if (key === undefined || issuers.length === 0) return [];
  const fingerprint = keyFingerprint(key);
  return issuers.filter((issuer) => vouches[issuer]!.fingerprint === fingerprint);
}

function leftAfter(slashes: readonly SlashState[], share: number, now: number): number {
  let left = 1;
  for (const { at, quarters } of slashes)
    left *= 1 - share * (quarters / 4) * lackingOf(epochOf(at), now);
  return left;
}

/** Of what was taken, what has not come back. */
export function lackingOf(epoch: number, now: number): number {
  const age = Math.max(0, epochOf(now) - epoch);
  return age < SLASH_EPOCHS ? LACKING[age]! / LACKING[0] : 0;
}

/** A year of weeks: after it a slash is not felt any more. */
export const SLASH_EPOCHS = 52;

/** Of 2^30, what lacks after so many weeks: 2^(-7/60) in each, rounded. */
const LACKING = [
  1_073_741_824, 990_329_472, 913_396_909, 842_440_760, 776_996_755, 716_636_690, 660_965_624,
  609_619_298, 562_261_751, 518_583_118, 478_297_607, 441_141_629, 406_872_068, 375_264_697,
  346_112_707, 319_225_354, 294_426_714, 271_554_526, 250_459_137, 231_002_517, 213_057_363,
  196_506_256, 181_240_902, 167_161_419, 154_175_683, 142_198_729, 131_152_191, 120_963_789,
  111_566_862, 102_899_923, 94_906_266, 87_533_586, 80_733_644, 74_461_947, 68_677_459, 63_342_333,
  58_421_659, 53_883_242, 49_697_387, 45_836_705, 42_275_935, 38_991_780, 35_962_750, 33_169_026,
  30_592_330, 28_215_802, 26_023_891, 24_002_256, 22_137_669, 20_417_931, 18_831_788, 17_368_863,
] as const;
