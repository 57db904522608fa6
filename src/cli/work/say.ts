import { unreachable } from "../../base/assert.ts";
import { formatInstant } from "../../protocol/time.ts";
import type { Chore } from "../../open/auction-chores.ts";
import type { DeskFault, Progress } from "../../work/desk.ts";
import type { WorkEvent } from "../../work/events.ts";
import { explain, type Failure } from "../explain.ts";
import { EXIT } from "../exit.ts";
import { sanitiseLine } from "../sanitise.ts";

/** What a worker's events are for people: a line of data for standard output, or talk. */
export interface Said {
  readonly line?: string;
  readonly talk?: string;
}

/** A long result is in the record; a line shows how it begins. */
const SHOWN_CHARS = 120;

/** An event in words. `agent`: who works. */
export function sayEvent(event: WorkEvent, agent: string): Said {
  switch (event.type) {
    case "claimed": {
      const { id, token, until, title } = event.task;
      return {
        line: `claimed  ${id}  (token ${token}, until ${formatInstant(until)})  ${sanitiseLine(title)}`,
      };
    }
    case "progress":
      return { line: `progress ${event.task.id}  ${sayProgress(event.progress)}` };
    case "done":
      return {
        line: `done     ${event.task.id}${event.result === undefined ? "" : `  ${shorten(event.result)}`}`,
        ...talkOfFile(event.file, "The result is longer than a record may be: the whole is in"),
      };
    case "failed":
    case "released":
      return { line: `${event.type.padEnd(8)} ${event.task.id}  ${shorten(event.reason)}` };
    case "lost":
      return {
        line: `lost     ${event.task.id}  ${sanitiseLine(explainWork(event.fault).message)}`,
        ...talkOfFile(event.file, "What the program gave as its result is kept in"),
      };
    case "unsent":
      return {
        line: `unsent   ${event.task.id}  ${sanitiseLine(explainWork(event.fault).message)}`,
        talk: sayUnsent(event),
      };
    case "trouble": {
      const about = event.task === undefined ? "" : `${event.task.id}: `;
      return { talk: `${about}${explainWork(event.fault).message.trimEnd()}\nIt is tried again.` };
    }
    case "lapsed":
      return {
        talk: `The lease on ${event.task.id} is over, and it could not be renewed. The program goes on: its result counts as long as nobody else has taken the task.`,
      };
    case "waiting":
      return { talk: `There is nothing for ${agent} to take; waiting.` };
    case "stopping":
      return {
        talk:
          event.running === 0
            ? "Stopping."
            : `Stopping: ${event.running} running. Once more to end at once.`,
      };
    default:
      return unreachable(event);
  }
}

/** The same for programs; undefined for talk. Times are RFC 3339. */
export function eventJson(event: WorkEvent, now: number): object | undefined {
  if (!("task" in event) || event.task === undefined) return undefined;
  if (event.type === "trouble" || event.type === "lapsed") return undefined;
  const { task, type, ...facts } = event;
  const { id, title, token } = task;
  const common = { v: 1, type, time: formatInstant(now), task: id, title, token };
  if (event.type === "claimed") return { ...common, until: formatInstant(task.until) };
  if (event.type === "progress") return { ...common, ...event.progress };
  if (!("fault" in facts)) return { ...common, ...facts };
  const { code, message } = explainWork(facts.fault);
  return { ...common, ...facts, fault: { code, message } };
}

/** What a worker does for auctions beside its work, as talk. */
export function sayChore({ what, task, fault }: Chore): string {
  const reveals = what === "reveal";
  if (fault === undefined)
    return reveals ? `Revealed the bid on ${task}.` : `Had the auction of ${task} awarded.`;
  const could = reveals ? `The bid on ${task}` : `The auction of ${task}`;
  return `${could} could not be ${reveals ? "revealed" : "awarded"} (${fault}). It is tried again; by hand: mound ${reveals ? `reveal ${task}` : `auction ${task} --award`}`;
}

/** The words for whatever keeps a worker from going on. */
export function explainWork(fault: DeskFault): Failure {
  if (fault.code !== "io") return explain(fault);
  return {
    code: "io",
    message: `The system refused: ${fault.detail}`,
    fix: "Check the disk and the permissions.",
    retryable: true,
    exit: EXIT.bug,
  };
}

function sayProgress({ percent, note }: Progress): string {
  const parts = [percent === undefined ? undefined : `${percent}%`, note];
  return sanitiseLine(parts.filter((part) => part !== undefined).join(" "));
}

function sayUnsent({ task, outcome, file }: WorkEvent & { type: "unsent" }): string {
  const named = `${task.id} --token ${task.token}`;
  const command =
    outcome === "done"
      ? `mound done ${named}${file === undefined ? "" : ` -F ${file}`}`
      : outcome === "failed"
        ? `mound fail ${named} --reason "..."`
        : `mound release ${named}`;
  return `The claim on ${task.id} stands until its lease is over. When the origin is back:\n  ${command}`;
}

function talkOfFile(file: string | undefined, before: string): { talk?: string } {
  return file === undefined ? {} : { talk: `${before} ${file}` };
}

function shorten(text: string): string {
  const line = sanitiseLine(text.trim());
  return line.length <= SHOWN_CHARS ? line : `${line.slice(0, SHOWN_CHARS)}...`;
}
