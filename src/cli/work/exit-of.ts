import { RELEASE_CODE } from "../../work/ending.ts";
import type { WorkEnd } from "../../work/worker.ts";
import { EXIT } from "../exit.ts";
import { explainWork } from "./say.ts";

/** As a shell reports a process that Ctrl-C has ended. */
export const INTERRUPTED = 130;

/** The exit code of `mound work`, as its help lists them. */
export function exitOf(end: WorkEnd, mode: "forever" | "until-empty" | "once"): number {
  if (end.unstarted !== undefined) return EXIT.usage;
  if (end.fault !== undefined) return explainWork(end.fault).exit;
  if (end.why === "nothing") return EXIT.missing;
  if (mode === "once" && end.last !== undefined) {
    switch (end.last.outcome) {
      case "done":
        return EXIT.ok;
      case "failed":
        return EXIT.bug;
      case "released":
        return RELEASE_CODE;
      case "lost":
      case "unsent":
        return EXIT.fenced;
    }
  }
  return end.why === "stopped" && mode !== "forever" ? INTERRUPTED : EXIT.ok;
}
