import { type InForce, readInForce } from "../../daemon/reactions/in-force.ts";
import type { Delivery } from "../../daemon/reactions/ledger.ts";
import { loadReactions } from "../../daemon/reactions/load.ts";
import { openRequests } from "../../daemon/reactions/requests.ts";
import { statusOf } from "../../daemon/reactions/status.ts";
import { readLedger } from "../../daemon/reactions/store.ts";
import type { Clone } from "../../git/clone.ts";
import { formatInstant } from "../../protocol/time.ts";
import type { Context } from "../context.ts";
import { explain } from "../explain.ts";
import type { Report } from "../report.ts";
import { plural } from "../plural.ts";
import { deliveriesFolder, reactionsFile } from "./place.ts";
import { deliveryJson, deliveryLine, reactionJson, reactionLine, whyText } from "./shape.ts";

/** Deliveries of a sort that a person is shown; a program gets them all. */
const SHOWN = 20;
/** Lines of a program's output that a person is shown. */
const OUTPUT_LINES = 3;

/** `mound reactions`: what is in force, what waits, what is retried, and what was given up. */
export async function listReactions(context: Context): Promise<Report> {
  const clone = context.clone();
  const folder = deliveriesFolder(clone);
  const daemon = readInForce(folder);
  const { path, reactions, fault } = daemon ?? withoutDaemon(context, clone);
  const { waiting, retrying, dead } = statusOf(readLedger(folder).ledger);
  const known = new Set(reactions.map(({ name }) => name));
  const absent = fault?.code === "reactions-missing";
  const state = daemon === undefined ? "No mound watch runs here, so nothing is tried. " : "";
  const head = absent
    ? `${state}There is no reactions file: ${path}`
    : `${state}${plural(reactions.length, "reaction")} in ${path}`;
  const said = fault === undefined || absent ? undefined : explain(fault);
  return {
    data: {
      file: path,
      daemon: daemon?.pid ?? null,
      fault: said === undefined ? null : { code: said.code, message: said.message },
      reactions: reactions.map(reactionJson),
      waiting: waiting.map(deliveryJson),
      retrying: retrying.map(deliveryJson),
      dead: dead.map(deliveryJson),
      requests: openRequests(folder).length,
    },
    text: [
      head,
      ...reactions.map(reactionLine),
      ...section("Waiting", waiting, (one) => waitingLines(one, known)),
      ...section("Retried", retrying, (one) => retryingLines(one, known)),
      ...section("Dead letters", dead, deadLines),
    ].join("\n"),
    notes: said === undefined ? [] : [unused(said.message, daemon)],
    next: dead.length === 0 ? [] : [`mound reactions retry ${dead.at(-1)!.n}`],
  };
}

/** What the next daemon would go by. */
function withoutDaemon(context: Context, clone: Clone): Omit<InForce, "pid"> {
  const path = reactionsFile(context, undefined);
  const loaded = loadReactions(path, clone.workTree);
  return loaded.ok
    ? { path, reactions: loaded.value }
    : { path, reactions: [], fault: loaded.error };
}

function unused(message: string, daemon: InForce | undefined): string {
  const what = daemon === undefined ? "Nothing of it counts" : "What was in force before stays so";
  return `${message}\n${what} until that is mended.`;
}

function section(
  title: string,
  deliveries: readonly Delivery[],
  linesOf: (delivery: Delivery) => readonly string[],
): readonly string[] {
  if (deliveries.length === 0) return [];
  const lines = deliveries.slice(-SHOWN).flatMap(linesOf);
  const hidden = deliveries.length - SHOWN;
  return [
    `${title}: ${deliveries.length}`,
    ...(hidden > 0 ? [`  ... and ${hidden} older; see them with --json`] : []),
    ...lines,
  ];
}

function waitingLines(delivery: Delivery, known: ReadonlySet<string>): readonly string[] {
  const running = delivery.pid === undefined ? "" : `  (runs as process ${delivery.pid})`;
  return [`${deliveryLine(delivery)}${running}${orphaned(delivery, known)}`];
}

function retryingLines(delivery: Delivery, known: ReadonlySet<string>): readonly string[] {
  const { tries, due, failure } = delivery;
  const why = failure === undefined ? "" : `: ${whyText(failure.why)}`;
  const again = orphaned(delivery, known) || `; again at ${formatInstant(due).slice(0, 19)}Z`;
  return [`${deliveryLine(delivery)}  failed ${plural(tries, "time")}${why}${again}`];
}

function orphaned({ reaction }: Delivery, known: ReadonlySet<string>): string {
  return known.has(reaction) ? "" : `; the file has no reaction ${reaction} now`;
}

function deadLines(delivery: Delivery): readonly string[] {
  const { tries, failure } = delivery;
  if (failure === undefined) return [deliveryLine(delivery)];
  const { at, why, stdout, stderr } = failure;
  const written = (stderr.trim() === "" ? stdout : stderr).trimEnd().split("\n");
  return [
    `${deliveryLine(delivery)}  given up after ${plural(tries, "try", "tries")} at ${formatInstant(at).slice(0, 19)}Z: ${whyText(why)}`,
    ...written.slice(-OUTPUT_LINES).flatMap((line) => (line === "" ? [] : [`      ${line}`])),
  ];
}
