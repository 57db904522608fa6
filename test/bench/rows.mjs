import { batch, oneAgent, ownClones, sharedClone } from "./claims.mjs";
import { fold } from "./fold.mjs";
import { status, version } from "./start.mjs";

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
];

function ownClonesAreFair({ details }, sizes) {
  if (details.some(({ leastWins }) => leastWins < sizes.wins)) return "not all won often enough";
  return details.every((detail) => detail.spread <= 4) || "the fastest won over 4 times as often";
}
