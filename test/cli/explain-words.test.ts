import { expect, test } from "vitest";
import { explain } from "../../src/cli/explain.ts";

const said = (fault: Parameters<typeof explain>[0]): string => explain(fault).message;

test("words agree with the number that they stand beside", () => {
  const cooling = { rule: "CL16", code: "cooling-down", agent: "ant-3", until: 0 } as const;
  expect(said({ ...cooling, lapses: 1 })).toContain("one claim lapsed, and no work for others");
  expect(said({ ...cooling, lapses: 2 })).toContain("2 claims lapsed, and no work for others");
  const short = { rule: "CL18", code: "credits-short", agent: "ant-3" } as const;
  expect(said({ ...short, free: 1, needed: 5 })).toContain("has 1 credit free, and 5 are to");
  expect(said({ ...short, free: 0, needed: 1 })).toContain("has 0 credits free, and 1 is to");
  const few = { rule: "DN3", code: "signers-too-few", path: "mound.yaml", found: 0 } as const;
  expect(said({ ...few, needed: 1 })).toContain("of 1 root and has 0");
  expect(said({ ...few, needed: 2 })).toContain("of 2 roots and has 0");
});

test("a beginning of an id that is too short is told apart from one of no task", () => {
  const missing = { rule: "TA0", code: "task-missing" } as const;
  expect(said({ ...missing, task: "k3f" })).toContain("has 4 characters at least");
  expect(said({ ...missing, task: "k3f9" })).toBe("There is no task k3f9 in this mound.");
});
