import { fileURLToPath } from "node:url";
import type { JudgeProgram } from "../git/judge-hook.ts";
import { BUILD } from "./build.ts";

/** This very program, as a hook is to start it. */
export function judgeProgram(): JudgeProgram {
  // From source it is the one that was built last.
  const command = BUILD === "source" ? "../../dist/mound.js" : "./mound.js";
  return {
    node: process.execPath,
    command: fileURLToPath(new URL(command, import.meta.url)),
    build: BUILD,
  };
}
