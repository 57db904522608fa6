import type { Context, Meta } from "./context.ts";
import type { Env } from "./env.ts";
import type { Failure } from "./explain.ts";
import { formatInstant } from "../protocol/time.ts";
import type { Staleness } from "../protocol/views/staleness.ts";
import { sanitise, sanitiseJson } from "./sanitise.ts";

/** What a command that went well has to say. */
export interface Report {
  /** The answer for programs: `data` of the JSON document. */
  readonly data: unknown;
  /** The answer for people, on standard output; without a final newline. */
  readonly text: string;
  /** The same with colours, for a terminal that takes them; it has passed the sanitiser already. */
  readonly painted?: string;
  /** Commands that one would type next. */
  readonly next?: readonly string[];
  /** Talk, on standard error. */
  readonly notes?: readonly string[];
  /** Everything was printed as it came (lines, or NDJSON): nothing is added at the end. */
  readonly streamed?: boolean;
  /** Where the end is not 0 and still no failure: the findings of an audit. */
  readonly exit?: number;
  /** The view that the answer is of, where that is not the mound of the context. */
  readonly meta?: Meta;
}

/** One JSON document, or text for people; answers the exit code. */
export async function tell(
  env: Env,
  json: boolean,
  report: Report,
  context: Context,
): Promise<number> {
  for (const note of report.notes ?? []) env.err(`${sanitise(note)}\n`);
  const exit = report.exit ?? 0;
  if (report.streamed === true) return exit;
  const seen = report.meta ?? (await context.meta());
  if (seen?.stale !== undefined) env.err(`${staleSentence(seen.stale)}\n`);
  if (json) {
    const meta = metaOf(seen);
    env.out(
      `${sanitiseJson(JSON.stringify({ v: 1, ok: true, data: report.data, meta, next: report.next ?? [] }))}\n`,
    );
    return exit;
  }
  const painted = env.colour ? report.painted : undefined;
  if (report.text !== "") env.out(`${painted ?? sanitise(report.text)}\n`);
  for (const command of report.next ?? []) env.err(`  ${sanitise(command)}\n`);
  return exit;
}

/** A failure as a sentence with what to type next, or as a JSON document; answers the exit code. */
export function complain(
  env: Env,
  json: boolean,
  failure: Failure,
  next: readonly string[] = [],
): number {
  const { code, message, fix, retryable, exit, details } = failure;
  if (json) {
    const error = { code, message, retryable, fix, ...(details === undefined ? {} : { details }) };
    env.out(`${sanitiseJson(JSON.stringify({ v: 1, ok: false, error, next }))}\n`);
  } else {
    env.err(`mound: ${sanitise(message)}\n`);
    if (fix !== "") env.err(`  ${sanitise(fix)}\n`);
    for (const command of next) if (command !== fix) env.err(`  ${sanitise(command)}\n`);
  }
  return exit;
}

function staleSentence({ by, due, newest }: Staleness): string {
  return `This view may be old: its newest commit is of ${formatInstant(newest)}, and the checkpoint that ${by} promised by ${formatInstant(due)} has not come. Either nobody runs mound watch --checkpoint any more, or the origin withholds what is new.`;
}

function metaOf(meta: Meta | undefined): Readonly<Record<string, unknown>> {
  if (meta === undefined) return {};
  const { tip, age, stale } = meta;
  return {
    tip,
    age_s: age === undefined ? undefined : Math.round(age / 1_000),
    ...(stale === undefined
      ? {}
      : {
          stale: {
            newest: formatInstant(stale.newest),
            due: formatInstant(stale.due),
            by: stale.by,
          },
        }),
  };
}
