import { lockAttemptFile, lockFile } from "../../src/protocol/lock-paths.ts";
import { formatInstant } from "../../src/protocol/time.ts";
import type { Scribe, Written } from "./scribe.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const NAME = "leader/research";
const FILE = lockFile(NAME);

/** Ways to break the rules about a lock; each name begins with the rule. The first of them takes it. */
export function lockTamperings(scribe: Scribe): Readonly<Record<string, () => Promise<Written>>> {
  const at = (ms: number): string => formatInstant(scribe.now + ms);
  const lock = (agent: string, token: string, more: object = {}, path = FILE) =>
    scribe.record("lock", path, { name: NAME, agent, token, until: at(HOUR), ...more });
  const attempt = (agent: string, token: string, outcome: string, path?: string) =>
    scribe.record("lock-attempt", path ?? lockAttemptFile(NAME, Number(token)), {
      name: NAME,
      token,
      agent,
      outcome,
    });
  const by = (author: string, files: Written["files"]): Written => ({ author, files });
  const attempts = lockAttemptFile(NAME, 1);
  return {
    "LK3 an end of what never began": async () =>
      by("ant-1", { [attempts]: await attempt("ant-1", "1", "released") }),
    "CL12 a first token that is not 1": async () =>
      by("ant-1", { [FILE]: await lock("ant-1", "2") }),
    "LK1 a name that a lock's own folder needs": async () => {
      const path = "locks/a/attempts/claim.lock";
      return by("ant-1", { [path]: await lock("ant-1", "1", { name: "a/attempts" }, path) });
    },
    "RE4 a name with capitals": async () =>
      by("ant-1", { [FILE]: await lock("ant-1", "1", { name: "Leader" }) }),
    "RE5 a lock at the place of another": async () =>
      by("ant-1", { [FILE]: await lock("ant-1", "1", { name: "deploy" }) }),
    "CL13 a lock for longer than is allowed": async () => {
      await scribe.must("ant-1", { type: "lock", name: NAME, lease: HOUR });
      scribe.now += MINUTE;
      return by("ant-1", { [FILE]: await lock("ant-1", "1", { until: at(9 * HOUR) }) });
    },
    "LK2 over a live lock": async () => by("ant-2", { [FILE]: await lock("ant-2", "2") }),
    "CL4 under the token of another": async () => by("ant-2", { [FILE]: await lock("ant-2", "1") }),
    "CL4 given back by another": async () =>
      by("ant-2", { [FILE]: undefined, [attempts]: await attempt("ant-2", "1", "released") }),
    "LK3 expired too soon": async () =>
      by("ant-2", {
        [FILE]: await lock("ant-2", "2"),
        [attempts]: await attempt("ant-2", "1", "expired"),
      }),
    "PA3 a lock is taken away": async () => by("ant-2", { [FILE]: undefined }),
    "PA3 a lock that stays after its end": async () =>
      by("ant-1", { [attempts]: await attempt("ant-1", "1", "released") }),
    "RE4 an end that is none of a lock's": async () =>
      by("ant-1", { [FILE]: undefined, [attempts]: await attempt("ant-1", "1", "done") }),
    "CL2 a renewal of a lock that ends sooner": async () =>
      by("ant-1", { [FILE]: await lock("ant-1", "1", { until: at(MINUTE) }) }),
    "PA3 an older end that stays": async () => {
      await scribe.must("ant-1", { type: "unlock", name: NAME });
      await scribe.must("ant-2", { type: "lock", name: NAME, lease: HOUR });
      scribe.now += MINUTE;
      const path = lockAttemptFile(NAME, 2);
      return by("ant-2", { [FILE]: undefined, [path]: await attempt("ant-2", "2", "released") });
    },
    "PA3 the newest end goes": async () => by("ant-2", { [attempts]: undefined }),
    "LK2 a takeover without the end of the lapsed lease": async () => {
      scribe.now += 2 * HOUR;
      return by("ant-1", { [FILE]: await lock("ant-1", "3") });
    },
    "LK3 an end by lapse that nobody takes over": async () =>
      by("ant-1", {
        [FILE]: undefined,
        [attempts]: undefined,
        [lockAttemptFile(NAME, 2)]: await attempt("ant-1", "2", "expired"),
      }),
    "CL4 an end by lapse of an older token": async () => {
      const again = { [attempts]: await attempt("ant-1", "1", "expired") };
      return by("ant-1", { ...again, [FILE]: await lock("ant-1", "3") });
    },
  };
}
