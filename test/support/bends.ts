/** What is done to a legal commit so that, as a rule, it is none: one bend for each way to break a rule. */
import { base32 } from "../../src/base/base32.ts";
import { sha256Text } from "../../src/base/sha256.ts";
import { kindNamed } from "../../src/protocol/kinds/index.ts";
import { readRecord } from "../../src/protocol/record.ts";
import { formatInstant } from "../../src/protocol/time.ts";
import { fingerprintOf, type Files, plainFile, type WorldFile } from "./world-files.ts";
import { HOUR, type CommitOptions, type World } from "./world.ts";

type Make = (options: CommitOptions, world: World, pick: number) => CommitOptions;

/** Changes lines of the bodies of all records that a commit brings; their signatures stay as presumed. */
function body(change: (text: string, world: World, pick: number) => string): Make {
  return (options, world, pick) => ({
    ...options,
    files: mapFiles(options.files, (file) => rewritten(file, (text) => change(text, world, pick))),
  });
}

/** The same, and each record goes where its kind wants what it says now. */
function moved(make: Make): Make {
  return (options, world, pick) => {
    const made = make(options, world, pick);
    const entries = Object.entries(made.files).map(
      ([path, file]) => [file === undefined ? path : (placeOf(path, file) ?? path), file] as const,
    );
    return { ...made, files: Object.fromEntries(entries) };
  };
}

/** Another value in a line `name: value`, where there is such a line. */
function field(name: string, value: (old: string, world: World, pick: number) => string): Make {
  return body((text, world, pick) =>
    text.replace(new RegExp(`^${name}: (.*)$`, "m"), (_, old: string) => {
      return `${name}: ${value(old, world, pick)}`;
    }),
  );
}

/** A presumption about the signatures of the records that is not the honest one. */
function signatures(
  change: (found: WorldFile["signatures"][number], world: World) => Partial<typeof found>,
): Make {
  return (options, world, pick) => {
    const fresh = body(renonced)(options, world, pick);
    const bent = mapFiles(fresh.files, (file) => ({
      ...file,
      signatures: file.signatures.map((found) => ({ ...found, ...change(found, world) })),
    }));
    return { ...fresh, files: bent };
  };
}

const others = ["root", "ant-1", "ant-2", "ant-3", "nobody"] as const;
const another = (name: string, pick: number): string => {
  const rest = others.filter((one) => one !== name);
  return rest[pick % rest.length]!;
};

const bends = {
  "another author": (options, _world, pick) => ({
    ...options,
    author: another(options.author, pick),
    committer: options.committer ?? options.author,
    message: "in another's name\n",
  }),
  "another committer": (options, _world, pick) => ({
    ...options,
    committer: another(options.author, pick),
  }),
  "no signature of the commit": (options) => ({ ...options, signature: "none" }),
  "a commit signed by another": (options, world, pick) => ({
    ...options,
    signature: { key: world.key(another(options.author, pick)) },
  }),
  "a commit with a signature that is wrong": (options) => ({
    ...options,
    signature: { valid: false },
  }),
  "a commit signed in another namespace": (options) => ({
    ...options,
    signature: { namespace: "file" },
  }),
  "records signed by another": signatures((_, world) => ({ key: world.key("nobody") })),
  "records whose signatures are wrong": signatures(() => ({ valid: false })),
  "records of another mound": signatures(() => ({ namespace: "record@elsewhere" })),
  "records that are not signed": (options) => ({
    ...options,
    files: mapFiles(options.files, (file) => rewritten(file, (text) => text, false)),
  }),
  "time that runs back": (options, world) => ({
    ...options,
    time: world.state.get("line")!.time - 1_000,
  }),
  "time that runs ahead": (options, world) => ({ ...options, time: world.now + 2 * HOUR }),
  "records dated otherwise": field("at", (_, world, pick) =>
    formatInstant(world.now + (pick % 2 === 0 ? HOUR : -HOUR)),
  ),
  "somebody else does it": moved((options, world, pick) => {
    const author = another(options.author, pick);
    const own = (text: string): string =>
      renonced(text).replace(/^(agent|creator|by): .*$/gm, `$1: ${author}`);
    const made = body(own)({ ...options, author, message: "by hand\n" }, world, pick);
    const key = world.key(author);
    const files = mapFiles(made.files, (file) => ({
      ...file,
      signatures: file.signatures.map((found, at) => (at === 0 ? { ...found, key } : found)),
    }));
    return { ...made, files };
  }),
  "another token": moved(
    field("token", (old, _world, pick) => String(Math.max(1, Number(old) + 1 - (pick % 3)))),
  ),
  "another task": moved(
    field("task", (old, world, pick) => {
      const tasks = world.state.keys("task/").map((key) => key.slice("task/".length));
      return tasks[pick % tasks.length] ?? old;
    }),
  ),
  "another lock": moved(
    body((text, _world, pick) =>
      /^kind: lock/m.test(text)
        ? text.replace(
            /^name: .*$/m,
            `name: ${["deploy", "leader/x", "x/attempts", "new"][pick % 4]!}`,
          )
        : text,
    ),
  ),
  "another agent": field("agent", (old, _world, pick) => another(old, pick)),
  "another lease": field("until", (_, world, pick) =>
    formatInstant(world.now + [-1, 0, 1, 500, 20 * HOUR][pick % 5]!),
  ),
  "another outcome": field("outcome", (_old, _world, pick) =>
    pick % 2 === 0 ? "expired" : "cancelled",
  ),
  "another load": field("load", () => "9"),
  "a skill twice": body((text) => text.replace(/^skills:\n(.*\n)/m, "skills:\n$1$1")),
  "a name of no skill": body((text) =>
    text.replace(/^skill_names:\n {2}- git/m, "skill_names:\n  - rust"),
  ),
  "another topic": field("topic", (old, _world, pick) => {
    return ["path/../x", "task/0000000", "path/src/X", `${old}x`][pick % 4]!;
  }),
  "another topic, at its place": moved(
    field("topic", (_, world, pick) => {
      const tasks = world.state.keys("task/");
      return ["task/0000000", "con", tasks[pick % tasks.length]!, "path/A"][pick % 4]!;
    }),
  ),
  "another strength": field("strength", (_old, _world, pick) => {
    return ["-1", "11", "0", "Infinity", "0.5", "10"][pick % 6]!;
  }),
  "another half-life": field("half_life", (_old, _world, pick) => ["1s", "31d", "-1h"][pick % 3]!),
  "another amount": field("amount", (_old, _world, pick) => {
    return ["0", "-1", "1000001", "2.5", "7"][pick % 5]!;
  }),
  "another stake": field("stake", (_old, _world, pick) => ["0", "-1", "900000"][pick % 3]!),
  "another seal": field("seal", () => "0".repeat(64)),
  "another salt": field("salt", () => "0".repeat(32)),
  "another eta": field("eta", (_old, _world, pick) => ["1s", "2h", "0h", "9999d"][pick % 4]!),
  "a grant to another": field("to", (old, _world, pick) => another(old, pick)),
  "another subject": moved(field("subject", (old, _world, pick) => another(old, pick))),
  "another issuer": moved(field("issuer", (old, _world, pick) => another(old, pick))),
  "another key that is vouched for": field("fingerprint", (_, world, pick) =>
    fingerprintOf(world.key(others[pick % others.length]!)),
  ),
  "another proof": field("proof", (_, world, pick) =>
    pick % 2 === 0 ? "5".repeat(40) : world.log[pick % world.log.length]!.oid,
  ),
  "taken back": body((text) =>
    text.replace(/^(kind: (?:vouch|denounce)\n(?:.*\n)*?)(at: )/m, "$1status: withdrawn\n$2"),
  ),
  "a nonce that was used": field("nonce", (old, world, pick) => {
    const used = world.state.keys("nonce/").map((key) => key.slice("nonce/".length));
    return used[pick % used.length] ?? old;
  }),
  "a view that nobody had": field("seen", () => "5".repeat(40)),
  "another kind": field("kind", (_old, _world, pick) => ["vow", "task", "review"][pick % 3]!),
  "a field too many": body((text) => `${text}more: x\n`),
  "a line that is no field": body((text) => `${text}more\n`),
  "another path": (options, _world, pick) => ({
    ...options,
    files: Object.fromEntries(
      Object.entries(options.files).map(([path, file], at) => [
        at === pick % Object.keys(options.files).length ? `x/${path.split("/").at(-1)}` : path,
        file,
      ]),
    ),
  }),
  "a path that is illegal": (options, _world, pick) => ({
    ...options,
    files: {
      ...options.files,
      [["CON", ".git/config", "x/aux.yaml", "a/b/c/d/e/f/g"][pick % 4]!]: plainFile("x: y\n"),
    },
  }),
  "a mode that is illegal": (options, _world, pick) => ({
    ...options,
    files: mapFiles(options.files, (file) => ({
      ...file,
      mode: pick % 2 === 0 ? "100755" : "120000",
    })),
  }),
  "a file left out": (options, _world, pick) => without(options, (_, at) => at === pick % 2),
  "removals left out": (options) => without(options, ([, file]) => file === undefined),
  "a removal besides": (options, world, pick) => {
    const paths = world.paths();
    return { ...options, files: { [paths[pick % paths.length]!]: undefined, ...options.files } };
  },
  "furniture besides": (options, _world, pick) => ({
    ...options,
    files: { ...options.files, "README.md": plainFile(`${pick}\n`) },
  }),
  "more paths than are allowed": (options, _world, pick) => ({
    ...options,
    files: {
      ...options.files,
      ...Object.fromEntries(
        Array.from({ length: 201 }, (_, at) => [`x/${pick}-${at}.yaml`, plainFile("x: y\n")]),
      ),
    },
  }),
  "two parents": (options, world) => ({
    ...options,
    parents: [world.tip!, world.log[0]!.oid],
  }),
  "a trailer that is false": (options, _world, pick) => ({
    ...options,
    message: `x\n\nAgent: ${another(options.author, pick)}\n`,
  }),
  "a message that is too long": (options) => ({ ...options, message: "x".repeat(9_000) }),
  "a record that is too long": body((text) => `${text}x-long: ${"y".repeat(17_000)}\n`),
} as const satisfies Readonly<Record<string, Make>>;

export type Bend = keyof typeof bends;
export const BENDS = Object.keys(bends) as readonly Bend[];

export function bendCommit(
  options: CommitOptions,
  world: World,
  bend: Bend,
  pick: number,
): CommitOptions {
  const make: Make = bends[bend];
  const made = make(options, world, pick);
  // A commit that would change nothing else is not bent at all.
  return Object.keys(made.files).length === 0 ? options : made;
}

/** Where the kind of a record wants it, as far as it can be read. */
function placeOf(path: string, { bytes }: WorldFile): string | undefined {
  const read = readRecord(path, bytes);
  if (!read.ok) return undefined;
  const fields = Object.fromEntries(read.value.body);
  const definition = kindNamed(String(fields["kind"]))?.kind;
  return definition?.path(fields as unknown as Parameters<typeof definition.path>[0]);
}

/** Another nonce of the same record: a signature of it may then say something else. */
function renonced(text: string): string {
  return text.replace(/^nonce: (.*)$/m, (_, old: string) => {
    return `nonce: ${base32(sha256Text(`again ${old}`)).slice(0, 16)}`;
  });
}

function mapFiles(files: Files, change: (file: WorldFile) => WorldFile): Files {
  return Object.fromEntries(
    Object.entries(files).map(([path, file]) => [path, file === undefined ? file : change(file)]),
  );
}

function without(
  options: CommitOptions,
  out: (entry: readonly [string, WorldFile | undefined], at: number) => boolean,
): CommitOptions {
  const files = Object.entries(options.files).filter((entry, at) => !out(entry, at));
  return { ...options, files: Object.fromEntries(files) };
}

/** The same record with another body, and with its signatures or none. */
function rewritten(file: WorldFile, change: (body: string) => string, signed = true): WorldFile {
  const text = Buffer.from(file.bytes).toString();
  const end = text.indexOf("\n---\n") + 1;
  if (end === 0) return file;
  const rest = signed ? text.slice(end) : "";
  const bytes = Buffer.from(change(text.slice(0, end)) + rest);
  return { ...file, bytes, signatures: signed ? file.signatures : [] };
}
