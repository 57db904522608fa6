import { findMissing } from "../../app/missing.ts";
import { objectStore, originUrl, type CloneStart } from "../../git/clone.ts";
import { readLog } from "../../git/log.ts";
import type { Mound } from "../../open/mound.ts";
import { falseStart } from "../../open/usable-clone.ts";
import type { Oid } from "../../protocol/ids.ts";
import { startSentence } from "../checkpoints/start-text.ts";
import { explain } from "../explain.ts";
import { type ClonePatient, fine, type Found, type Said } from "./finding.ts";

/** So many commits are looked at for one that is dated ahead; what is further behind, a sync folds. */
const LOOKED_AT = 200;

/** The line: whether what was verified here is still at the origin, what waits, and what was refused. */
export async function history(patient: ClonePatient): Promise<Found> {
  const mound = await patient.mound();
  const standing = await mound.line.standing();
  const { tip } = mound.line;
  if (standing === undefined || tip === undefined)
    return [
      { level: "warn", message: "Nothing is verified in this clone yet.", fix: "mound sync" },
    ];
  const fetched = await patient.fetch();
  const found = fetched.ok ? fetched.value : undefined;
  const { accepted, refused, commits } = standing.line;
  const said: Said[] = [];
  if (found !== undefined) {
    const kept =
      (await mound.ports.history.contains(tip, found)) ||
      (await mound.ports.history.contains(accepted, found));
    if (kept) said.push(...(await waiting(patient, mound, tip, found)));
    else {
      const url = originUrl(patient.clone);
      const missing = await findMissing(mound.ports.history, tip, found);
      const fault = { code: "history-rewritten", url, verified: tip, found, missing } as const;
      const { message, fix } = explain(fault);
      said.push({ level: "fail", message, fix });
    }
  }
  const { start } = patient.clone.settings;
  if (start !== undefined) {
    const lie = falseStart(patient.clone);
    const { message, fix } = lie === undefined ? unprovenWords(start) : explain(lie);
    said.push({ level: lie === undefined ? "warn" : "fail", message, fix });
  }
  if (refused > 0) {
    const message = `${refused} of ${commits} commits on the line were refused; what they wrote does not count.`;
    said.push({ level: "note", message, fix: "mound status" });
  }
  return said.length > 0
    ? said
    : fine(
        `${commits} ${commits === 1 ? "commit is" : "commits are"} verified; the line is at ${tip.slice(0, 12)}`,
      );
}

function unprovenWords(start: CloneStart): { readonly message: string; readonly fix: string } {
  return { message: startSentence(start), fix: "mound sync --verify" };
}

/** Commits at the origin that are not folded yet, and the first of them that is dated ahead. */
async function waiting(
  { clone }: ClonePatient,
  mound: Mound,
  tip: Oid,
  found: Oid,
): Promise<readonly Said[]> {
  if (tip === found) return [];
  const skew = await mound.read((view) => view.get("mound")!.skew);
  const now = mound.ports.clock.now();
  const newest = await readLog(objectStore(clone), found, { limit: LOOKED_AT });
  const end = newest.findIndex(({ commit }) => commit === tip);
  const fresh = end < 0 ? newest : newest.slice(0, end);
  const ahead = fresh.findLast(({ time }) => time > now + skew);
  if (ahead === undefined) {
    const message = `${fresh.length}${end < 0 ? " or more" : ""} commits at the origin are not judged here yet.`;
    return [{ level: "note", message, fix: "mound sync" }];
  }
  const { message } = explain({
    code: "line-deferred",
    commit: ahead.commit,
    time: ahead.time,
    now,
  });
  return [{ level: "fail", message, fix: "mound sync" }];
}
