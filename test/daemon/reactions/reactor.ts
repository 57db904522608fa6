import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { rolldown } from "rolldown";
import type { EventBatch } from "../../../src/protocol/views/event.ts";
import { testFolder } from "../../support/folder.ts";

/** Bundles the process of test/support/reactor.mjs into a folder; answers where it is. */
export async function bundleReactor(folder: string): Promise<string> {
  const input = join(import.meta.dirname, "../../support/reactor.mjs");
  const build = await rolldown({ input, platform: "node" });
  await build.write({ dir: folder, format: "esm", entryFileNames: "reactor.mjs" });
  await build.close();
  return join(folder, "reactor.mjs");
}

/** Reactions with real programs, in real processes. */
export class Reactor {
  readonly folder = testFolder("mound-test-reactor-");
  readonly #program: string;

  constructor(program: string, reactions: string, batches: readonly EventBatch[]) {
    this.#program = program;
    mkdirSync(join(this.folder, "tree"));
    this.write("reactions.yaml", reactions);
    this.write("events.json", JSON.stringify(batches));
  }

  path(...parts: string[]): string {
    return join(this.folder, ...parts);
  }

  write(name: string, text: string): void {
    writeFileSync(this.path(name), text);
  }

  /** The words of each line of a file; none where there is no file. */
  lines(name: string): readonly (readonly string[])[] {
    if (!existsSync(this.path(name))) return [];
    const lines = readFileSync(this.path(name), "utf8").split("\n");
    return lines.filter((line) => line !== "").map((line) => line.split(" "));
  }

  start(): Started {
    const child = spawn(process.execPath, [this.#program, this.folder], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    let out = "";
    child.stdout.on("data", (chunk: Buffer) => (out += chunk));
    const ended = once(child, "exit").then(([code, signal]): Ended => ({ code, signal, out }));
    const ready = Promise.race([once(child.stdout, "data"), ended]);
    return { child, ready, ended };
  }
}

export interface Started {
  readonly child: ChildProcess;
  /** Resolves when its reactions are in force, or it has ended. */
  readonly ready: Promise<unknown>;
  readonly ended: Promise<Ended>;
}

export interface Ended {
  readonly code: number | null;
  readonly signal: string | null;
  readonly out: string;
}
