import type { AnyFault } from "../open/faults.ts";
import { HOOK_DECLINED } from "../git/push-outcome.ts";
import { formatInstant } from "../protocol/time.ts";
import { EXIT } from "./exit.ts";
import { AUDIT_WORDS } from "./explain-audit.ts";
import { CHECKPOINT_WORDS } from "./explain-checkpoint.ts";
import { DOOR_WORDS } from "./explain-door.ts";
import { DRAFT_WORDS } from "./explain-draft.ts";
import { GUARD_WORDS } from "./explain-guard.ts";
import { VOUCH_WORDS } from "./explain-vouch.ts";
import type { Words } from "./explain.ts";
import { missingText } from "./missing-text.ts";
import { REACTION_WORDS } from "./explain-reactions.ts";
import { speak, type Table } from "./table.ts";

type SystemFault = Exclude<AnyFault, { readonly rule: string }>;

/** The words for a fault of keys, git, the origin or the clone. */
export function explainSystem(fault: SystemFault): Words {
  return speak(WORDS, fault);
}

const WORDS: Table<SystemFault> = {
  ...CHECKPOINT_WORDS,
  ...REACTION_WORDS,
  ...DRAFT_WORDS,
  ...AUDIT_WORDS,
  ...DOOR_WORDS,
  ...GUARD_WORDS,
  ...VOUCH_WORDS,
  "not-in-a-mound": (fault) => ({
    message: `${fault.dir} is in no mound.`,
    fix: "mound init --as AGENT, or: mound clone URL",
    exit: EXIT.missing,
  }),
  "mound-exists": (fault) => ({
    message: `There is a repository at ${fault.dir} already.`,
    fix: `mound -C ${fault.dir} status, or: mound init --in ${fault.dir} --as AGENT`,
    exit: EXIT.usage,
  }),
  "folder-not-empty": (fault) => ({
    message: `The folder ${fault.dir} is not empty.`,
    fix: "Name an empty or a new folder.",
    exit: EXIT.usage,
  }),
  "folder-missing": (fault) => ({
    message: `There is no folder ${fault.dir}.`,
    fix: `mkdir -p ${fault.dir}`,
    exit: EXIT.missing,
  }),
  "not-a-repository": (fault) => ({
    message: `${fault.dir} is not a git repository.`,
    fix: "mound init DIR --as AGENT makes a repository of its own.",
    exit: EXIT.usage,
  }),
  "branch-taken": (fault) => ({
    message: `The branch ${fault.branch} at ${fault.url} is taken.`,
    fix: `mound clone ${fault.url}, or choose another --branch.`,
    exit: EXIT.refused,
  }),
  "mound-id-differs": (fault) => ({
    message: `${fault.url} holds the mound ${fault.found.slice(0, 16)}, not ${fault.wanted}.`,
    fix: "Ask whoever gave you the address; nothing was kept.",
    exit: EXIT.refused,
  }),
  "not-embedded": (fault) => ({
    message: `This mound is at ${fault.url} already.`,
    fix: "mound status",
    exit: EXIT.usage,
  }),
  "publish-unknown": (fault) => ({
    message: `Whether the mound moved to ${fault.url} is not known: ${fault.detail}. The old origin stays frozen.`,
    fix: `mound publish ${fault.url}`,
    exit: EXIT.unknown,
    retryable: true,
  }),
  "agent-unknown": (fault) => ({
    message: `There is no agent ${fault.agent} in this mound.`,
    fix: "mound agent list",
    exit: EXIT.missing,
  }),
  "not-auctioned": (fault) => ({
    message: `The task ${fault.task} is not auctioned: who may take it claims it.`,
    fix: `mound task show ${fault.task}`,
    exit: EXIT.refused,
  }),
  "nobody-able": ({ skills, lapsed }) => ({
    message: `No member says that it can do ${skills.join(", ")}${skills.length > 1 ? ", all of it" : ""}.${lapsed
      .map(({ agent, until }) => ` ${agent} did until ${until}.`)
      .join("")}`,
    fix: "mound agent list",
    exit: EXIT.missing,
  }),
  "commit-unknown": (fault) => ({
    message:
      fault.matches === 0
        ? `No commit of the line is named ${fault.commit}, as far as it is known here.`
        : `${fault.matches} commits of the line begin with ${fault.commit}.`,
    fix: fault.matches === 0 ? "mound log" : "Write more of its name: mound log --json",
    exit: EXIT.missing,
  }),
  "before-the-line": (fault) => ({
    message: `Nothing was on the line at ${formatInstant(fault.time)}: its first commit is of ${formatInstant(fault.first)}.`,
    fix: `mound replay --to ${formatInstant(fault.first)}`,
    exit: EXIT.missing,
  }),
  "task-not-yet": (fault) => ({
    message: `There was no task ${fault.task} at ${formatInstant(fault.at)}: it was added at ${formatInstant(fault.created)}.`,
    fix: `mound why ${fault.task}`,
    exit: EXIT.missing,
  }),
  "fields-missing": (fault) => ({
    message: `${fault.path} lacks ${fault.lines.length} of the fields that every record has. Fresh values to paste in:\n${fault.lines.join("\n")}`,
    fix: `mound sign ${fault.path} --fill`,
    exit: EXIT.usage,
  }),
  "signature-stale": (fault) => ({
    message: `${fault.path} carries a signature${fault.by === undefined ? "" : ` of ${fault.by}`} that does not fit its body.`,
    fix: "Take that signature out of the file, and ask for it again once the body is final.",
    exit: EXIT.refused,
  }),
  "line-missing": (fault) => ({
    message: `There is no mound at ${fault.url} yet.`,
    fix: `mound init --remote ${fault.url} --as AGENT`,
    exit: EXIT.missing,
  }),
  "not-a-mound": (fault) => ({
    message: `What is at ${fault.url} is not a mound: ${fault.detail}.`,
    fix: "Check the address and the --branch.",
    exit: EXIT.missing,
  }),
  "history-rewritten": (fault) => ({
    message: `The history at ${fault.url} was rewritten: it no longer contains ${fault.missing === undefined ? `${fault.verified.slice(0, 12)}, which was verified here` : `${missingText(fault.missing)}, verified here`}. Nothing was changed; both are kept.`,
    fix: "mound repair --force-line",
    exit: EXIT.finding,
  }),
  "force-refused": (fault) => ({
    message: `The origin ${fault.url} does not let its branch be put back: ${fault.detail}. ${fault.command === undefined ? "Its owner has to allow a forced push to that branch for a moment (the protection of the branch, or receive.denyNonFastForwards)." : "Whoever owns it has to move the branch there."}`,
    fix: fault.command ?? "mound repair --force-line --yes",
    exit: EXIT.refused,
  }),
  "line-deferred": (fault) => ({
    message: `The newest commit ${fault.commit.slice(0, 12)} is dated ${formatInstant(fault.time)}, ahead of this clock; it waits, and nothing is built on it.`,
    fix: "Check this machine's clock, then: mound sync; where the commit's date is false: mound repair --force-line",
    exit: EXIT.unreachable,
    retryable: true,
  }),
  contended: (fault) => ({
    message: `Others moved the line ${fault.tries} times in ${Math.round(fault.waited / 1_000)} s while this was tried; nothing was changed.`,
    fix: "Try again.",
    exit: EXIT.lost,
    retryable: true,
  }),
  "queue-full": (fault) => ({
    message: `The daemon has ${fault.waiting} commands waiting and takes no more; nothing was sent.`,
    fix: `sleep ${Math.ceil(fault.retry / 1_000)}, and try again`,
    exit: EXIT.unreachable,
    retryable: true,
  }),
  "origin-changed": (fault) => ({
    message: `This mound has moved to ${fault.to}; the daemon of its old origin has ended.`,
    fix: "mound watch",
    exit: EXIT.unreachable,
  }),
  "daemon-running": (fault) => ({
    message:
      fault.pid === undefined
        ? "A daemon of another build watches this clone already."
        : `A daemon watches this clone already: process ${fault.pid}.`,
    fix: fault.pid === undefined ? "mound doctor" : `kill ${fault.pid}`,
    exit: EXIT.refused,
  }),
  "decide-again": (fault) => ({
    message: `What ${fault.agent} had signed is legal no more: the line has moved. Nothing was changed.`,
    fix: "Try again.",
    exit: EXIT.lost,
    retryable: true,
  }),
  aborted: (fault) => ({
    message: `It could not be carried out, and nothing was sent: ${fault.detail}`,
    fix: "mound doctor",
    exit: EXIT.bug,
    retryable: true,
  }),
  "outcome-unknown": (fault) => ({
    message: `Whether this landed is not known: ${fault.detail}`,
    fix: "mound sync",
    exit: EXIT.unknown,
    retryable: true,
  }),
  "remote-unreachable": (fault) => ({
    message: `The origin ${fault.url} cannot be reached: ${fault.detail}`,
    fix: "mound sync",
    exit: EXIT.unreachable,
    retryable: true,
  }),
  "remote-refused": (fault) => ({
    message: `The origin ${fault.url} refuses: ${fault.detail}`,
    fix: refusedFix(fault.detail),
    exit: isJudged(fault.detail) ? EXIT.refused : EXIT.unreachable,
  }),
  "remote-garbage": (fault) => ({
    message: `What answers at ${fault.url} is not a usable git origin: ${fault.detail}`,
    fix: "Check the address.",
    exit: EXIT.unreachable,
  }),
  "git-missing": () => ({
    message: "There is no git on the PATH.",
    fix: "Install git 2.34 or newer.",
    exit: EXIT.bug,
  }),
  "git-too-old": (fault) => ({
    message: `This git is ${fault.found}; ${fault.needed} or newer is needed.`,
    fix: "Install a newer git.",
    exit: EXIT.bug,
  }),
  "git-failed": (fault) => ({
    message: `git ${fault.command} failed: ${fault.detail}`,
    fix: "Is the disk full, or the repository damaged? git fsck",
    exit: EXIT.bug,
  }),
  "ref-locked": (fault) => ({
    message: `Another process keeps ${fault.ref} locked: ${fault.detail}`,
    fix: "Try again; remove the .lock file that it names when no git process runs.",
    exit: EXIT.bug,
    retryable: true,
  }),
  "object-too-large": (fault) => ({
    message: `The object ${fault.oid} is larger than ${fault.limit} bytes.`,
    fix: "git fsck",
    exit: EXIT.bug,
  }),
  "object-damaged": (fault) => ({
    message: `The object ${fault.oid} is damaged: ${fault.detail}`,
    fix: "git fsck",
    exit: EXIT.bug,
  }),
  "key-missing": (fault) => ({
    message: `There is no key of ${fault.agent} on this machine (looked for ${fault.path}).`,
    fix: `mound join --as ${fault.agent}`,
    exit: EXIT.refused,
  }),
  "key-unusable": (fault) => ({
    message: `The key ${fault.path} cannot be used: ${fault.detail}`,
    fix: `ssh-keygen -y -f ${fault.path}`,
    exit: EXIT.refused,
  }),
  "key-exists": (fault) => ({
    message: `There is a key of ${fault.agent} already: ${fault.path}.`,
    fix: `mound whoami --as ${fault.agent}`,
    exit: EXIT.refused,
  }),
  "key-exposed": (fault) => ({
    message: `Others can read the private key ${fault.path} (mode ${fault.mode}).`,
    fix: `chmod 600 ${fault.path}`,
    exit: EXIT.refused,
  }),
  "key-ambiguous": (fault) => ({
    message: `The ssh-agent holds several ed25519 keys: ${fault.choices.map((choice) => `${choice.fingerprint} (${choice.comment})`).join(", ")}.`,
    fix: `--key ssh-agent:${fault.choices[0]?.fingerprint ?? "SHA256:..."}`,
    exit: EXIT.usage,
  }),
};

/** A hook of the server's has looked at the push and declined it; a frozen origin declines any. */
function isJudged(detail: string): boolean {
  return detail.includes(`(${HOOK_DECLINED})`) && movedTo(detail) === undefined;
}

function movedTo(detail: string): string | undefined {
  return /mound-frozen: this mound has moved to (\S+)/.exec(detail)?.[1];
}

function refusedFix(detail: string): string {
  const moved = movedTo(detail);
  if (isJudged(detail)) return "mound sync, and see: mound doctor";
  return moved === undefined
    ? "git ls-remote, to see what git itself says."
    : `mound clone ${moved}`;
}
