import type { Fault } from "../protocol/fault.ts";
import { formatInstant } from "../protocol/time.ts";
import { EXIT } from "./exit.ts";
import type { Words } from "./explain.ts";
import { speak, type Table } from "./table.ts";

const CODES = [
  "record-too-large",
  "record-malformed",
  "kind-unknown",
  "field-invalid",
  "path-wrong",
  "path-illegal",
  "removal-illegal",
  "removal-missing",
  "furniture",
  "unsigned",
  "signature-invalid",
  "signer-wrong",
  "nonce-used",
  "time-not-later",
  "seen-unknown",
  "lineage",
  "time-backwards",
  "clock-skew",
  "commit-signature",
  "author-wrong",
  "trailer-false",
  "commit-too-large",
  "commit-empty",
  "protocol-unknown",
  "companion-missing",
  "checkpoint-wrong",
] as const;

/** A fault of a file or a commit, rather than of what it asks for. */
export type RecordFault = Extract<Fault, { readonly code: (typeof CODES)[number] }>;

/** Whether the fault is about a file or a commit, rather than about what it asks for. */
export function isRecordFault(fault: Fault): fault is RecordFault {
  return (CODES as readonly string[]).includes(fault.code);
}

/** The words for a file or a commit that is not as the protocol asks. */
export function explainRecord(fault: RecordFault): Words {
  return speak(WORDS, fault);
}

const words = (
  message: string,
  fix = "See the record's schema in .mound/schema/.",
  exit: number = EXIT.refused,
): Words => ({ message, fix, exit });

const WORDS: Table<RecordFault> = {
  "record-too-large": (fault) =>
    words(
      `${fault.path} has ${fault.size} bytes; a record has at most 16384.`,
      "Shorten it, and name the work by a ref.",
      EXIT.usage,
    ),
  "record-malformed": (fault) =>
    words(`${fault.path}, line ${fault.line}: ${fault.detail}.`, undefined, EXIT.usage),
  "kind-unknown": (fault) =>
    words(
      `${fault.path}: there is no kind of record called "${fault.kind}".`,
      undefined,
      EXIT.usage,
    ),
  "field-invalid": (fault) =>
    words(`${fault.path}: the field \`${fault.field}\` ${fault.detail}.`, undefined, EXIT.usage),
  "path-wrong": (fault) =>
    words(
      `${fault.path}: a record with this body belongs at ${fault.expected}.`,
      `Move it to ${fault.expected}.`,
    ),
  "path-illegal": (fault) => words(`${fault.path} is not allowed here: ${fault.detail}.`),
  "removal-illegal": (fault) =>
    words(
      `${fault.path} may not be removed.`,
      "Put it back: nothing is deleted but a lock file, with its attempt.",
    ),
  "removal-missing": (fault) => words(`${fault.path} must be removed in the same commit.`),
  furniture: (fault) =>
    words(
      `${fault.path} may be changed only in a commit that a root has signed; ${fault.agent} is none.`,
    ),
  unsigned: (fault) => words(`${fault.path} is not signed.`, `mound sign ${fault.path}`),
  "signature-invalid": (fault) =>
    words(
      `${fault.path}: the signature does not count, because ${fault.detail}.`,
      `mound sign ${fault.path}`,
    ),
  "signer-wrong": (fault) =>
    words(
      `${fault.path} is not signed with the key that is needed: ${fault.needed}.`,
      `mound sign ${fault.path}`,
    ),
  "nonce-used": (fault) =>
    words(
      `${fault.path}: the nonce ${fault.nonce} was used before; a record is accepted once.`,
      "Write a new record with a fresh nonce.",
    ),
  "time-not-later": (fault) =>
    words(
      `${fault.path}: its time ${formatInstant(fault.at)} is not later than that of the record it replaces.`,
    ),
  "seen-unknown": (fault) =>
    words(
      `${fault.path}: \`seen\` is ${fault.seen || "missing"}; it must be a commit of this line.`,
      "git rev-parse origin/HEAD",
    ),
  lineage: (fault) =>
    words(
      `The commit does not continue the line: ${fault.detail}.`,
      "git pull --ff-only, then commit again.",
    ),
  "time-backwards": (fault) =>
    words(
      `The commit's time ${formatInstant(fault.time)} is before its parent's, ${formatInstant(fault.before)}.`,
      "Set this machine's clock.",
    ),
  "clock-skew": (fault) =>
    words(
      `${fault.path}: its time ${formatInstant(fault.at)} is more than ${Math.round(fault.skew / 1_000)} s away from its commit's, ${formatInstant(fault.time)}.`,
      "Set this machine's clock, or commit sooner after writing.",
    ),
  "commit-signature": (fault) =>
    words(
      `The commit does not count: ${fault.detail}.`,
      "git commit -S, with gpg.format=ssh and user.signingkey set.",
    ),
  "author-wrong": (fault) =>
    words(
      `${fault.path} is by ${fault.expected}, but the commit's author is ${fault.author}.`,
      `git commit --author="${fault.expected} <>"`,
    ),
  "trailer-false": (fault) =>
    words(
      `The trailer "${fault.trailer}: ${fault.value}" is not true of this commit.`,
      "Leave it out, or correct it.",
    ),
  "commit-too-large": (fault) =>
    words(
      `The commit has ${fault.found} ${fault.what}; ${fault.limit} are allowed.`,
      "Split it.",
      EXIT.usage,
    ),
  "commit-empty": () => words("The commit changes nothing.", "Leave it out."),
  "protocol-unknown": (fault) =>
    words(
      `This mound has protocol ${fault.found}, which this version of Mound does not know.`,
      "Install a newer mound.",
      EXIT.refused,
    ),
  "checkpoint-wrong": (fault) =>
    words(`${fault.path} is no checkpoint: ${fault.detail}.`, "mound checkpoint"),
  "companion-missing": (fault) =>
    words(`${fault.path} is missing from the commit: ${fault.detail}.`),
};
