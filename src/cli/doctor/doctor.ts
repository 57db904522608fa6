import { EMBEDDED, embeddedOrigin, findClone, type Clone } from "../../git/clone.ts";
import { embeddedRemote } from "../../git/embedded.ts";
import { GitError } from "../../git/fault.ts";
import { gitRemote } from "../../git/remote.ts";
import { Mound } from "../../open/mound.ts";
import type { Context } from "../context.ts";
import { EXIT } from "../exit.ts";
import { explain } from "../explain.ts";
import type { Report } from "../report.ts";
import { sanitiseLine } from "../sanitise.ts";
import { plural } from "../plural.ts";
import { CHECKS } from "./checks.ts";
import type { Check, ClonePatient, Finding, Level, Patient, Said } from "./finding.ts";
import { shell } from "./shell.ts";

/** No check takes so long on a healthy machine; the slowest of them asks a remote for its tip. */
const CHECK_MS = 20_000;
/** Shorter, so that a remote that hangs is told as that. */
const FETCH_MS = 8_000;

/** `mound doctor [--fix]`: looks at everything that may stand in the way, and mends what is safe to mend. */
export async function doctor(
  context: Context,
  _args: readonly unknown[],
  options: Record<string, unknown>,
): Promise<Report> {
  const { clone, damage } = lookForClone(context.dir);
  const patient: Patient = {
    dir: context.dir,
    environment: context.env.environment,
    agent: context.options.as ?? (context.env.environment["MOUND_AGENT"] || undefined),
    clone,
  };
  const inside = clone === undefined ? undefined : openPatient(context, patient, clone);
  const found = await Promise.all(CHECKS.map((check) => perform(check, patient, inside)));
  const findings = [...damage];
  // Mended one after the other once all was looked at: no check sees another's work half done.
  for (const { check, said } of found.flat())
    findings.push(await settle(check, said, options["fix"] === true));
  const failed = findings.some(({ level, fixed }) => level === "fail" && !fixed);
  return {
    data: { healthy: !failed, folder: clone?.workTree ?? null, findings },
    text: [...findings.map(lineOf), summary(findings, clone)].join("\n"),
    ...(failed ? { exit: EXIT.finding } : {}),
  };
}

/** A clone whose own notes cannot be read is found, and is no reason to give up. */
function lookForClone(dir: string): { clone: Clone | undefined; damage: readonly Finding[] } {
  try {
    return { clone: findClone(dir), damage: [] };
  } catch (error) {
    const message = `The clone at or above ${dir} is damaged: mound/clone.json in its git directory cannot be read (${(error as Error).message}). Clone the mound anew; nothing that landed is lost.`;
    return {
      clone: undefined,
      damage: [{ check: "clone", level: "fail", message, fix: null, fixed: false }],
    };
  }
}

function openPatient(context: Context, patient: Patient, clone: Clone): ClonePatient {
  const open = async (): Promise<Mound> =>
    context.adopt(await Mound.openClone(clone, { environment: patient.environment }));
  return { ...patient, clone, mound: once(open), fetch: once(() => fetchTip(clone)) };
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => (made ??= make());
}

/** As the use cases fetch, but with a time limit that fits somebody who waits for a diagnosis. */
async function fetchTip(clone: Clone): ReturnType<ClonePatient["fetch"]> {
  const { commonDir: gitDir, settings } = clone;
  const { origin, branch } = settings;
  if (origin === EMBEDDED) return embeddedRemote(embeddedOrigin(gitDir), branch).fetch();
  return gitRemote({ gitDir, url: origin, branch, fetchTimeoutMs: FETCH_MS }).fetch();
}

async function perform(
  check: Check,
  patient: Patient,
  inside: ClonePatient | undefined,
): Promise<readonly { readonly check: string; readonly said: Said }[]> {
  const look = async (): Promise<readonly Said[]> => {
    if (check.of === "machine") return check.look(patient);
    return inside === undefined ? [] : check.look(inside);
  };
  const found = await within(CHECK_MS, look()).catch((error: unknown) => [
    breakage(error, patient),
  ]);
  return found.map((said) => ({ check: check.name, said }));
}

/** A check that breaks is a finding itself: what broke it is what is wrong. */
function breakage(error: unknown, { clone }: Patient): Said {
  if (error instanceof GitError) {
    const fix = clone === undefined ? "git --version" : shell("git", "-C", clone.workTree, "fsck");
    return { level: "fail", message: explain(error.fault).message, fix };
  }
  const detail = error instanceof Error ? error.message : String(error);
  return { level: "warn", message: `This could not be looked at: ${detail}.` };
}

async function settle(check: string, said: Said, fix: boolean): Promise<Finding> {
  const { level, message, mend } = said;
  const finding = { check, level, message, fix: said.fix ?? null, fixed: false };
  if (!fix || mend === undefined) return finding;
  try {
    await within(CHECK_MS, mend());
    return { ...finding, fixed: true };
  } catch (error) {
    return {
      ...finding,
      message: `${message} It could not be mended: ${(error as Error).message}.`,
    };
  }
}

async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${ms / 1_000} s`)), ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

const MARKS: Readonly<Record<Level, string>> = {
  ok: "ok",
  note: "note",
  warn: "WARN",
  fail: "FAIL",
};

function lineOf({ check, level, message, fix, fixed }: Finding): string {
  const line = `${(fixed ? "fixed" : MARKS[level]).padEnd(5)} ${check.padEnd(10)} ${sanitiseLine(message)}`;
  return fix === null || fixed ? line : `${line}\n      ${sanitiseLine(fix)}`;
}

function summary(findings: readonly Finding[], clone: Clone | undefined): string {
  const left = findings.filter(({ fixed }) => !fixed);
  const count = (level: Level): number => left.filter((finding) => finding.level === level).length;
  const [failures, warnings] = [count("fail"), count("warn")];
  const place = clone === undefined ? "This machine" : `This machine and ${clone.workTree}`;
  if (failures + warnings === 0) return `\n${place}: nothing is wrong.`;
  return `\n${place}: ${plural(failures, "failure")}, ${plural(warnings, "warning")}.`;
}
