import type { Fault } from "../protocol/fault.ts";
import type { LockFaultFacts } from "../protocol/lock-fault.ts";
import { groupOf } from "../protocol/lock-paths.ts";
import { formatInstant } from "../protocol/time.ts";
import { EXIT } from "./exit.ts";
import type { Words } from "./explain.ts";
import { speak, type Table } from "./table.ts";

/** A fault of a named lock. */
export type LockFault = Extract<Fault, LockFaultFacts>;

export function isLockFault(fault: Fault): fault is LockFault {
  return Object.hasOwn(WORDS, fault.code);
}

/** The words for a refusal by a rule of named locks. */
export function explainLock(fault: LockFault): Words {
  return speak(WORDS, fault);
}

/** What a lock is called: `the lock deploy`, `the leadership of research`. */
export function lockWords(lock: string): string {
  const group = groupOf(lock);
  return group === undefined ? `the lock ${lock}` : `the leadership of ${group}`;
}

const WORDS: Table<LockFault> = {
  "lock-name-illegal": (fault) => ({
    message: `"${fault.lock}" cannot be the name of a lock: ${fault.detail}.`,
    fix: "Use a name such as deploy or leader/research.",
    exit: EXIT.usage,
  }),
  "lock-missing": (fault) => ({
    message: `Nobody has ever taken ${lockWords(fault.lock)}.`,
    fix: "mound locks",
    exit: EXIT.missing,
  }),
  "lock-held": (fault) => ({
    message: `${upper(lockWords(fault.lock))} is held by ${fault.by} until ${formatInstant(fault.until)} (token ${fault.token}).`,
    fix: waitCommand(fault.lock),
    exit: EXIT.lost,
    retryable: true,
  }),
  "lock-fenced": (fault) => ({
    message: `Token ${fault.token} on ${lockWords(fault.lock)} is not current: ${
      fault.current === undefined
        ? "nobody holds it now"
        : `${fault.by ?? "another"} holds token ${fault.current}`
    }.`,
    fix: "Stop what you do under it; see: mound locks",
    exit: EXIT.fenced,
  }),
  "lock-not-held": (fault) => ({
    message: `You do not hold ${lockWords(fault.lock)}; nobody does.`,
    fix: takeCommand(fault.lock),
    exit: EXIT.fenced,
  }),
  "lock-token-wrong": (fault) => ({
    message: `The claim of ${lockWords(fault.lock)} has token ${fault.token}; the next token is ${fault.expected}.`,
    fix: takeCommand(fault.lock),
    exit: EXIT.lost,
  }),
  "lock-lease-invalid": (fault) => ({
    message: `The lease of ${lockWords(fault.lock)} is not allowed: ${fault.detail}.`,
    fix: "mound config get lease_max",
    exit: EXIT.refused,
  }),
  "lock-limit": (fault) => ({
    message: limitSentence(fault),
    fix: fault.what === "held" ? "Give one back first; see: mound locks" : "mound locks",
    exit: EXIT.refused,
  }),
};

function limitSentence({ lock, agent, what, limit }: LockFault & { code: "lock-limit" }): string {
  const taken = `${upper(lockWords(lock))} was not taken`;
  if (what === "held") return `${taken}: ${agent} holds ${limit} locks, and no more are allowed.`;
  if (what === "named")
    return `${taken}: ${agent} has brought in ${limit} names of locks, and names stay for ever. Use one that is there already.`;
  return `${taken}: this mound has ${limit} names of locks, and only a root may bring in more.`;
}

function takeCommand(lock: string): string {
  const group = groupOf(lock);
  return group === undefined ? `mound lock ${lock}` : `mound lead ${group}`;
}

function waitCommand(lock: string): string {
  return `${takeCommand(lock)} --wait`;
}

function upper(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}
