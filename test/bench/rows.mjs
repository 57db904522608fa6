import { audit } from "./audit.mjs";
import { batch, oneAgent, ownClones, sharedClone } from "./claims.mjs";
import { budget } from "./budget.mjs";
import { choose } from "./choose.mjs";
import { door } from "./door.mjs";
import { daemon, daemonOverHttp } from "./daemon.mjs";
import { pushedToTold } from "./event.mjs";
import { fold } from "./fold.mjs";
import { freshCommands } from "./fresh.mjs";
import { memory } from "./memory.mjs";
import { median } from "./numbers.mjs";
import { replayToTheMiddle } from "./replay.mjs";
import { status, version } from "./start.mjs";
import { trust } from "./trust.mjs";

/**
 * `target`: what `value` of the measurement must reach, or not exceed where `most` is set. `also`
 * names what else must hold of the details.
 */
export const ROWS = [
  {
    name: "one",
    title: "one process, one agent, claim after claim, embedded origin",
    target: 1.3,
    run: oneAgent,
  },
  {
    name: "own",
    title: "32 processes, each with a clone of its own, file origin",
    target: 2,
    run: ownClones,
    also: ownClonesAreFair,
  },
  {
    name: "shared",
    title: "32 processes that share one clone",
    target: 15,
    run: sharedClone,
  },
  {
    name: "batch",
    title: "one process, 200 commands as one batch",
    target: 250,
    run: batch,
    also: ({ details }) => details.every(({ pushes }) => pushes === 1) || "more than one push",
  },
  {
    name: "fold",
    title: "cold fold of 10,000 commits, every signature verified",
    target: 40,
    run: fold,
  },
  {
    name: "replay",
    title: "`mound replay` to the middle of 10,000 commits (command)",
    target: 20,
    needsCommand: true,
    run: replayToTheMiddle,
  },
  {
    name: "audit",
    title: "`mound audit` of 20,000 commits by 200 agents, cold (command)",
    target: 60,
    needsCommand: true,
    run: audit,
    also: auditIsFrugal,
  },
  {
    name: "version",
    title: "`mound --version` (command)",
    target: 1.4,
    most: true,
    needsCommand: true,
    run: version,
  },
  {
    name: "status",
    title: "`mound status`, warm mound of 1,000 tasks (command)",
    target: 3,
    most: true,
    needsCommand: true,
    run: status,
  },
  {
    name: "daemon",
    title: "32 long-lived clients through one `mound watch`, embedded origin",
    target: 200,
    needsCommand: true,
    run: daemon,
    also: manyAreServed,
  },
  {
    name: "daemon-http",
    title: "32 long-lived clients through one `mound watch`, http origin",
    target: 200,
    needsCommand: true,
    run: daemonOverHttp,
    also: manyAreServed,
  },
  {
    name: "daemon-fresh",
    title: "a fresh `mound` command for each claim, 32 at a time, through `mound watch`",
    target: 3,
    needsCommand: true,
    run: freshCommands,
  },
  {
    name: "event",
    title: "a pushed commit, until a second clone's `mound watch` tells of it",
    target: 300,
    most: true,
    needsCommand: true,
    run: pushedToTold,
    also: ({ samples }) => Math.max(...samples.polled) <= POLL_MS || "a poll came late",
  },
  {
    name: "door",
    title: "a push that is judged at the door, besides the same push unjudged (command)",
    target: 60,
    most: true,
    needsCommand: true,
    run: door,
  },
  {
    name: "memory",
    title: "`mound watch` on 10,000 open tasks: resident set",
    target: 250,
    most: true,
    needsCommand: true,
    run: memory,
  },
  {
    name: "budget",
    title: "1,000 commands of 32 agents at a push budget of 6 a minute (virtual clock)",
    target: 6,
    most: true,
    run: budget,
  },
  {
    name: "choose",
    title: "choosing among 10,000 open tasks in a warm process: processor time",
    target: 60,
    most: true,
    needsCommand: true,
    run: choose,
  },
  {
    name: "trust",
    title: "all trust scores of 1,000 agents and 50,000 pairs, computed in full: processor time",
    target: 300,
    most: true,
    run: trust,
    also: trustScales,
  },
];

/** The slowest poll of a remote, and what the look itself may take. */
const POLL_MS = 32_000;

function auditIsFrugal({ samples }) {
  if (Math.max(...samples.peak) >= 300) return "it held 300 MB and more";
  return median(samples.warm) < 500 || "after one more commit it took half a second";
}

function trustScales({ details }) {
  const [small, large] = details;
  if (small.deedMs >= 5) return "to count a deed took a commit 5 ms and more";
  return large.allMs < 4_000 || "ten times the agents and pairs took 4 s and more";
}

function manyAreServed({ samples, details }) {
  if (details.some(({ p99Ms }) => p99Ms >= 1_000)) return "a claim in a hundred took a second";
  const enough = median(details.map(({ ofMany }) => ofMany)) >= median(samples.measured);
  return enough || "many clients together claim less than few";
}

function ownClonesAreFair({ details }, sizes) {
  if (details.some(({ leastWins }) => leastWins < sizes.wins)) return "not all won often enough";
  return details.every((detail) => detail.spread <= 4) || "the fastest won over 4 times as often";
}
