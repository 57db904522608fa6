import { objectStore } from "../../git/clone.ts";
import { readLog } from "../../git/log.ts";
import { formatAge } from "../fresh.ts";
import { type ClonePatient, fine, type Found, type Said } from "./finding.ts";

/** The newest commits come from whoever works just now, each dated by its author's clock. */
const LOOKED_AT = 50;

/**
 * This clock against those of the authors of the newest commits. A commit that is dated ahead proves
 * that the clocks differ by at least so much; one that is dated back proves nothing, for it may be old.
 */
export async function clock(patient: ClonePatient): Promise<Found> {
  const mound = await patient.mound();
  const fetched = await patient.fetch();
  const tip = (fetched.ok ? fetched.value : undefined) ?? mound.line.tip;
  if (tip === undefined) return fine("There are no commits to compare this clock with");
  const newest = await readLog(objectStore(patient.clone), tip, { limit: LOOKED_AT });
  const latest = newest.reduce((one, other) => (other.time > one.time ? other : one));
  const skew = (await mound.read((view) => view.get("mound")?.skew)) ?? 0;
  const ahead = latest.time - mound.ports.clock.now();
  const said = judgeClock(ahead, skew, latest.author);
  if (said !== undefined) return [said];
  return fine(
    ahead > 0
      ? `The newest commit is dated ${Math.ceil(ahead / 1_000)} s ahead, within bounds`
      : `No commit is dated ahead of this clock; the newest is ${formatAge(-ahead)} old`,
  );
}

/**
 * What is to be said of a commit that is dated ahead, or undefined.
 *
 * @param ahead milliseconds by which it is ahead of this clock.
 * @param skew milliseconds beyond which commits wait.
 */
export function judgeClock(ahead: number, skew: number, author: string): Said | undefined {
  if (ahead <= skew / 2) return undefined;
  const clocks = `This clock is at least ${formatAge(ahead)} behind that of ${author}`;
  const fix =
    process.platform === "darwin"
      ? "sudo sntp -sS time.apple.com"
      : "sudo timedatectl set-ntp true";
  if (ahead > skew)
    return {
      level: "fail",
      message: `${clocks}, more than the mound's skew of ${formatAge(skew)}: what is dated ahead waits. One of the two is wrong.`,
      fix,
    };
  return {
    level: "warn",
    message: `${clocks}, more than half of the mound's skew of ${formatAge(skew)}. One of the two is wrong.`,
    fix,
  };
}
