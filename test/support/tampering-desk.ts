import { formatInstant } from "../../src/protocol/time.ts";
import type { Scribe, Sealed, Written } from "./scribe.ts";

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;

export type Tamperings = Readonly<Record<string, () => Promise<Written>>>;

export type Desk = ReturnType<typeof deskOf>;

/** What the tampering is made of: sound records, unless more is said of them. */
export function deskOf(scribe: Scribe, task: string) {
  const folder = `tasks/${task.slice(0, 2)}/${task}`;
  const lock = `${folder}/claim.lock`;
  const at = (ms: number): string => formatInstant(scribe.now + ms);
  return {
    folder,
    lock,
    at,
    attempt: (agent: string, token: string, outcome: string) =>
      scribe.record("attempt", `${folder}/attempts/${token}.yaml`, { task, token, agent, outcome }),
    claim: (agent: string, token: string, more: object = {}, sealed: Sealed = {}) =>
      scribe.record("claim", lock, { task, agent, token, until: at(HOUR), ...more }, sealed),
    byAnt1: (files: Written["files"]): Written => ({ author: "ant-1", files }),
  };
}
