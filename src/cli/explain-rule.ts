import type { Fault } from "../protocol/fault.ts";
import { PREFIX_MIN } from "../protocol/commands/plan.ts";
import { commonPath } from "../protocol/rules/globs.ts";
import { shellWord } from "../base/shell-quote.ts";
import { formatInstant } from "../protocol/time.ts";
import { EXIT } from "./exit.ts";
import type { Words } from "./explain.ts";
import { plural } from "./plural.ts";
import { speak, type Table } from "./table.ts";
import { explainLock, isLockFault, type LockFault } from "./explain-lock.ts";
import { explainTrust, isTrustFault, type TrustFault } from "./explain-trust.ts";
import { waitingText } from "./waiting-text.ts";
import { explainRecord, isRecordFault, type RecordFault } from "./explain-record.ts";

/** The words for a refusal by a rule of the protocol. */
export function explainRule(fault: Fault): Words {
  if (isRecordFault(fault)) return explainRecord(fault);
  if (isLockFault(fault)) return explainLock(fault);
  if (isTrustFault(fault)) return explainTrust(fault);
  return speak(WORDS, fault);
}

type RuleFault = Exclude<Fault, RecordFault | LockFault | TrustFault>;

const WORDS: Table<RuleFault> = {
  held: (fault) => ({
    message: `The task ${fault.task} is held by ${fault.by} until ${formatInstant(fault.until)} (token ${fault.token}).`,
    fix: "mound next --claim",
    exit: EXIT.lost,
    retryable: true,
  }),
  "paths-overlap": (fault) => ({
    message: overlapSentence(fault),
    fix: "mound next --claim",
    exit: EXIT.lost,
    retryable: true,
  }),
  fenced: (fault) => ({
    message: fencedSentence(fault),
    fix: `Stop working on it; see: mound task show ${fault.task}`,
    exit: EXIT.fenced,
  }),
  "not-held": (fault) => ({
    message: `You do not hold the task ${fault.task}; it is ${fault.status}.`,
    fix: fault.status === "open" ? `mound claim ${fault.task}` : "mound next --claim",
    exit: EXIT.fenced,
  }),
  "not-open": (fault) => ({
    message: `The task ${fault.task} is ${fault.status}.`,
    fix: "mound next",
    exit: EXIT.refused,
  }),
  blocked: (fault) => ({
    message: `The task ${fault.task} waits for ${waitingText(fault.by, fault.any)}.`,
    fix: `mound task show ${fault.by[0] ?? fault.task}`,
    exit: EXIT.refused,
  }),
  "skill-missing": (fault) => ({
    message: `The task ${fault.task} needs ${fault.missing.join(", ")}, which is not declared, or is out of date.`,
    fix: `mound can ${fault.missing.map(shellWord).join(" ")} --add`,
    exit: EXIT.refused,
  }),
  "token-wrong": (fault) => ({
    message: `The claim on ${fault.task} has token ${fault.token}; the next token is ${fault.expected}.`,
    fix: `mound claim ${fault.task}`,
    exit: EXIT.lost,
  }),
  "lease-invalid": (fault) => ({
    message: `The lease on ${fault.task} is not allowed: ${fault.detail}.`,
    fix: "mound config get lease_max",
    exit: EXIT.refused,
  }),
  "limit-reached": (fault) => ({
    message: `${fault.agent} holds ${fault.held} tasks already; ${fault.limit} are allowed at once${fault.most === undefined ? "" : `, and with more trust up to ${fault.most}`}.`,
    fix: "Finish or release one first; see: mound status",
    exit: EXIT.refused,
  }),
  "task-missing": (fault) => ({
    message: `There is no task ${fault.task} in this mound.${shortSentence(fault.task)}`,
    fix: "mound task list",
    exit: EXIT.missing,
  }),
  "task-ambiguous": (fault) => ({
    message: `${fault.task} names several tasks: ${fault.matches.slice(0, 5).join(", ")}.`,
    fix: "Type more of the id.",
    exit: EXIT.usage,
  }),
  "task-exists": (fault) => ({
    message: `The id of the task ${fault.task} is taken.`,
    fix: "Choose another id.",
    exit: EXIT.refused,
  }),
  "dependency-missing": (fault) => ({
    message: `${fault.task} names the task ${fault.after}, which does not exist.`,
    fix: "mound task list",
    exit: EXIT.missing,
  }),
  "dependency-cycle": (fault) => ({
    message: `${fault.task} would wait for itself: ${cycleText(fault.cycle)}.`,
    fix: `Leave one of these dependencies out; see: mound graph ${fault.cycle.find((id) => id !== fault.task) ?? fault.task}`,
    exit: EXIT.refused,
  }),
  "not-the-creator": (fault) => ({
    message: `Only its creator ${fault.creator} may do this to ${fault.task}.`,
    fix: `mound task show ${fault.task}`,
    exit: EXIT.refused,
  }),
  "not-a-reviewer": (fault) => ({
    message: `You may not review ${fault.task}: its reviewer is ${fault.reviewer}, and nobody reviews their own work.`,
    fix: `mound task show ${fault.task}`,
    exit: EXIT.refused,
  }),
  "edit-frozen": (fault) => ({
    message: `The task ${fault.task} is ${fault.status}, so its ${fault.field} can no longer change; title, body and priority can.`,
    fix: `mound task show ${fault.task}`,
    exit: EXIT.refused,
  }),
  "topic-invalid": (fault) => ({
    message: `"${fault.topic}" is nothing that a signal can be about: ${fault.detail}.`,
    fix: "mound help signal",
    exit: EXIT.usage,
  }),
  "decline-held": (fault) => ({
    message: `You hold the task ${fault.task} (token ${fault.token}), so it is too late to decline it; you can give it back.`,
    fix: `mound release ${fault.task}`,
    exit: EXIT.refused,
  }),
  "decline-wrong": (fault) => ({
    message: `The task ${fault.task} cannot be declined: ${fault.detail}.`,
    fix: `mound decline ${fault.task} --for 24h`,
    exit: EXIT.refused,
  }),
  "nothing-to-take": ({ open, idle }) => ({
    message:
      open === undefined
        ? "There is no open task that you may take now."
        : `You may take ${plural(open, "open task")}, and ${plural(idle ?? 0, "idle agent")} could do the one that you would: leave it to the others for some seconds.`,
    fix: open === undefined ? "mound match --agent me" : "mound next --claim",
    exit: EXIT.missing,
    retryable: true,
  }),
  "nothing-to-change": (fault) => ({
    message: `Nothing to change: ${fault.what}.`,
    fix: "mound status",
    exit: EXIT.usage,
  }),
  "not-a-member": (fault) => ({
    message: `${fault.agent} is not a member of this mound.`,
    fix: `mound join --as ${fault.agent}`,
    exit: EXIT.refused,
  }),
  "agent-revoked": (fault) => ({
    message: `The agent ${fault.agent} is ${fault.status}.`,
    fix: `mound agent show ${fault.agent}`,
    exit: EXIT.refused,
  }),
  "agent-exists": (fault) => ({
    message: `An agent named ${fault.agent} is there already, with another key.`,
    fix: "Join under another name: one running agent, one name.",
    exit: EXIT.refused,
  }),
  "key-replaced": (fault) => ({
    message: `The key of ${fault.agent} on this machine is not the one in force (${fault.fingerprint}): it was changed elsewhere.`,
    fix: `Act where that key is, or under a name of its own here: mound join --as ANOTHER`,
    exit: EXIT.refused,
  }),
  "key-taken": (fault) => ({
    message: `The key of ${fault.agent} belongs to ${fault.by} already.`,
    fix: "Use a key of its own for each agent.",
    exit: EXIT.refused,
  }),
  "not-invited": (fault) => ({
    message: `This mound takes only the invited, and the key of ${fault.agent} (${fault.fingerprint}) is not. The key is kept: join again once a root has invited it.`,
    fix: `Ask a root to run: mound invite ${fault.fingerprint}`,
    exit: EXIT.refused,
  }),
  "not-a-root": (fault) => ({
    message: `${fault.agent} is not a root of this mound.`,
    fix: "mound config get",
    exit: EXIT.refused,
  }),
  "config-invalid": (fault) => ({
    message: `That setting is not allowed: ${fault.detail}.`,
    fix: "mound config get",
    exit: EXIT.refused,
  }),
  "capabilities-invalid": (fault) => ({
    message: `What ${fault.agent} declares cannot be: ${fault.detail}.`,
    fix: "mound help can",
    exit: EXIT.refused,
  }),
  "signers-too-few": (fault) => ({
    message: `${fault.path} needs the signatures of ${plural(fault.needed, "root")} and has ${fault.found}.`,
    fix: "Give the other roots' names with --with ROOT, where their keys are on this machine.",
    exit: EXIT.refused,
  }),
  "cap-reached": (fault) => ({
    message: `${fault.agent} has reached the mound's cap of ${fault.limit} ${fault.what}.`,
    fix: "mound config get",
    exit: EXIT.refused,
  }),
  "entries-invalid": (fault) => ({
    message: fault.faults
      .map(({ entry, fault: inner }) => `Entry ${entry + 1}: ${explainRule(inner).message}`)
      .join("\n"),
    fix: "Nothing was added. Mend these entries and import again.",
    exit: EXIT.usage,
  }),
};

/** Tasks of a cycle that are named: who mends it leaves one out, and sees the way round. */
const CYCLE_SHOWN = 12;

function cycleText(cycle: readonly string[]): string {
  if (cycle.length <= CYCLE_SHOWN) return cycle.join(" -> ");
  const shown = [...cycle.slice(0, CYCLE_SHOWN - 2), `(${cycle.length - CYCLE_SHOWN + 1} more)`];
  return [...shown, cycle.at(-1)!].join(" -> ");
}

function fencedSentence(fault: Fault & { code: "fenced" }): string {
  const own = `Your token ${fault.token} on ${fault.task} is no longer current`;
  if (fault.status === "cancelled")
    return `${own}: the task was cancelled by ${fault.by ?? "its creator"}.`;
  if (fault.current === undefined) return `${own}: the task is ${fault.status}.`;
  return `${own}: ${fault.by ?? "another"} holds token ${fault.current}.`;
}

/** Of somebody who saw `k3f` in a list, and typed that. */
function shortSentence(typed: string): string {
  return typed.length < PREFIX_MIN
    ? ` The beginning of an id has ${PREFIX_MIN} characters at least.`
    : "";
}

function overlapSentence(fault: Fault & { code: "paths-overlap" }): string {
  const { task, glob, other, theirs, by, until } = fault;
  const common = commonPath(glob, theirs);
  const both =
    common === undefined || common === glob || common === theirs ? "" : ` (both cover ${common})`;
  return `The task ${task} touches ${glob}, which overlaps ${theirs} of ${other}${both}: ${by} holds that until ${formatInstant(until)}. It can be taken once that claim ends; only tasks that were both made --shared before they were claimed may overlap.`;
}
