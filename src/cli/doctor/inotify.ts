import { readdirSync, readFileSync, readlinkSync, statSync } from "node:fs";
import { fine, type Found, type Said } from "./finding.ts";

/** From here on the next program that watches files may get no watch. */
const NEAR = 0.8;
const FOLDER = "/proc/sys/fs/inotify";

export interface InotifyUse {
  readonly instances: number;
  readonly watches: number;
}

export async function inotify(): Promise<Found> {
  if (process.platform !== "linux") return [];
  const limits = { instances: limit("max_user_instances"), watches: limit("max_user_watches") };
  const used = useOf(process.getuid?.() ?? 0);
  const said = judgeInotify(used, limits);
  if (said.length > 0) return said;
  return fine(
    `${used.instances} of ${limits.instances} inotify instances and ${used.watches} of ${limits.watches} watches are in use`,
  );
}

/** The limits hold for all processes of a user together. */
export function judgeInotify(used: InotifyUse, limits: InotifyUse): readonly Said[] {
  return (["instances", "watches"] as const).flatMap((what) => {
    if (used[what] < limits[what] * NEAR) return [];
    const message = `${used[what]} of the ${limits[what]} inotify ${what} of this user are in use: without one, mound watch looks at the files twice a second instead.`;
    const fix = `sudo sysctl fs.inotify.max_user_${what}=${Math.max(1, limits[what]) * 4}`;
    return [{ level: "warn" as const, message, fix }];
  });
}

function limit(name: string): number {
  return Number(readFileSync(`${FOLDER}/${name}`, "latin1"));
}

/** What the processes of this user have open, by `/proc`. */
function useOf(uid: number): InotifyUse {
  let [instances, watches] = [0, 0];
  for (const pid of readdirSync("/proc")) {
    if (!/^\d+$/.test(pid)) continue;
    try {
      if (statSync(`/proc/${pid}`).uid !== uid) continue;
      for (const handle of readdirSync(`/proc/${pid}/fd`)) {
        if (readlinkSync(`/proc/${pid}/fd/${handle}`) !== "anon_inode:inotify") continue;
        instances += 1;
        const info = readFileSync(`/proc/${pid}/fdinfo/${handle}`, "latin1");
        watches += info.match(/^inotify wd:/gm)?.length ?? 0;
      }
    } catch {
      // It has ended, or has closed the file, meanwhile.
    }
  }
  return { instances, watches };
}
