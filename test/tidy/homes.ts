import { files, type Finding, lineAt, type Tree } from "./source.ts";
import { imports, nameOf, parse, walk } from "./syntax.ts";

interface Home {
  readonly name: string;
  /** Files, or folders that end in a slash, that may import it. */
  readonly at: readonly string[];
  readonly instead: string;
}

const HOMES: readonly Home[] = [
  {
    name: "execa",
    at: ["src/git/run.ts", "src/keys/"],
    instead: "call run() of src/git/run.ts, which scrubs the environment",
  },
  {
    name: "node:child_process",
    at: [
      "src/git/",
      "src/keys/",
      "src/open/child.ts",
      "src/work/launch.ts",
      "src/work/foreground.ts",
    ],
    instead: "start processes through the adapters in src/git, or by runChild of src/open/child.ts",
  },
  {
    name: "isomorphic-git",
    at: ["src/git/loose.ts", "src/git/objects.ts", "src/git/safe-fs.ts"],
    instead: "go through the Objects port",
  },
  {
    name: "@noble/ed25519",
    at: ["src/keys/"],
    instead: "take the SignatureFact that the Verifier port gives",
  },
  { name: "commander", at: ["src/cli/"], instead: "take parsed options" },
  { name: "picocolors", at: ["src/cli/"], instead: "return data; the command colours it" },
];

/** isomorphic-git makes and reads objects. All else of it may write a ref or an index, and loses commits. */
const OBJECT_CALLS =
  /^(hashBlob|(read|write)(Blob|Commit|Object|Tag|Tree)|packObjects|indexPack|Errors)$/;

/** Each package has one home, so that what it needs (a scrubbed environment, a lock) is in one place. */
export function strays(tree: Tree): readonly Finding[] {
  return files(tree, /^src\/.*\.ts$/).flatMap(([path, text]) =>
    imports(path, text)
      .filter(({ typeOnly }) => !typeOnly)
      .flatMap(({ specifier, line, names }) => {
        const home = HOMES.find(
          ({ name }) => specifier === name || specifier.startsWith(`${name}/`),
        );
        if (home === undefined) return [];
        const stray = !home.at.some((place) => path === place || isBelow(path, place));
        if (stray) return [{ path, line, message: `${specifier}: ${home.instead}` }];
        return home.name === "isomorphic-git" ? refWriters(path, line, names) : [];
      }),
  );
}

/** Only the command speaks to people. */
export function consoles(tree: Tree): readonly Finding[] {
  return files(tree, /^src\/(?!cli\/).*\.ts$/).flatMap(([path, text]) => {
    const found: Finding[] = [];
    walk(parse(path, text), (node) => {
      if (node.type !== "MemberExpression" || nameOf(node["object"]) !== "console") return;
      const message = "console: return data; src/cli prints it";
      found.push({ path, line: lineAt(text, node.start), message });
    });
    return found;
  });
}

function refWriters(path: string, line: number, names: readonly string[]): readonly Finding[] {
  return names
    .filter((name) => !OBJECT_CALLS.test(name))
    .map((name) => ({
      path,
      line,
      message: `isomorphic-git's ${name} may move a ref: import object calls by name, move refs in src/git/refs.ts`,
    }));
}

function isBelow(path: string, place: string): boolean {
  return place.endsWith("/") && path.startsWith(place);
}
