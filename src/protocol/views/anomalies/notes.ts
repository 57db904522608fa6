import type { Anomaly } from "../anomaly.ts";
import type { Oid } from "../../ids.ts";

/** Anomalies of one code that are remembered; of a flood the newest are. */
const NOTES_KEPT = 256;
/** Commits that one anomaly names: the first, and the newest. */
const COMMITS_NAMED = 8;

/** What was noted so far, each thing once: what shows it again is added to it. */
export class Notes {
  readonly #found: Map<string, Anomaly>;

  constructor(kept: readonly (readonly [string, Anomaly])[] = []) {
    this.#found = new Map(kept);
  }

  /** `subject`: what makes it the same anomaly of this code. */
  note(subject: string, anomaly: Anomaly): void {
    const key = `${anomaly.code} ${subject}`;
    const commits = [...(this.#found.get(key)?.commits ?? []), ...anomaly.commits];
    this.#found.set(key, { ...anomaly, commits: clip([...new Set(commits)]) });
    this.#limit(`${anomaly.code} `);
  }

  drop(code: Anomaly["code"], subject: string): void {
    this.#found.delete(`${code} ${subject}`);
  }

  all(): readonly Anomaly[] {
    return [...this.#found.values()];
  }

  keep(): readonly (readonly [string, Anomaly])[] {
    return [...this.#found];
  }

  #limit(prefix: string): void {
    if (this.#found.size <= NOTES_KEPT) return;
    const those = [...this.#found.keys()].filter((key) => key.startsWith(prefix));
    for (const key of those.slice(0, -NOTES_KEPT)) this.#found.delete(key);
  }
}

function clip(commits: readonly Oid[]): readonly Oid[] {
  if (commits.length <= COMMITS_NAMED) return commits;
  return [...commits.slice(0, 1), ...commits.slice(1 - COMMITS_NAMED)];
}
