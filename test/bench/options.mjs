import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";

/** What a row is measured with: the whole of it, or just enough to see that it works. */
const WHOLE = {
  naiveSeconds: { one: 6, many: 30, daemon: 15 },
  rounds: 3,
  crowdRounds: 2,
  agents: 32,
  wins: 20,
  limitSeconds: 300,
  claims: 150,
  batch: 200,
  commits: 10_000,
  auditCommits: 20_000,
  auditAgents: 200,
  auditTasks: 5_000,
  sample: 200,
  statusTasks: 1000,
  starts: 40,
  manyClients: 128,
  daemonTasks: 5_000,
  daemonClaims: 1_600,
  freshSeconds: 8,
  events: 150,
  unhinted: 6,
  quietSeconds: 15,
  openTasks: 10_000,
  budgetCommands: 1_000,
  doorCommits: 3_000,
  doorPushes: 40,
  choices: 300,
  trustRuns: 5,
  trustPairs: [
    [1_000, 50_000],
    [10_000, 500_000],
  ],
};
const QUICK = {
  naiveSeconds: { one: 2, many: 4, daemon: 4 },
  rounds: 1,
  crowdRounds: 1,
  agents: 4,
  wins: 3,
  limitSeconds: 60,
  claims: 10,
  batch: 40,
  commits: 400,
  auditCommits: 400,
  auditAgents: 8,
  auditTasks: 200,
  sample: 20,
  statusTasks: 50,
  starts: 5,
  manyClients: 8,
  daemonTasks: 400,
  daemonClaims: 80,
  freshSeconds: 2,
  events: 8,
  unhinted: 2,
  quietSeconds: 2,
  openTasks: 500,
  budgetCommands: 120,
  doorCommits: 100,
  doorPushes: 6,
  choices: 20,
  trustRuns: 2,
  trustPairs: [
    [100, 2_000],
    [300, 6_000],
  ],
};

/** Reads the command line; `sizes` is what the rows go by. */
export function readOptions(argv) {
  const { values } = parseArgs({
    args: argv,
    options: {
      quick: { type: "boolean", default: false },
      only: { type: "string", multiple: true, default: [] },
      out: { type: "string", default: join(tmpdir(), "mound-bench") },
      // For the row `door`: how many commits are there before the pushes that are measured.
      history: { type: "string" },
      help: { type: "boolean", default: false },
    },
  });
  const sizes = values.quick ? QUICK : WHOLE;
  const history = Number(values.history ?? sizes.doorCommits);
  return { ...values, out: resolve(values.out), sizes: { ...sizes, doorCommits: history } };
}
