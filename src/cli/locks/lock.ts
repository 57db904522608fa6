import { groupOf, leaderLock } from "../../protocol/lock-paths.ts";
import { refuseLockName } from "../../protocol/rules/locking.ts";
import { viewLock, type LockView } from "../../protocol/views/lock-view.ts";
import type { Accepted } from "../../app/request.ts";
import { act } from "../act.ts";
import { FaultError, type Context } from "../context.ts";
import { freshMound } from "../fresh.ts";
import { durationOption, tokenOption } from "../options.ts";
import type { Report } from "../report.ts";
import { UsageError } from "../usage.ts";
import { lockJson, lockLine } from "./shape.ts";

type Options = Record<string, unknown>;
type Words = readonly (string | undefined)[];

/** `mound lock NAME [-- PROGRAM ARG...]`: takes a lock, for good or for a program. */
export function lock(context: Context, [name, ...program]: Words, options: Options) {
  return take(context, checked(name!), program, options);
}

/** `mound unlock NAME`. */
export async function unlock(context: Context, [name]: Words, options: Options): Promise<Report> {
  return release(context, checked(name!), options);
}

/** `mound lead GROUP [-- PROGRAM ARG...]`: the same for the leadership of a group. */
export async function lead(
  context: Context,
  [group, ...program]: Words,
  options: Options,
): Promise<Report> {
  const name = checked(leaderLock(group!));
  const asked = ["status", "resign"].filter((option) => options[option] === true);
  if (asked.length > 1 || (asked.length > 0 && program.length > 0))
    throw new UsageError("--status, --resign and a PROGRAM exclude each other.", "mound help lead");
  if (asked[0] === "status") return tellLeader(context, name);
  return asked[0] === "resign"
    ? release(context, name, options)
    : take(context, name, program, options);
}

async function take(
  context: Context,
  name: string,
  program: Words,
  options: Options,
): Promise<Report> {
  const lease = durationOption(options["lease"], "--lease");
  const leased = lease === undefined ? {} : { lease };
  const renews = options["renew"] === true;
  const waits = options["wait"] !== undefined;
  if (renews && (waits || program.length > 0))
    throw new UsageError("--renew goes with neither --wait nor a PROGRAM.", "mound help lock");
  if (!renews && options["token"] !== undefined)
    throw new UsageError(
      "--token names what you hold already: it goes with --renew.",
      `mound lock ${name} --renew --token N`,
    );
  if (waits || program.length > 0) {
    const { takeAndRun } = await import("./run.ts");
    return takeAndRun(context, name, program, options);
  }
  const accepted = renews
    ? await act(context, { type: "renew-lock", name, ...leased, ...tokenOption(options) })
    : await act(context, { type: "lock", name, ...leased });
  return taken(context, name, accepted);
}

/** The report of a command after which the agent holds a lock. */
export async function taken(
  context: Context,
  name: string,
  { answer, commit }: Pick<Accepted, "answer" | "commit">,
): Promise<Report> {
  const view = await seen(context, name);
  const { token } = answer;
  const group = groupOf(name);
  return {
    data: { lock: lockJson(view), token, commit: commit ?? null, already: answer.already === true },
    text: lockLine(view),
    next: [
      `mound fence ${name} ${token}`,
      group === undefined ? `mound unlock ${name}` : `mound lead ${group} --resign`,
    ],
  };
}

async function release(context: Context, name: string, options: Options): Promise<Report> {
  const { answer, commit } = await act(context, {
    type: "unlock",
    name,
    ...tokenOption(options),
  });
  const view = await seen(context, name);
  const already = answer.already === true;
  return {
    data: { lock: lockJson(view), token: answer.token, commit: commit ?? null, already },
    text: lockLine(view),
  };
}

async function tellLeader(context: Context, name: string): Promise<Report> {
  const { mound, notes } = await freshMound(context);
  const view = await mound.read((state, now) => {
    const found = state.get(`lock/${name}`);
    return found === undefined ? undefined : viewLock(found, now);
  });
  if (view === undefined) throw new FaultError({ rule: "LK3", code: "lock-missing", lock: name });
  const leader = view.status === "held" ? view.claim!.agent : null;
  return {
    data: { leader, lock: lockJson(view) },
    text: leader === null ? `Nobody leads ${view.group}: ${lockLine(view)}` : lockLine(view),
    next: leader === null ? [`mound lead ${view.group}`] : [],
    notes,
  };
}

async function seen(context: Context, name: string): Promise<LockView> {
  const mound = await context.mound();
  return mound.read((view, now) => viewLock(view.get(`lock/${name}`)!, now));
}

/** A name that can be none is told before anything else is looked at. */
function checked(name: string): string {
  const illegal = refuseLockName(name);
  if (illegal !== undefined) throw new FaultError(illegal);
  return name;
}
