import type { PushOutcome } from "../app/ports.ts";
import { contactFault } from "./remote-fault.ts";
import { classifyRefUpdate } from "./ref-update.ts";

export interface PushReport {
  readonly url: string;
  /** The full name of the ref that was to move. */
  readonly ref: string;
  /** undefined when a signal ended git. */
  readonly exitCode: number | undefined;
  /** What `git push --porcelain` wrote, under LC_ALL=C. */
  readonly stdout: string;
  readonly stderr: string;
  readonly timedOut: boolean;
  /** Full names of refs that were pushed along and may have failed by themselves. */
  readonly riders?: readonly string[];
}

/** What the judge at an origin's door says first when another push came before this one. */
export const MOVED = "mound-moved";
/** git's words for a push that a hook of the server's has refused: for good, as far as it goes. */
export const HOOK_DECLINED = "pre-receive hook declined";

/**
 * The outcome of a push, by git's own words. `done` and `refused` are only said where git says so
 * of this very ref; whatever is not understood is `unknown`, which costs one fetch and is never wrong.
 */
export function pushOutcome(report: PushReport): PushOutcome {
  if (report.timedOut) return { kind: "unknown", detail: "no answer in time" };
  if (report.exitCode === undefined)
    return { kind: "unknown", detail: "git push was ended by a signal" };
  const line = refLine(report.stdout, report.ref);
  if (line === undefined) return withoutLine(report);
  switch (line.flag) {
    case " ":
    case "*":
    case "+":
      return report.exitCode === 0 || onlyRidersFailed(report)
        ? { kind: "done" }
        : { kind: "unknown", detail: words(report) };
    case "=":
      // Two clients that made the same bytes are both told this: only the nonce tells whose they are.
      return { kind: "unknown", detail: "the branch already stands at this commit" };
    default:
      return refusal(report, line.summary);
  }
}

/** Whether the server declined because it could not put the objects into its store. */
export function isUnpackFailure(outcome: PushOutcome): boolean {
  return (
    outcome.kind === "failed" &&
    outcome.fault.code === "remote-refused" &&
    /^\[remote rejected\] \((unpacker error|unable to migrate objects)/.test(outcome.fault.detail)
  );
}

/** Which of the riders git says to stand where they were pushed to. */
export function carriedRiders({
  stdout,
  timedOut,
  riders = [],
}: Pick<PushReport, "stdout" | "timedOut" | "riders">): readonly string[] {
  if (timedOut || !isWhole(stdout)) return [];
  return riders.filter((ref) => /^[ *+=]$/.test(refLine(stdout, ref)?.flag ?? ""));
}

/** `<flag> TAB <from>:<to> TAB <summary>`: the one line about a ref. */
function refLine(
  stdout: string,
  ref: string,
): { readonly flag: string; readonly summary: string } | undefined {
  for (const line of stdout.split("\n")) {
    const [flag = "", names = "", summary = ""] = line.split("\t");
    if (flag.length === 1 && names.endsWith(`:${ref}`)) return { flag, summary };
  }
  return undefined;
}

/** git fails as a whole when one ref of several was declined; its report is whole all the same. */
function onlyRidersFailed({ stdout, riders = [] }: PushReport): boolean {
  return isWhole(stdout) && riders.some((ref) => refLine(stdout, ref)?.flag === "!");
}

/** git says so last, when the server has answered for every ref. */
function isWhole(stdout: string): boolean {
  return stdout.endsWith("Done\n");
}

function refusal(report: PushReport, summary: string): PushOutcome {
  const detail = [summary, remoteWords(report.stderr)].filter((text) => text !== "").join(": ");
  const reason = /\((.*)\)/.exec(summary)?.[1] ?? "";
  if (summary.startsWith("[remote failure]")) return { kind: "unknown", detail };
  // The client's own check, before anything was sent.
  if (summary.startsWith("[rejected]")) {
    return /stale info|fetch first|non-fast-forward|already exists|needs force|remote ref updated/.test(
      reason,
    )
      ? { kind: "refused", why: "moved", detail }
      : refusedForGood(report, detail);
  }
  if (!summary.startsWith("[remote rejected]")) return refusedForGood(report, detail);
  if (classifyRefUpdate(reason) === "lost") return { kind: "refused", why: "moved", detail };
  // The judge at the door saw what git itself would have said a moment later.
  if (reason === HOOK_DECLINED && remoteWords(report.stderr).includes(`${MOVED}:`))
    return { kind: "refused", why: "moved", detail };
  if (
    /failed to update ref|failed to lock|cannot lock ref|\.lock'|failed to start|lock failure/i.test(
      reason,
    )
  ) {
    const lost = classifyRefUpdate(`${reason}\n${remoteWords(report.stderr)}`) === "lost";
    return { kind: "refused", why: lost ? "moved" : "contended", detail };
  }
  return refusedForGood(report, detail);
}

function refusedForGood({ url }: PushReport, detail: string): PushOutcome {
  return { kind: "failed", fault: { code: "remote-refused", url, detail } };
}

/** git ended before it could report on the ref: either it never got through, or the line was cut. */
function withoutLine(report: PushReport): PushOutcome {
  const fault = sent(report.stderr) ? undefined : contactFault(report.url, report.stderr);
  return fault === undefined
    ? { kind: "unknown", detail: words(report) }
    : { kind: "failed", fault };
}

/**
 * Whether the commits may have been on their way when the connection broke. A server that answers
 * the upload itself with one of these codes has thrown it away.
 */
function sent(stderr: string): boolean {
  if (/RPC failed; HTTP (401|403|407|413)/.test(stderr)) return false;
  if (/receiving end does not support/.test(stderr)) return false;
  return /hung up unexpectedly|unexpected disconnect|RPC failed|Broken pipe/i.test(stderr);
}

function words({ exitCode, stderr }: PushReport): string {
  return stderr.trim() === "" ? `git push ended with exit code ${exitCode}` : stderr.trim();
}

/** What the server's side said, without the prefix that git puts before it. */
export function remoteWords(stderr: string): string {
  return stderr
    .split("\n")
    .flatMap((line) => (line.startsWith("remote:") ? [line.slice("remote:".length).trim()] : []))
    .filter((line) => line !== "")
    .join("\n");
}
