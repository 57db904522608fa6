import { existsSync } from "node:fs";
import { createConnection } from "node:net";
import { endpointOf } from "../../open/endpoint.ts";
import { type ClonePatient, fine, type Found } from "./finding.ts";
import { shell } from "./shell.ts";

/** A daemon takes a connection within milliseconds, also when it is busy. */
const ANSWER_MS = 2_000;

/** Whether a daemon serves this clone. Without one every command works, and does its own work. */
export async function daemon({ clone }: ClonePatient): Promise<Found> {
  const endpoint = endpointOf(clone.commonDir);
  const watch = shell("mound", "-C", clone.workTree, "watch");
  switch (await knock(endpoint)) {
    case "answers":
      return fine(`A daemon listens at ${endpoint}`);
    case "absent":
      return fine("No daemon runs; commands work without one");
    case "refuses":
      return [
        {
          level: "note",
          message: `A daemon was killed and left its socket ${endpoint}; commands work without it.`,
          fix: watch,
        },
      ];
    default:
      return [
        {
          level: "warn",
          message: `What listens at ${endpoint} gives no answer: commands wait for it before they do their own work. End it and start it anew.`,
          fix: watch,
        },
      ];
  }
}

type Knock = "answers" | "absent" | "refuses" | "silent";

function knock(endpoint: string): Promise<Knock> {
  if (process.platform !== "win32" && !existsSync(endpoint)) return Promise.resolve("absent");
  return new Promise((resolve) => {
    const socket = createConnection(endpoint);
    const end = (knocked: Knock): void => {
      socket.destroy();
      resolve(knocked);
    };
    socket.setTimeout(ANSWER_MS, () => end("silent"));
    socket.on("connect", () => end("answers"));
    socket.on("error", ({ code }: NodeJS.ErrnoException) =>
      end(code === "ENOENT" ? "absent" : "refuses"),
    );
  });
}
