import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { recordSchemas } from "../protocol/views/schemas.ts";

/** What `init` lays down: the files of templates/ and a JSON Schema for each kind of record. */
export function templateFiles(name: string): Readonly<Record<string, string>> {
  const root = templateFolder();
  const files: Record<string, string> = {};
  for (const entry of readdirSync(root, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    const key = relative(root, path).split(sep).join("/");
    // npm leaves out a file of this name, so it is kept under another.
    files[key.replace(/^dot-/, ".")] = readFileSync(path, "utf8").replaceAll("{{name}}", name);
  }
  for (const [kind, schema] of Object.entries(recordSchemas())) {
    files[`.mound/schema/${kind}.json`] = `${JSON.stringify(schema, undefined, 2)}\n`;
  }
  return files;
}

/** The package's templates/, seen from dist/ or from src/open/. */
function templateFolder(): string {
  for (let folder = dirname(fileURLToPath(import.meta.url)); ; folder = dirname(folder)) {
    const found = join(folder, "templates");
    if (existsSync(join(found, "AGENTS.md"))) return found;
    if (dirname(folder) === folder) throw new Error("the package's templates/ folder is missing");
  }
}
