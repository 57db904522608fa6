import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { hashObject } from "../git/hash.ts";
import { recordSchemas } from "../protocol/views/schemas.ts";

/** What `init` lays down: the files of templates/ and a JSON Schema for each kind of record. */
export function templateFiles(name: string): Readonly<Record<string, string>> {
  const root = templateFolder();
  const files: Record<string, string> = {};
  for (const entry of readdirSync(root, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    const key = relative(root, path).split(sep).join("/");
    if (key.startsWith(CI)) continue;
    // npm leaves out a file of this name, so it is kept under another.
    files[key.replace(/^dot-/, ".")] = readFileSync(path, "utf8").replaceAll("{{name}}", name);
  }
  for (const [kind, schema] of Object.entries(recordSchemas())) {
    files[`.mound/schema/${kind}.json`] = `${JSON.stringify(schema, undefined, 2)}\n`;
  }
  return files;
}

/** Hosts for which there is an audit in CI. */
export const CI_HOSTS = ["github", "gitlab", "forgejo"] as const;

export type CiHost = (typeof CI_HOSTS)[number];

/** Where the templates of CI lie: they are laid down on request. */
const CI = "ci/";
/** The audit in one file. CI runs the bytes that its own configuration names, whatever lies here later. */
export const CI_AUDIT = ".mound/audit.mjs";

/** What lays an audit of `branch` into the CI of these hosts: path to text. */
export function ciFiles(
  hosts: readonly CiHost[],
  branch: string,
): Readonly<Record<string, string>> {
  if (hosts.length === 0) return {};
  const folder = templateFolder();
  const program = readFileSync(join(folder, "..", "dist", "audit.mjs"));
  const files: Record<string, string> = { [CI_AUDIT]: program.toString("utf8") };
  for (const host of hosts) {
    const path = CI_PATHS[host];
    files[path] = readFileSync(join(folder, CI, `${host}.yml`), "utf8")
      .replaceAll("{{branch}}", branch)
      .replaceAll("{{audit_oid}}", hashObject("blob", program))
      .replaceAll("{{audit_sha256}}", createHash("sha256").update(program).digest("hex"));
  }
  return files;
}

export const CI_PATHS: Readonly<Record<CiHost, string>> = {
  github: ".github/workflows/audit.yml",
  gitlab: ".gitlab-ci.yml",
  forgejo: ".forgejo/workflows/audit.yml",
};

/** The package's templates/, seen from dist/ or from src/open/. */
function templateFolder(): string {
  for (let folder = dirname(fileURLToPath(import.meta.url)); ; folder = dirname(folder)) {
    const found = join(folder, "templates");
    if (existsSync(join(found, "AGENTS.md"))) return found;
    if (dirname(folder) === folder) throw new Error("the package's templates/ folder is missing");
  }
}
