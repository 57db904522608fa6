import { viewLocks } from "../../protocol/views/lock-view.ts";
import type { Context } from "../context.ts";
import { freshMound } from "../fresh.ts";
import type { Report } from "../report.ts";
import { lockJson, lockLine } from "./shape.ts";

/** `mound locks`: every lock that was ever taken, and who holds it. */
export async function locks(
  context: Context,
  _args: readonly unknown[],
  options: Record<string, unknown>,
): Promise<Report> {
  const { mound, notes } = await freshMound(context);
  const all = await mound.read(viewLocks);
  const shown = options["held"] === true ? all.filter(({ status }) => status === "held") : all;
  return {
    data: { locks: shown.map(lockJson) },
    text: shown.length === 0 ? "No lock is held." : shown.map(lockLine).join("\n"),
    next: shown.length === 0 ? ["mound lock NAME"] : [],
    notes,
  };
}
