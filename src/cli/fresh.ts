import type { AppFault } from "../app/faults.ts";
import type { ReplayPoint } from "../app/replay.ts";
import type { Mound } from "../open/mound.ts";
import { FaultError, type Context } from "./context.ts";

export interface FreshMound {
  readonly mound: Mound;
  /** For people: that the view is old, and how old. */
  readonly notes: readonly string[];
}

/** After these a reader goes on with the view that there is; others say that the line itself is in doubt. */
const UNREACHED = new Set<AppFault["code"]>([
  "remote-unreachable",
  "remote-refused",
  "remote-garbage",
]);

/** The mound with a view as new as the origin gives; an origin that cannot be reached stops no reader. */
export async function freshMound(context: Context): Promise<FreshMound> {
  const mound = await context.mound();
  const refreshed = await mound.refresh();
  if (refreshed.ok) return { mound, notes: [] };
  const { error } = refreshed;
  if (!isUnreached(error) || mound.line.tip === undefined) throw new FaultError(error);
  const { explain } = await import("./explain.ts");
  const age = await mound.age();
  const since = age === undefined ? "as it is here" : `${formatAge(age)} old`;
  return { mound, notes: [`${explain(error).message.trimEnd()}\nThis view is ${since}.`] };
}

/** Reads the state as it is, or as it was. */
export interface Reader {
  /** Undefined: the state as it is. */
  readonly point: ReplayPoint | undefined;
  readonly read: Mound["read"];
}

/** `at`: the value of the option `--at`, where it was given. */
export async function readerAt(context: Context, mound: Mound, at: unknown): Promise<Reader> {
  if (typeof at !== "string") return { point: undefined, read: (reader) => mound.read(reader) };
  const { pointAt } = await import("./replay/point.ts");
  const point = await pointAt(context, mound, at, "--at");
  return { point, read: async (reader) => reader(point.state, point.time) };
}

/** Whether a reader may go on with the view that there is. */
export function isUnreached({ code }: AppFault): boolean {
  return UNREACHED.has(code);
}

const SPANS = [
  [86_400_000, "day"],
  [3_600_000, "hour"],
  [60_000, "minute"],
  [1_000, "second"],
] as const;

/** A length of time in its largest unit: `3 minutes`. */
export function formatAge(ms: number): string {
  const [span, word] = SPANS.find(([size]) => ms >= size) ?? SPANS[3];
  const count = Math.floor(ms / span);
  return `${count} ${word}${count === 1 ? "" : "s"}`;
}
