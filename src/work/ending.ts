import type { Ending } from "./desk.ts";
import type { Ended, Exit } from "./program.ts";

/** EX_TEMPFAIL of sysexits.h: what failed may go well later. */
export const RELEASE_CODE = 75;

/** What becomes of the claim by how PROGRAM ended; `asked`: it was told to stop by its worker. */
export function endingOf(ended: Ended, asked: boolean): Ending {
  const { exit, result, refs, complaint } = ended;
  if (exit.kind === "code" && exit.code === 0)
    return {
      outcome: "done",
      ...(result === undefined ? {} : { result: result.text }),
      ...(result?.sha256 === undefined ? {} : { resultSha256: result.sha256 }),
      ...(refs.length === 0 ? {} : { refs }),
    };
  if (asked) return { outcome: "released", reason: "the worker was told to stop" };
  const how = sayExit(exit);
  const reason = complaint === "" ? how : `${complaint}\n(${how})`;
  const later = exit.kind === "code" && exit.code === RELEASE_CODE;
  return { outcome: later ? "released" : "failed", reason };
}

function sayExit(exit: Exit): string {
  return exit.kind === "code" ? `exit code ${exit.code}` : `ended by ${exit.signal}`;
}
