import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";

/** What a row is measured with: the whole of it, or just enough to see that it works. */
const WHOLE = {
  naiveSeconds: { one: 6, many: 30 },
  rounds: 3,
  crowdRounds: 2,
  agents: 32,
  wins: 20,
  limitSeconds: 300,
  claims: 150,
  batch: 200,
  commits: 10_000,
  sample: 200,
  statusTasks: 1000,
  starts: 40,
};
const QUICK = {
  naiveSeconds: { one: 2, many: 4 },
  rounds: 1,
  crowdRounds: 1,
  agents: 4,
  wins: 3,
  limitSeconds: 60,
  claims: 10,
  batch: 40,
  commits: 400,
  sample: 20,
  statusTasks: 50,
  starts: 5,
};

/** Reads the command line; `sizes` is what the rows go by. */
export function readOptions(argv) {
  const { values } = parseArgs({
    args: argv,
    options: {
      quick: { type: "boolean", default: false },
      only: { type: "string", multiple: true, default: [] },
      out: { type: "string", default: join(tmpdir(), "mound-bench") },
      help: { type: "boolean", default: false },
    },
  });
  return { ...values, out: resolve(values.out), sizes: values.quick ? QUICK : WHOLE };
}
