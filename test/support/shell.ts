import { spawn } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

export interface ShellResult {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** A machine of its own for a test: a folder, a home, and perhaps the command on its PATH. */
export class Machine implements Disposable {
  readonly folder: string;
  readonly home: string;
  readonly #environment: Record<string, string>;

  constructor(options: { readonly withMound: boolean }) {
    this.folder = mkdtempSync(join(tmpdir(), "mound-machine-"));
    this.home = join(this.folder, "home");
    mkdirSync(this.home);
    const bin = join(this.folder, "bin");
    mkdirSync(bin);
    if (options.withMound) {
      const shim = join(bin, "mound");
      writeFileSync(
        shim,
        `#!/bin/sh\nexec "${process.execPath}" "${resolve("dist/mound.js")}" "$@"\n`,
      );
      chmodSync(shim, 0o755);
    }
    this.#environment = {
      PATH: `${bin}:/usr/local/bin:/usr/bin:/bin`,
      HOME: this.home,
      LC_ALL: "C.UTF-8",
      GIT_CONFIG_NOSYSTEM: "1",
    };
  }

  /** Runs a script as a person would paste it; it ends at the first command that fails. */
  run(
    script: string,
    options: { readonly cwd?: string; readonly env?: Readonly<Record<string, string>> } = {},
  ): Promise<ShellResult> {
    return new Promise((done, fail) => {
      const child = spawn("bash", ["-euo", "pipefail", "-c", script], {
        cwd: options.cwd ?? this.folder,
        env: { ...this.#environment, ...options.env },
        stdio: ["ignore", "pipe", "pipe"],
      });
      let out = "";
      let err = "";
      child.stdout.setEncoding("utf8").on("data", (chunk: string) => (out += chunk));
      child.stderr.setEncoding("utf8").on("data", (chunk: string) => (err += chunk));
      child.on("error", fail);
      child.on("close", (code) => done({ code, out, err }));
    });
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
