import type { Command } from "commander";
import type { TaskSpec } from "../../protocol/commands/add.ts";
import type { Context } from "../context.ts";
import {
  collect,
  durationOption,
  fileOption,
  listOption,
  numberOption,
  shareOption,
  textOption,
} from "../options.ts";
import { UsageError } from "../usage.ts";
import { COUNTER_MAX } from "../../protocol/limits.ts";
import { formatDuration } from "../../protocol/time.ts";
import { readDeadline } from "../../protocol/commands/deadline.ts";

/** The options that describe a task, for `add` and `edit`. */
export function describeTask(command: Command): Command {
  return command
    .option("--body <text>", "what is to be done, in full")
    .option("-F, --file <file>", "the body from a file; - for standard input")
    .option("--needs <skill>", "a skill that it takes; may be repeated", collect)
    .option("--after <task>", "a task that must be done first; may be repeated", collect)
    .option(
      "--after-any <task>",
      "a task of which one must be done first; may be repeated",
      collect,
    )
    .option(
      "--paths <glob>",
      "what it touches in the code, and reserves while it is claimed; may be repeated",
      collect,
    )
    .option("--shared", "its paths may overlap those of claimed tasks that are shared too")
    .option("--priority <n>", "0 to 4, larger first; 2 unless said")
    .option("--lease <duration>", "how long a claim lasts without a sign of life, such as 30m")
    .option("--deadline <time>", "a day or an RFC 3339 time, such as 2026-12-01T12:00:00Z")
    .option(
      "--attempts <n>",
      "how many agents may fail before the task counts as failed; 3 unless said, and at least with --auction",
    )
    .option("--review <required>", "done only counts once it is accepted")
    .option("--reviewer <agent>", "who accepts or rejects, besides the creator")
    .option("--trust <share>", "how far who takes it must be trusted, from 0 to 1, such as 0.4")
    .option("--value <n>", "what it is worth beside other tasks; see review_value")
    .option("--stake <credits>", "what a claim locks until the task is done")
    .option("--auction <duration>", "it goes to the best bid; how long bids count, such as 10m")
    .option(
      "--reveals <duration>",
      "how long bids are revealed after that; half as long unless said",
    )
    .option("--open-bids", "bids are not sealed: everyone sees them");
}

type Field = Exclude<keyof TaskSpec, "title" | "label" | "parent">;

export interface TaskChanges {
  readonly changes: Partial<TaskSpec>;
  /** Fields that an empty value takes away. */
  readonly clear: readonly Field[];
}

/** Reads what `describeTask` takes. */
export async function taskChanges(
  context: Context,
  options: Record<string, unknown>,
): Promise<TaskChanges> {
  if (options["body"] !== undefined && options["file"] !== undefined) {
    throw new UsageError(
      "The body is given twice: by --body and by --file.",
      "Leave one of them out.",
    );
  }
  const clear = (
    ["body", "lease", "deadline", "reviewer", "trust", "value", "stake"] as const
  ).filter((name) => options[name] === "");
  const given = (name: Field | "auction" | "reveals"): string | undefined =>
    options[name] === "" ? undefined : textOption(options[name]);
  const lease = given("lease");
  durationOption(lease, "--lease");
  const review = given("review");
  if (review !== undefined && review !== "required" && review !== "none") {
    throw new UsageError(`--review takes \`required\` or \`none\`, not "${review}".`);
  }
  const found: { [F in Field]: TaskSpec[F] | undefined } = {
    body: given("body") ?? (await fileOption(context, options["file"])),
    needs: await skills(options["needs"]),
    after: list(options["after"]),
    afterAny: list(options["afterAny"]),
    paths: list(options["paths"]),
    shared: options["shared"] === true ? true : undefined,
    priority: numberOption(options["priority"], "--priority", 0, 4),
    lease,
    deadline: deadline(given("deadline")),
    attempts: numberOption(options["attempts"], "--attempts", 1, 99),
    review: review === "required" ? review : undefined,
    reviewer: given("reviewer"),
    trust: shareOption(given("trust"), "--trust"),
    value: numberOption(given("value"), "--value", 1, COUNTER_MAX),
    stake: numberOption(given("stake"), "--stake", 1, COUNTER_MAX),
    ...auction(given("auction"), given("reveals"), options["openBids"] === true),
  };
  const changes = Object.fromEntries(
    Object.entries(found).filter(([, value]) => value !== undefined),
  ) as Partial<TaskSpec>;
  const none: Field[] = review === "none" ? ["review"] : [];
  if (options["auction"] === "") none.push("mode", "bids", "bidsUntil", "revealsUntil");
  if (options["shared"] === false) none.push("shared");
  return { changes, clear: [...clear, ...none] };
}

/** Reveals take half as long as bids do, and not under half a minute. */
const REVEALS_LEAST_MS = 30_000;

/** Durations are taken from when the task is written. */
function auction(
  bids: string | undefined,
  reveals: string | undefined,
  open: boolean,
): Pick<{ [F in Field]: TaskSpec[F] | undefined }, "mode" | "bids" | "bidsUntil" | "revealsUntil"> {
  const length = durationOption(bids, "--auction");
  durationOption(reveals, "--reveals");
  if (length === undefined) {
    if (reveals !== undefined || open)
      throw new UsageError("--reveals and --open-bids go with --auction.", "--auction 10m");
    return { mode: undefined, bids: undefined, bidsUntil: undefined, revealsUntil: undefined };
  }
  const usual = formatDuration(Math.max(length / 2, REVEALS_LEAST_MS));
  const kind = open ? ("open" as const) : ("sealed" as const);
  return { mode: "auction", bids: kind, bidsUntil: bids, revealsUntil: reveals ?? usual };
}

/** An empty entry alone makes the list empty. */
function list(value: unknown): readonly string[] | undefined {
  return listOption(value)?.filter((item) => item !== "");
}

async function skills(value: unknown): Promise<readonly string[] | undefined> {
  const needs = list(value);
  if (needs === undefined) return undefined;
  const { skillArgument } = await import("../able/skill.ts");
  return needs.map((need) => skillArgument(need, "--needs"));
}

function deadline(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const read = readDeadline(text);
  if (read === undefined)
    throw new UsageError(
      `--deadline takes a day or an RFC 3339 time with its zone, not "${text}".`,
      "--deadline 2026-12-01T12:00:00Z",
    );
  return read;
}
