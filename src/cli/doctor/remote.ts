import { originUrl } from "../../git/clone.ts";
import { explain } from "../explain.ts";
import { type ClonePatient, fine, type Found } from "./finding.ts";
import { shell } from "./shell.ts";

/** Whether the origin answers, and has the branch. */
export async function remote({ clone, fetch }: ClonePatient): Promise<Found> {
  const url = originUrl(clone);
  const start = performance.now();
  const fetched = await fetch();
  if (!fetched.ok) {
    const { message } = explain(fetched.error);
    return [{ level: "fail", message, fix: shell("git", "ls-remote", url) }];
  }
  const { branch } = clone.settings;
  if (fetched.value === undefined) {
    const message = `The origin ${url} answers and has no branch ${branch}: it was deleted, or the address is another's.`;
    return [{ level: "fail", message, fix: shell("git", "ls-remote", url) }];
  }
  const took = Math.max(1, Math.round(performance.now() - start));
  return fine(
    `The origin ${url} answers in ${took} ms; its ${branch} is at ${fetched.value.slice(0, 12)}`,
  );
}
