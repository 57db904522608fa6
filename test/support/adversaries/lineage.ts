/** Attacks on the line itself: its shape, its clock, and commits that git does not write. */
import { MESSAGE_BYTES } from "../../../src/protocol/limits.ts";
import type { Oid } from "../../../src/protocol/ids.ts";
import { formatInstant } from "../../../src/protocol/time.ts";
import type { Attack } from "./attack.ts";
import type { CommitWish, Scene } from "./scene.ts";

const HOUR = 3_600_000;

/** A commit by mallory that would be legal, but for what is said. */
function odd(
  name: string,
  [rule, code]: readonly [string, string],
  wish: (scene: Scene) => Partial<CommitWish> | Promise<Partial<CommitWish>>,
  met?: Attack["met"],
): Attack {
  return {
    name,
    rule,
    code,
    ...(met === undefined ? {} : { met }),
    build: async (scene) =>
      scene.commit({
        author: "mallory",
        files: await scene.claim("open", "mallory", 1),
        ...(await wish(scene)),
      }),
  };
}

const LINEAGE = ["LN1", "lineage"] as const;

function header(name: string, change: (lines: string[]) => string[]): Attack {
  return odd(name, LINEAGE, () => ({ header: change }));
}

/** All that it has is dated alike, and only a clock tells that it is not so late yet. */
function ahead(name: string, choose: (scene: Scene) => number): Attack {
  const wish = async (scene: Scene): Promise<Partial<CommitWish>> => {
    const time = choose(scene);
    const at = formatInstant(time);
    const fields = { id: "zzzzzz1", creator: "mallory", title: "soon", at };
    return { time, files: await scene.record("task", fields) };
  };
  return odd(name, ["LN2", "time-ahead"], wish, "deferred");
}

/** The lines of the header with the time of both persons replaced. */
function dated(seconds: string): (lines: string[]) => string[] {
  return (lines) => lines.map((line) => line.replace(/ \d+ \+0000$/, ` ${seconds} +0000`));
}

async function orphan(scene: Scene): Promise<Oid> {
  return scene.commit({ author: "mallory", parents: [], files: { "x/y.yaml": "x: y\n" } });
}

const SHAPES: readonly Attack[] = [
  odd("a merge commit", LINEAGE, async (scene) => ({
    parents: [scene.victim.tip, await orphan(scene)],
  })),
  // To git the tip is still below it; a line is read along first parents.
  odd(
    "a merge that puts a history of its own first",
    LINEAGE,
    async (scene) => ({ parents: [await orphan(scene), scene.victim.tip] }),
    "rewritten",
  ),
  odd(
    "a merge that puts the line's past first",
    LINEAGE,
    async ({ victim }) => ({ parents: [victim.parent, victim.tip] }),
    "rewritten",
  ),
  odd("an octopus", LINEAGE, async (scene) => ({
    parents: [scene.victim.tip, await orphan(scene), scene.victim.parent],
  })),
  odd("the tip as parent twice", LINEAGE, ({ victim }) => ({ parents: [victim.tip, victim.tip] })),
  {
    ...odd("a commit that changes nothing", ["LN9", "commit-empty"], () => ({ files: {} })),
    alone: true,
  },
  {
    ...odd("more paths than a commit may change", ["LN7", "commit-too-large"], () => ({
      files: Object.fromEntries(Array.from({ length: 201 }, (_, at) => [`x/${at}.yaml`, "x: y\n"])),
    })),
    alone: true,
  },
  odd("more words than a message may have", ["LN7", "commit-too-large"], () => ({
    message: `x\n\n${"y".repeat(MESSAGE_BYTES)}\n`,
  })),
  odd("a message of megabytes", ["LN7", "commit-too-large"], () => ({
    message: `x\n\n${"y".repeat(3 * 1024 * 1024)}\n`,
  })),
  odd("a commit dated before the one below it", ["LN2", "time-backwards"], ({ victim }) => ({
    time: victim.time - 60_000,
  })),
  ahead("a commit from the future", ({ now }) => now + HOUR),
  ahead("a commit of the year 5138", () => 99_999_999_999_000),
];

/** Not on the line at all: a clone that has verified the tip does not follow. */
const REWRITES: readonly Attack[] = [
  {
    name: "a second root",
    rule: "LN1",
    code: "lineage",
    met: "rewritten",
    build: orphan,
  },
  {
    name: "a branch forced to a sibling",
    rule: "LN1",
    code: "lineage",
    met: "rewritten",
    build: async (scene) =>
      scene.commit({
        author: "mallory",
        parents: [scene.victim.parent],
        files: await scene.claim("open", "mallory", 1),
      }),
  },
  {
    name: "a branch rewound",
    rule: "LN1",
    code: "lineage",
    met: "rewritten",
    build: async ({ victim }) => victim.parent,
  },
  {
    name: "a branch deleted",
    rule: "LN1",
    code: "lineage",
    met: "rewritten",
    atDoor: "door-deletion",
    build: async () => undefined,
  },
];

const ODDITIES: readonly Attack[] = [
  header("a date before 1970", dated("-86400")),
  header("a date with more digits than time has", dated("9999999999999999999")),
  header("a date that is a word", dated("yesterday")),
  header("a header that git does not write", (lines) => [...lines, "reviewed-by root"]),
  header("an encoding of its own", (lines) => [...lines, "encoding iso-8859-1"]),
  header("a signature for another hash", (lines) => [...lines, "gpgsig-sha256 x"]),
  header("two authors", (lines) => [...lines.slice(0, 3), lines[2]!, ...lines.slice(3)]),
  header("no committer", (lines) => lines.slice(0, -1)),
  // To git it has no parents at all.
  odd("two trees", LINEAGE, () => ({ header: (lines) => [lines[0]!, ...lines] }), "rewritten"),
  odd("a message that is not UTF-8", LINEAGE, () => ({
    object: (bytes) => Buffer.concat([bytes, Buffer.from([0xff, 0xfe, 0x0a])]),
  })),
  odd("an author that is not UTF-8", LINEAGE, () => ({
    object: (bytes) =>
      Buffer.from(
        bytes.toString("latin1").replace("author mallory", "author m\xffllory"),
        "latin1",
      ),
  })),
  odd("an author that is no name", ["LN5", "not-a-member"], () => ({
    author: "\u001b[31mroot\u202e",
    committer: "mallory",
  })),
  odd("a commit signed in another namespace", ["LN4", "commit-signature"], async (scene) => {
    const files = await scene.claim("open", "mallory", 1);
    const { signers, id } = scene.victim;
    const armor = await signers.mallory.sign(Buffer.from("x"), `record@${id}`);
    const folded = armor.trimEnd().split("\n").join("\n ");
    return { files, signer: "nobody", header: (lines) => [...lines, `gpgsig ${folded}`] };
  }),
  odd("a commit changed after it was signed", ["LN4", "commit-signature"], () => ({
    object: (bytes) => Buffer.concat([bytes, Buffer.from("and more\n")]),
  })),
];

export const LINEAGES: readonly Attack[] = [...SHAPES, ...REWRITES, ...ODDITIES];
