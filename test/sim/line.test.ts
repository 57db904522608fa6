import { expect, test } from "vitest";
import type { AgentId } from "../../src/protocol/ids.ts";
import { SimulatedLine } from "../../src/sim/line.ts";

const ONE = "ant-1" as AgentId;
const TWO = "ant-2" as AgentId;

function lineOfTwo(delay: number) {
  const line = new SimulatedLine(delay, 1);
  line.join(ONE, []);
  line.join(TWO, []);
  const [task] = line.add([{ title: "The only one" }]);
  line.settle();
  return { line, task: task! };
}

test("a claim is seen when it is old enough, and not before", () => {
  const { line, task } = lineOfTwo(30_000);
  const from = line.now;
  expect(line.contend(ONE, { type: "claim", task })).toBe(true);
  for (const [after, seen] of [
    [0, undefined],
    [29_999, undefined],
    [30_000, ONE],
  ] as const) {
    line.advance(from + after);
    expect(line.past.get(`task/${task}`)?.claim?.agent).toBe(seen);
    expect(line.tip.get(`task/${task}`)?.claim?.agent).toBe(ONE);
  }
});

test("what was decided on an old state is judged on the tip, and leaves no trace when it loses", () => {
  const { line, task } = lineOfTwo(30_000);
  line.contend(ONE, { type: "claim", task });
  const tip = line.tip.get("line");
  // In the same millisecond the record is not later than the one there; after it the task is held.
  for (const later of [0, 1, 5_000]) {
    line.advance(line.now + later);
    expect(line.contend(TWO, { type: "claim", task })).toBe(false);
  }
  expect(line.tip.get("line")).toEqual(tip);
  line.must(ONE, { type: "finish", task, outcome: "done" });
  expect(line.past.get(`task/${task}`)?.claim).toBeUndefined();
  expect(line.contend(TWO, { type: "claim", task })).toBe(false);
});

test("a refusal that no race explains is no loss", () => {
  const { line } = lineOfTwo(0);
  const [task] = line.add([{ title: "For who knows it", needs: ["welding"] }]);
  expect(() => line.contend(ONE, { type: "claim", task: task! })).toThrow("skill-missing");
});

test("without a delay there is one state, and it is the tip", () => {
  const { line } = lineOfTwo(0);
  expect(line.past).toBe(line.tip);
});
