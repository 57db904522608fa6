/** What the state holds of one agent that its score is made of, and the same state without one of these. */
import type { AgentId } from "../ids.ts";
import { ANY_SKILL } from "../rules/deeds.ts";
import { EPOCH_MS, epochOf, EPOCHS_KEPT, leftOf } from "../rules/trust/epochs.ts";
import { DEED } from "../rules/trust/evidence.ts";
import { subjectOf, vouchFlaw } from "../rules/trust/vouches.ts";
import { lackingOf, SLASH_EPOCHS } from "../rules/trust/slashed.ts";
import { Overlay, type View } from "../state.ts";
import type { DenounceState, Ratings, SlashState, VouchState } from "../trust-state.ts";

/** `left`: what it still weighs, from 0 to 1; `gone`: from when on (milliseconds) it weighs nothing. */
export type TrustFact = { readonly left: number; readonly gone: number } & (
  | {
      readonly kind: "deeds";
      readonly by: AgentId;
      /** When the week of these deeds began, in milliseconds. */
      readonly week: number;
      readonly good: boolean;
      /** In whole ones and quarters. */
      readonly deeds: number;
    }
  | { readonly kind: "lapses"; readonly week: number; readonly deeds: number }
  | { readonly kind: "vouch"; readonly by: AgentId; readonly vouch: VouchState }
  | { readonly kind: "denouncement"; readonly by: AgentId; readonly denounced: DenounceState }
  | { readonly kind: "slash"; readonly slash: SlashState }
);

/** Those that weigh anything at log time `now`: slashes, denouncements, vouches, lapses, and deeds by rater and week. */
export function factsOf(view: View, agent: AgentId, now: number): readonly TrustFact[] {
  return [
    ...slashesOf(view, agent, now),
    ...denouncementsOf(view, agent, now),
    ...vouchesOf(view, agent, now),
    ...lapsesOf(view, agent, now),
    ...deedsOf(view, agent, now),
  ].filter(({ left }) => left > 0);
}

/** The state as if that one had not been. */
export function withoutFact(view: View, agent: AgentId, fact: TrustFact): View {
  const state = new Overlay(view);
  switch (fact.kind) {
    case "deeds": {
      const { [fact.by]: ratings, ...others } = view.get(`evidence/${agent}`)!;
      const left = withoutWeek(ratings!, epochOf(fact.week), fact.good);
      state.set(`evidence/${agent}`, { ...others, [fact.by]: left });
      break;
    }
    case "lapses":
      state.set(
        `proven/${agent}`,
        inGroups(view.get(`proven/${agent}`)!, 2)
          .filter(([epoch]) => epoch !== epochOf(fact.week))
          .flat(),
      );
      break;
    case "vouch": {
      const { [fact.by]: _vouch, ...others } = view.get(`vouch/${agent}`)!;
      state.set(`vouch/${agent}`, others);
      break;
    }
    case "denouncement": {
      const { [fact.by]: _denounced, ...others } = view.get(`denounced/${agent}`)!;
      state.set(`denounced/${agent}`, others);
      break;
    }
    case "slash":
      state.set(
        `slashed/${agent}`,
        view.get(`slashed/${agent}`)!.filter((slash) => slash !== fact.slash),
      );
  }
  return state;
}

function slashesOf(view: View, agent: AgentId, now: number): readonly TrustFact[] {
  return (view.get(`slashed/${agent}`) ?? []).map((slash) => ({
    kind: "slash",
    slash,
    left: lackingOf(epochOf(slash.at), now),
    gone: (epochOf(slash.at) + SLASH_EPOCHS) * EPOCH_MS,
  }));
}

function denouncementsOf(view: View, agent: AgentId, now: number): readonly TrustFact[] {
  return sorted(view.get(`denounced/${agent}`)).map(([by, denounced]) => ({
    kind: "denouncement",
    by,
    denounced,
    ...fading(epochOf(denounced.at), now),
  }));
}

function vouchesOf(view: View, agent: AgentId, now: number): readonly TrustFact[] {
  const who = subjectOf(view, agent);
  const counts = (by: AgentId, vouch: VouchState) =>
    who !== undefined && vouchFlaw(view, who, by, vouch, now) === undefined;
  return sorted(view.get(`vouch/${agent}`)).map(([by, vouch]) => ({
    kind: "vouch",
    by,
    vouch,
    left: counts(by, vouch) ? 1 : 0,
    gone: vouch.until,
  }));
}

function lapsesOf(view: View, agent: AgentId, now: number): readonly TrustFact[] {
  return inGroups(view.get(`proven/${agent}`) ?? [], 2).map(([epoch, bad]) => ({
    kind: "lapses",
    week: epoch! * EPOCH_MS,
    deeds: bad! / DEED,
    ...fading(epoch!, now),
  }));
}

/** Good ones and bad ones apart, for they do not do the same. */
function deedsOf(view: View, agent: AgentId, now: number): readonly TrustFact[] {
  return sorted(view.get(`evidence/${agent}`)).flatMap(([by, ratings]) =>
    inGroups(ratings[ANY_SKILL]!, 3).flatMap(([epoch, ...counts]) =>
      counts.flatMap((quarters, at): readonly TrustFact[] => {
        if (quarters === 0) return [];
        const what = { kind: "deeds", by, week: epoch! * EPOCH_MS } as const;
        return [{ ...what, good: at === 0, deeds: quarters / DEED, ...fading(epoch!, now) }];
      }),
    ),
  );
}

function fading(epoch: number, now: number): { readonly left: number; readonly gone: number } {
  return { left: leftOf(epoch, now), gone: (epoch + EPOCHS_KEPT) * EPOCH_MS };
}

function withoutWeek(ratings: Ratings, week: number, good: boolean): Ratings {
  const left = Object.create(null) as Record<string, readonly number[]>;
  for (const skill of Object.keys(ratings))
    left[skill] = inGroups(ratings[skill]!, 3).flatMap(([epoch, praise, blame]) =>
      epoch !== week ? [epoch!, praise!, blame!] : good ? [epoch, 0, blame!] : [epoch, praise!, 0],
    );
  return left;
}

function inGroups(numbers: readonly number[], size: number): readonly (readonly number[])[] {
  return Array.from({ length: numbers.length / size }, (_, at) =>
    numbers.slice(at * size, (at + 1) * size),
  );
}

/** By name: the order of a record's names is not the same everywhere. */
function sorted<T>(
  entry: Readonly<Record<string, T>> | undefined,
): readonly (readonly [AgentId, T])[] {
  return Object.entries(entry ?? {})
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => [name as AgentId, value]);
}
