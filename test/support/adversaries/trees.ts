/** Poison trees: what git would check out, crash on, or take for something else. */
import type { Oid } from "../../../src/protocol/ids.ts";
import { scaled } from "../scale.ts";
import type { Attack } from "./attack.ts";
import type { RawEntry } from "./raw-objects.ts";
import type { Scene } from "./scene.ts";

/** A commit of mallory's whose root folder has entries besides. */
function poison(
  name: string,
  [rule, code]: readonly [string, string],
  entries: (scene: Scene) => readonly RawEntry[],
): Attack {
  return {
    name,
    rule,
    code,
    build: (scene) => scene.commit({ author: "mallory", entries: entries(scene) }),
  };
}

const ILLEGAL = ["PA1", "path-illegal"] as const;
const MODE = ["PA2", "path-illegal"] as const;

function blob(scene: Scene, text: string): Oid {
  return scene.objects.put("blob", Buffer.from(text));
}

function named(name: string): Attack {
  return poison(`a file called ${JSON.stringify(name)}`, ILLEGAL, (scene) => [
    { mode: "100644", name, oid: blob(scene, "x: y\n") },
  ]);
}

const NAMES = [
  "back\\slash",
  "new\nline",
  "esc\u001b]0;owned\u0007",
  "txt\u202efdp.exe",
  ".GIT",
  ".git",
  ".g\u200cit",
  "git~1",
  ".gitmodules",
  "con",
  "aux.yaml",
  "CON",
  "dot.",
  "space ",
  "-rf",
  "a:stream",
  "caf\u00e9",
  "cafe\u0301",
  "\udcff\udcfe",
  "..",
  ".",
] as const;

const SHAPES: readonly Attack[] = [
  poison("a symbolic link", MODE, (scene) => [
    { mode: "120000", name: "link", oid: blob(scene, "/etc/passwd") },
  ]),
  poison("a symbolic link that stands for a folder", MODE, (scene) => [
    { mode: "120000", name: "x", oid: blob(scene, ".git") },
  ]),
  poison("a submodule", MODE, ({ victim }) => [
    { mode: "160000", name: "module", oid: victim.tip },
  ]),
  poison("a file that may be run", MODE, (scene) => [
    { mode: "100755", name: "run", oid: blob(scene, "#!/bin/sh\n") },
  ]),
  {
    ...poison("two files of one name", ["PA6", "path-illegal"], (scene) => [
      { mode: "100644", name: "twin", oid: blob(scene, "a: b\n") },
      { mode: "100644", name: "twin", oid: blob(scene, "c: d\n") },
    ]),
    // Whoever takes both away lists one path twice, which is what is refused.
    lasting: true,
  },
  poison("names that differ by their accents' order alone", ILLEGAL, (scene) =>
    ["caf\u00e9", "cafe\u0301"].map((name) => ({
      mode: "100644",
      name,
      oid: blob(scene, "x: y\n"),
    })),
  ),
  poison("names that differ by case alone", ILLEGAL, (scene) => [
    { mode: "100644", name: "Mound.yaml", oid: blob(scene, "x: y\n") },
  ]),
  {
    name: "a tree that is not in order",
    rule: "PA2",
    code: "path-illegal",
    atDoor: "PA6",
    build: (scene) => {
      const names = ["z", "a", "m"];
      const oid = blob(scene, "x: y\n");
      const tree = scene.objects.tree(names.map((name) => ({ mode: "100755", name, oid })));
      return scene.commit({ author: "mallory", tree });
    },
  },
  {
    name: "a folder where a record was",
    rule: "RE3",
    code: "kind-unknown",
    build: (scene) =>
      scene.commit({
        author: "mallory",
        files: { "mound.yaml": undefined, "mound.yaml/x.yaml": "x: y\n" },
      }),
  },
];

/** Names in a folder of folders, `depth` of them. */
function deep(scene: Scene, depth: number): Oid {
  let oid = scene.objects.tree([{ mode: "100644", name: "x", oid: blob(scene, "x: y\n") }]);
  for (let at = 1; at < depth; at += 1)
    oid = scene.objects.tree([{ mode: "40000", name: "d", oid }]);
  return oid;
}

const UNSEEN: readonly Attack[] = [
  {
    name: "a mode that git takes for another",
    ...unseen("PA2"),
    build: async (scene) =>
      scene.commit({
        author: "mallory",
        files: await scene.claim("open", "mallory", 1),
        bend: (path, entries) =>
          path === `${scene.folder("open")}/`
            ? entries.map((entry) => ({ ...entry, mode: "100664" }))
            : entries,
      }),
  },
  {
    name: "a lock that is there twice, with the same bytes",
    ...unseen("PA6"),
    build: (scene) =>
      scene.commit({
        author: "mallory",
        bend: (path, entries) =>
          path === `${scene.folder("held")}/`
            ? [...entries, ...entries.filter(({ name }) => name === "claim.lock")]
            : entries,
      }),
  },
  {
    name: "a lock that is there again, its path in one name",
    ...unseen("PA6"),
    build: (scene) => {
      const name = `${scene.folder("held")}/claim.lock`;
      const { oid } = scene.victim.files.get(name)!;
      return scene.commit({ author: "mallory", entries: [{ mode: "100644", name, oid }] });
    },
  },
];

function unseen(rule: string) {
  return { rule, code: "path-illegal", met: "unseen" as const };
}

/** Small unless MOUND_TEST_SCALE says more, and beyond the limits at any size. */
const LARGE: readonly Attack[] = [
  poison("folders in folders", ILLEGAL, (scene) => [
    { mode: "40000", name: "d", oid: deep(scene, scaled(1_250, 10_000)) },
  ]),
  poison("more entries than anybody reads", ["LN7", "commit-too-large"], (scene) => {
    const oid = blob(scene, "x: y\n");
    const entries = Array.from({ length: scaled(12_500, 100_000) }, (_, at) => {
      return { mode: "100644", name: `f${String(at).padStart(6, "0")}`, oid };
    });
    return [{ mode: "40000", name: "many", oid: scene.objects.tree(entries) }];
  }),
  poison("a file of megabytes", ["RE1", "record-too-large"], (scene) => {
    const bytes = Buffer.alloc(scaled(12_500_000, 100_000_000));
    // Such as does not pack: its whole size is fetched.
    for (let at = 0; at < bytes.length; at += 4)
      bytes.writeUInt32LE(Math.imul(at, 2_654_435_761) >>> 0, at);
    return [{ mode: "100644", name: "large", oid: scene.objects.put("blob", bytes) }];
  }),
  poison(
    "a file that grows a thousandfold when it is unpacked",
    ["RE1", "record-too-large"],
    (scene) => [
      { mode: "100644", name: "bomb", oid: scene.objects.zeros(scaled(64_000_000, 512_000_000)) },
    ],
  ),
  poison(
    "folders that are all the same, a hundred thousand of them",
    ["LN7", "commit-too-large"],
    (scene) => {
      let oid = blob(scene, "x: y\n");
      const levels = scaled(4, 5);
      for (let level = 0; level < levels; level += 1) {
        const mode = level === 0 ? "100644" : "40000";
        const inner = oid;
        oid = scene.objects.tree(
          Array.from({ length: 10 }, (_, at) => ({ mode, name: `${at}`, oid: inner })),
        );
      }
      return [{ mode: "40000", name: "tenfold", oid }];
    },
  ),
].map((attack) => ({ ...attack, large: true, alone: true }));

export const TREES: readonly Attack[] = [...NAMES.map(named), ...SHAPES, ...UNSEEN, ...LARGE];
