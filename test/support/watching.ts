import { expect } from "vitest";
import { judge } from "../../src/protocol/judge.ts";
import { MemoryState } from "../../src/protocol/state.ts";
import { AnomalyWatch } from "../../src/protocol/views/anomalies.ts";
import type { Anomaly } from "../../src/protocol/views/anomaly.ts";
import type { World } from "./world.ts";

/** What a watch finds in the whole log of a world, at log time `time` (the last commit's, unless said). */
export function anomaliesOf(world: World, time?: number): readonly Anomaly[] {
  const state = new MemoryState();
  const watch = new AnomalyWatch();
  // The same once more, kept as JSON now and then: an audit may go on from anywhere.
  let pieces = new AnomalyWatch();
  for (const [at, facts] of world.log.entries()) {
    const verdict = judge(state, facts);
    watch.step(state, { facts, verdict });
    if (at % 5 === 4) pieces = new AnomalyWatch(JSON.parse(JSON.stringify(pieces.keep())));
    pieces.step(state, { facts, verdict });
    state.apply(verdict.delta);
  }
  const until = time ?? state.get("line")!.time;
  const all = watch.found(state, until);
  expect(pieces.found(state, until)).toEqual(all);
  expect(watch.found(state, until)).toEqual(all);
  return all;
}

/** Those of one code. */
export function found(world: World, code: Anomaly["code"], time?: number): readonly Anomaly[] {
  return anomaliesOf(world, time).filter((anomaly) => anomaly.code === code);
}
