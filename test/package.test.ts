import { execFileSync } from "node:child_process";
import {
  readFileSync,
  readdirSync,
  statSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, onTestFinished, test } from "vitest";

const root = join(import.meta.dirname, "..");
const manifest = json("package.json") as {
  version: string;
  bin: Record<string, string>;
  exports: { ".": { types: string; default: string } };
};

describe("the package", () => {
  test("gives both names of the command to one executable", () => {
    expect(Object.keys(manifest.bin)).toEqual(["git-mound", "mound"]);
    for (const bin of Object.values(manifest.bin)) {
      expect(readFileSync(join(root, bin), "utf8")).toMatch(/^#!\/usr\/bin\/env node\n/);
      expect(statSync(join(root, bin)).mode & 0o111).toBe(0o111);
    }
  });

  test("answers --version with the version of the package", () => {
    const command = join(root, manifest.bin["mound"] ?? "");
    expect(execFileSync(command, ["--version"], { encoding: "utf8" })).toContain(manifest.version);
  });

  test("holds the build, the templates and what people read, and nothing else", () => {
    const [packed] = JSON.parse(npm("pack", "--dry-run", "--json", "--ignore-scripts"));
    const paths: string[] = packed.files.map((file: { path: string }) => file.path);
    const strange = paths.filter((path) => !/^(dist\/[^.]|templates\/)/.test(path));
    expect(strange.toSorted()).toEqual(["LICENSE", "README.md", "package.json"]);
    expect(paths).toContain("dist/THIRD-PARTY.txt");
  });

  test("needs no other package at run time", () => {
    expect(Object.keys(manifest)).not.toContain("dependencies");
  });
});

describe("the library", () => {
  test("exports the names in test/surface.json", async () => {
    const library = await import(pathToFileURL(join(root, manifest.exports["."].default)).href);
    expect(Object.keys(library).toSorted()).toEqual(json("test/surface.json"));
  });

  test("declares types that stand without the packages in the bundle", () => {
    const types = join(root, "dist", "types");
    const files = readdirSync(types, { recursive: true, encoding: "utf8" }).filter((file) =>
      file.endsWith(".d.ts"),
    );
    expect(files).toContain("index.d.ts");
    const foreign = files.flatMap((file) => {
      const text = readFileSync(join(types, file), "utf8");
      return [...text.matchAll(/\b(?:from|import\()\s*"((?!\.|node:)[^"]+)"/g)].map(
        (match) => `${file}: ${match[1]}`,
      );
    });
    expect(foreign).toEqual([]);
  });

  test("compiles in a strict project that has only this package", () => {
    const project = mkdtempSync(join(tmpdir(), "mound-consumer-"));
    onTestFinished(() => rmSync(project, { recursive: true }));
    mkdirSync(join(project, "node_modules", "@types"), { recursive: true });
    symlinkSync(root, join(project, "node_modules", "mound"));
    symlinkSync(join(root, "node_modules/@types/node"), join(project, "node_modules/@types/node"));
    writeFileSync(
      join(project, "index.ts"),
      'import * as mound from "mound";\nexport const surface = Object.keys(mound);\n',
    );
    const options = [
      "--strict",
      "--noEmit",
      "--target",
      "es2023",
      "--module",
      "nodenext",
      "--types",
      "node",
    ];
    const tsc = join(root, "node_modules", "typescript", "bin", "tsc");
    const output = execFileSync(
      process.execPath,
      [tsc, ...options, "--skipLibCheck", "false", "index.ts"],
      { cwd: project, encoding: "utf8" },
    );
    expect(output).toBe("");
  });
});

function json(path: string): unknown {
  return JSON.parse(readFileSync(join(root, path), "utf8"));
}

function npm(...args: readonly string[]): string {
  return execFileSync("npm", args, {
    cwd: root,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
  });
}
