import type { Missing } from "../app/missing.ts";
import { sanitiseLine } from "./sanitise.ts";

/** `3 commits from 0123456789ab to ba9876543210, by ant (2) and bee`. */
export function missingText({ commits, more, from, to, authors }: Missing): string {
  const counted = `${more ? "more than " : ""}${commits} commit${commits === 1 ? "" : "s"}`;
  const range =
    commits === 1 && !more ? from.slice(0, 12) : `from ${from.slice(0, 12)} to ${to.slice(0, 12)}`;
  const names = authors.map(({ name, commits: own }) => {
    const shown = sanitiseLine(name) || "nobody";
    return authors.length === 1 || own === 1 ? shown : `${shown} (${own})`;
  });
  const last = names.pop();
  const by = names.length === 0 ? last : `${names.join(", ")} and ${last}`;
  return `${counted}${commits === 1 ? ":" : ""} ${range}, by ${by}`;
}
