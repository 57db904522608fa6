import { readInForce } from "../../daemon/reactions/in-force.ts";
import { type DeliveryRequest, leaveRequest } from "../../daemon/reactions/requests.ts";
import { readLedger } from "../../daemon/reactions/store.ts";
import { systemClock } from "../../git/clock.ts";
import { systemRandom } from "../../git/random.ts";
import { FaultError, type Context } from "../context.ts";
import { EXIT } from "../exit.ts";
import type { Report } from "../report.ts";
import { UsageError } from "../usage.ts";
import { deliveriesFolder } from "./place.ts";

type Action = DeliveryRequest["action"];
type Arguments = readonly (string | undefined)[];
type Options = Record<string, unknown>;

/** `mound reactions retry [NUMBER...|--all]`: dead letters are put back, with all their tries. */
export function retryDeliveries(context: Context, args: Arguments, options: Options) {
  return ask(context, "retry", args, options);
}

/** `mound reactions drop [NUMBER...|--all]`: they are no more. */
export function dropDeliveries(context: Context, args: Arguments, options: Options) {
  return ask(context, "drop", args, options);
}

async function ask(
  context: Context,
  action: Action,
  args: Arguments,
  options: Options,
): Promise<Report> {
  const typed = args.filter((arg) => arg !== undefined);
  const all = options["all"] === true;
  if (all === typed.length > 0)
    throw new UsageError(
      "Say which: numbers that `mound reactions` shows, or --all, and not both.",
      "mound reactions",
    );
  const folder = deliveriesFolder(context.clone());
  const numbers = all ? [] : existing(folder, action, typed);
  if (all && readLedger(folder).ledger.dead().length === 0 && action === "retry")
    return { data: { requested: [] }, text: "There are no dead letters.", exit: EXIT.missing };
  const of = all ? "all" : numbers;
  leaveRequest(folder, requestName(), { action, of });
  const which = all ? "All" : numbers.join(", ");
  const done = action === "retry" ? "tried again" : "dropped";
  const runs = readInForce(folder) !== undefined;
  const when = runs ? "by the daemon, within a second" : "when mound watch starts";
  return {
    data: { action, requested: of },
    text: `${which} will be ${done} ${when}.`,
    next: ["mound reactions"],
  };
}

function existing(folder: string, action: Action, typed: readonly string[]): readonly number[] {
  const { ledger } = readLedger(folder);
  return typed.map((number) => {
    const found = /^#?\d{1,15}$/.test(number)
      ? ledger.find(Number(number.replace("#", "")))
      : undefined;
    if (found === undefined || (action === "retry" && !found.dead))
      throw new FaultError({ code: "delivery-unknown", number });
    return found.delivery.n;
  });
}

/** Requests are taken up in the order of their names. */
function requestName(): string {
  const time = String(systemClock.now()).padStart(15, "0");
  return `${time}-${Buffer.from(systemRandom.bytes(4)).toString("hex")}`;
}
