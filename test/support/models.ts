/** Folders that are made once in a run of the tests, and copied by each test that wants one. */
import { createHash } from "node:crypto";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface Model<Facts> {
  readonly content: string;
  /** Where it was when it was made: what its files may name. */
  readonly origin: string;
  /** The files that name it. */
  readonly naming: ReadonlySet<string>;
  readonly facts: Facts;
}

/**
 * How long a model is taken, in milliseconds: much less than it takes until an agent that has committed
 * something no longer counts as present.
 */
const FRESH_MS = 30_000;

/** Set by the configuration of the tests, for all processes of one run. */
const SHARED = process.env["MOUND_TEST_MODELS"];

const known = new Map<string, Promise<Model<unknown>>>();

/**
 * The model of a kind, made by the first who asks for one in the whole run, and anew when it is no longer
 * fresh. `make` fills an empty folder and
 * answers facts about it that survive JSON. Two processes may make the same at once; one of the two stays.
 */
export function modelOf<Facts>(
  kind: string,
  make: (folder: string) => Promise<Facts>,
): Promise<Model<Facts>> {
  const fresh = `${Math.floor(Date.now() / FRESH_MS)} ${kind}`;
  const model = known.get(fresh) ?? found(fresh, make);
  known.set(fresh, model);
  return model as Promise<Model<Facts>>;
}

async function found<Facts>(
  kind: string,
  make: (folder: string) => Promise<Facts>,
): Promise<Model<Facts>> {
  const models = SHARED ?? own();
  const place = join(models, createHash("sha256").update(kind).digest("hex").slice(0, 16));
  if (!existsSync(place)) {
    const making = mkdtempSync(join(models, "making-"));
    const origin = join(making, "content");
    mkdirSync(origin);
    const facts = await make(origin);
    const naming = filesNaming(origin, "", Buffer.from(origin));
    writeFileSync(join(making, "model.json"), JSON.stringify({ origin, naming, facts }));
    try {
      renameSync(making, place);
    } catch (error) {
      if (!existsSync(place)) throw error;
    }
  }
  const model = JSON.parse(readFileSync(join(place, "model.json"), "utf8")) as Model<Facts>;
  return { ...model, naming: new Set(model.naming), content: join(place, "content") };
}

/** Outside of a run that shares them, a process has models of its own. */
function own(): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "mound-test-models-")));
  process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

function filesNaming(root: string, folder: string, name: Buffer): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return entry.name === "objects" ? [] : filesNaming(root, path, name);
    return entry.isFile() && readFileSync(join(root, path)).includes(name) ? [path] : [];
  });
}

/**
 * Copies a part of a model to a place where nothing is yet, or an empty folder. What its files say of
 * places in the model, they say of `moved` afterwards: pairs of a path in the model and where that is now.
 */
export function copyModel(
  model: Model<unknown>,
  part: string,
  to: string,
  moved: readonly (readonly [string, string])[],
): void {
  const changes = moved.map(([from, now]) => [join(model.origin, from), now] as const);
  const copy = (path: string, target: string): void => {
    mkdirSync(target, { recursive: true, mode: statSync(join(model.content, path)).mode });
    for (const entry of readdirSync(join(model.content, path), { withFileTypes: true })) {
      const inner = join(path, entry.name);
      const [source, copied] = [join(model.content, inner), join(target, entry.name)];
      if (entry.isDirectory()) copy(inner, copied);
      else if (entry.isSymbolicLink()) symlinkSync(readlinkSync(source), copied);
      else if (!model.naming.has(inner)) copyFileSync(source, copied);
      else {
        let text = readFileSync(source, "utf8");
        for (const [from, now] of changes) text = text.replaceAll(from, now);
        writeFileSync(copied, text, { mode: statSync(source).mode });
      }
    }
  };
  copy(part, to);
}
