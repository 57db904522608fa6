import type { Prng } from "../../src/base/prng.ts";
import { killHard, type Place, type Ran, startMound } from "./command.ts";

/** When a command is to die. */
export type Moment =
  /** So many milliseconds after its start. */
  | { readonly kind: "after"; readonly ms: number }
  /** So many milliseconds after it entered a phase. */
  | { readonly kind: "phase"; readonly phase: string; readonly ms: number };

export interface Death {
  readonly ran: Ran;
  /** Whether the signal came before the command had ended by itself. */
  readonly killed: boolean;
  /** The phase in which it died; "start" before the first, "end" where it was not killed. */
  readonly phase: string;
}

/** The phases of a submit that meets no other, in order. */
export const PHASES = ["turn", "journal", "decide", "write", "push", "landed", "save", "answer"];
/** More than any phase takes on an idle machine. */
const PHASE_MS = 12;

/**
 * A moment for the round: by turns anywhere in the time that a whole command takes, and shortly
 * after one of the phases began, so that the short ones are met as well.
 */
export function momentOf(round: number, random: Prng, wholeMs: number): Moment {
  const share = random() / 2 ** 32;
  if (round % 3 === 0) return { kind: "after", ms: share * wholeMs };
  const phase = PHASES[Math.floor((random() / 2 ** 32) * PHASES.length)]!;
  return { kind: "phase", phase, ms: share * PHASE_MS };
}

/** Starts a command and kills it at a moment: it alone, or with all that it has started. */
export async function killAt(
  place: Place,
  args: readonly string[],
  moment: Moment,
  kind: "alone" | "tree",
): Promise<Death> {
  const { child, ended, phase } = startMound(place, args);
  // A command that ends before the phase was faster than its killer.
  if (moment.kind === "phase") await phase(moment.phase).catch(() => undefined);
  await Promise.race([after(moment.ms), ended]);
  await killHard(child, kind);
  const ran = await ended;
  const killed = ran.code === undefined;
  return { ran, killed, phase: killed ? (ran.phases.at(-1) ?? "start") : "end" };
}

/** A moment and not a wait: any will do, and nothing that follows relies on it. */
function after(ms: number): Promise<void> {
  return new Promise((resolve) => {
    AbortSignal.timeout(Math.round(ms)).addEventListener("abort", () => resolve());
  });
}

/** How often each phase was hit, for people. */
export function histogram(phases: readonly string[]): string {
  const rows = ["start", ...PHASES, "sync", "backoff", "end"].map((name) => {
    const count = phases.filter((phase) => phase === name).length;
    return `${name.padEnd(8)} ${String(count).padStart(3)} ${"#".repeat(count)}`;
  });
  return rows.join("\n");
}
