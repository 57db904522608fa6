import type { DoorFault } from "../app/door.ts";
import { MOVED } from "../git/push-outcome.ts";
import type { HookFault } from "../open/hook.ts";
import { formatInstant } from "../protocol/time.ts";
import { EXIT } from "./exit.ts";
import type { Table } from "./table.ts";

/** The words for what the judge at a repository's door refuses, and for putting it there. */
export const DOOR_WORDS: Table<DoorFault | HookFault> = {
  "door-deletion": (fault) => ({
    message: `${fault.ref} is the line of a mound, and is never deleted.`,
    fix: "Leave it out of the push.",
    exit: EXIT.refused,
  }),
  "door-rewind": (fault) => ({
    message: `${fault.ref} cannot go from ${fault.old.slice(0, 12) || "nothing"} to ${fault.next.slice(0, 12)}: the line is never rewritten, and each commit follows on the one before it as its first parent.`,
    fix: "mound sync, then commit on what is there",
    exit: EXIT.refused,
  }),
  "door-ahead": (fault) => ({
    message: `The commit ${fault.commit.slice(0, 12)} is dated ${formatInstant(fault.time)}, more than ${Math.round(fault.skew / 1_000)} s ahead of this server's clock, ${formatInstant(fault.now)}.`,
    fix: "Set the clock of the machine that made it, and make it again.",
    exit: EXIT.refused,
  }),
  "door-moved": (fault) => ({
    message: `${MOVED}: ${fault.ref} has moved on to ${fault.found.slice(0, 12) || "nothing"} meanwhile.`,
    fix: "mound sync, and push again",
    exit: EXIT.lost,
    retryable: true,
  }),
  "door-ref": (fault) => ({
    message: `${fault.ref} is not taken: ${fault.detail}.`,
    fix: "Leave it out; beside code, the server's administrator names the mound's branch: mound hook install DIR --branch BRANCH",
    exit: EXIT.refused,
  }),
  "door-presence": (fault) => ({
    message: `${fault.ref} is no heartbeat: ${fault.detail}.`,
    fix: "Leave it out of the push.",
    exit: EXIT.refused,
  }),
  "door-late": (fault) => ({
    message: fault.behind
      ? `The judge has not caught up with this repository within ${fault.limit / 1_000} s; what it has read is kept.`
      : `Judging this push takes longer than ${fault.limit / 1_000} s.`,
    fix: fault.behind
      ? "Push again; or on the server: mound hook install DIR"
      : "Push fewer commits at a time.",
    exit: EXIT.unreachable,
    retryable: fault.behind,
  }),
  "door-broken": (fault) => ({
    message: `The judge cannot judge this push, so nothing of it is taken: ${fault.detail}`,
    fix: "On the server: mound hook install DIR, and git fsck",
    exit: EXIT.bug,
  }),
  "hook-taken": (fault) => ({
    message: `There is another hook at ${fault.path} already, and it is left as it is.`,
    fix: "Call `mound hook pre-receive` from it with its standard input (see: mound help hook), or replace it and keep a copy: --force",
    exit: EXIT.refused,
  }),
  "hook-missing": (fault) => ({
    message: `There is no judge at ${fault.dir}.`,
    fix: `mound hook install ${fault.dir}`,
    exit: EXIT.missing,
  }),
  "not-bare": (fault) => ({
    message: `${fault.dir} is not a bare repository: a judge stands where others push to.`,
    fix: "git clone --bare, or name the folder of the origin.",
    exit: EXIT.usage,
  }),
  "format-unusable": (fault) => ({
    message: `${fault.dir} has the ${fault.what} format ${fault.found}; Mound needs ${fault.needed}.`,
    fix: `git init --bare --object-format=sha1 DIR`,
    exit: EXIT.usage,
  }),
  "branch-foreign": (fault) => ({
    message: `The branch ${fault.branch} of ${fault.dir} holds no mound: ${fault.detail}.`,
    fix: `mound hook install ${fault.dir} --branch BRANCH`,
    exit: EXIT.usage,
  }),
};
