/** A mound in which every text that anybody may write is hostile to who shows it, and all of it is legal. */
import { defined } from "../../../src/base/assert.ts";
import type { WireFields } from "../../../src/protocol/encode.ts";
import type { Oid } from "../../../src/protocol/ids.ts";
import { kindNamed, KINDS } from "../../../src/protocol/kinds/index.ts";
import type { Kind } from "../../../src/protocol/kinds/kind.ts";
import { readRecord } from "../../../src/protocol/record.ts";
import { keyFingerprint } from "../../../src/protocol/rules/fingerprint.ts";
import { formatInstant } from "../../../src/protocol/time.ts";
import { hashObject } from "../../../src/git/hash.ts";
import { NASTY } from "../corpus.ts";
import type { Arena } from "./arena.ts";
import { RawObjects } from "./raw-objects.ts";
import { type Files, type Member, Scene, type Victim } from "./scene.ts";

interface Written {
  readonly tip: Oid;
  /** The tree at the tip. */
  readonly files: Victim["files"];
  /** `kind field` of each text that is hostile now. */
  readonly texts: ReadonlySet<string>;
}

/** The fields of a kind that take any text, or a list of texts. */
export function freeTexts(kind: Kind): readonly string[] {
  return Object.entries(kind.fields.shape)
    .filter(([, field]) => takes(field, NASTY) || takes(field, [NASTY]))
    .map(([name]) => name);
}

function takes(field: unknown, value: unknown): boolean {
  const { safeParse } = field as { safeParse: (value: unknown) => { success: boolean } };
  return safeParse(value).success;
}

/** Writes the commits into the arena's origin; its branch stays where it is. */
export async function nastyCommits(arena: Arena): Promise<Written> {
  const objects = new RawObjects(arena.origin);
  let victim = arena.victim;
  const texts = new Set<string>();
  for (const [author, make] of STEPS) {
    const scene = new Scene(victim, objects);
    const nasty: Nasty = (kind, fields, options) => {
      const names = freeTexts(defined(kindNamed(kind), kind).kind);
      for (const name of names) texts.add(`${kind} ${name}`);
      const listed = defined(
        KINDS.find(({ name }) => name === kind),
        kind,
      ).fields.shape;
      const bent = names.map((name) => [
        name,
        takes((listed as Record<string, unknown>)[name], NASTY) ? NASTY : [NASTY],
      ]);
      return scene.record(
        kind,
        { ...fields, ...(Object.fromEntries(bent) as WireFields), "x-nasty": NASTY },
        options,
      );
    };
    const files = await make(scene, nasty);
    const tip = await scene.commit({ author, files, message: `${NASTY}\n` });
    victim = { ...victim, tip, files: grown(victim.files, files) };
  }
  return { tip: victim.tip, files: victim.files, texts };
}

type Nasty = Scene["record"];
type Step = readonly [Member, (scene: Scene, nasty: Nasty) => Promise<Files>];

const STEPS: readonly Step[] = [
  [
    "root",
    (scene, nasty) => {
      const read = readRecord("mound.yaml", scene.bytes("mound.yaml"));
      if (!read.ok) throw new Error("the mound's own record cannot be read");
      const {
        kind: _kind,
        at: _at,
        nonce: _nonce,
        seen: _seen,
        ...fields
      } = Object.fromEntries(read.value.body);
      return nasty("mound", fields, { by: ["root"] });
    },
  ],
  [
    "mallory",
    (scene, nasty) => {
      const { key } = scene.victim.signers.mallory;
      return nasty("agent", { agent: "mallory", key, status: "active" });
    },
  ],
  ["mallory", (_, nasty) => nasty("capabilities", { agent: "mallory", skills: ["a"] })],
  ["root", (_, nasty) => nasty("invite", { fingerprint: `SHA256:${"A".repeat(43)}`, by: "root" })],
  [
    "root",
    (_, nasty) =>
      nasty("grant", { id: "nasty", to: "mallory", amount: "5", by: "root" }, { by: ["root"] }),
  ],
  [
    "mallory",
    (scene, nasty) =>
      nasty(
        "vouch",
        {
          subject: "alice",
          issuer: "mallory",
          fingerprint: keyFingerprint(scene.victim.signers.alice.key),
          scope: "all",
          level: "low",
          until: formatInstant(scene.now + 3_600_000),
        },
        { by: ["mallory"] },
      ),
  ],
  [
    "mallory",
    (scene, nasty) =>
      nasty(
        "denounce",
        { subject: "alice", issuer: "mallory", proof: scene.victim.tip },
        { by: ["mallory"] },
      ),
  ],
  ["mallory", (_, nasty) => nasty("task", { id: "zzzzzz1", creator: "mallory" })],
  [
    "alice",
    async (scene, nasty) => ({
      ...(await nasty("progress", work(scene, "held", { n: "1", agent: "alice", percent: "5" }))),
      ...(await scene.claim("held", "alice", 1, 2 * 3_600_000)),
    }),
  ],
  [
    "bob",
    async (scene, nasty) => ({
      ...(await nasty(
        "attempt",
        work(scene, "retaken", { token: "2", agent: "bob", outcome: "failed" }),
      )),
      [`${scene.folder("retaken")}/claim.lock`]: undefined,
    }),
  ],
  [
    "root",
    (scene, nasty) => nasty("review", work(scene, "done", { agent: "root", verdict: "rejected" })),
  ],
  [
    "mallory",
    (scene, nasty) =>
      nasty("decline", {
        task: scene.victim.tasks.held,
        agent: "mallory",
        until: formatInstant(scene.now + 3_600_000),
      }),
  ],
  [
    "alice",
    (scene, nasty) =>
      nasty("task", {
        id: "zzzzzz3",
        creator: "alice",
        mode: "auction",
        bids: "open",
        bids_until: formatInstant(scene.now + 3_600_000),
        reveals_until: formatInstant(scene.now + 7_200_000),
      }),
  ],
  [
    "mallory",
    (_, nasty) =>
      nasty("bid", {
        task: "zzzzzz3",
        agent: "mallory",
        stake: "1",
        seal: "0".repeat(64),
        eta: "1h",
      }),
  ],
  [
    "mallory",
    (_, nasty) =>
      nasty("signal", { topic: "nasty", agent: "mallory", mark: "warn", strength: "5" }),
  ],
  ["root", (scene, nasty) => nasty("cancel", { task: scene.victim.tasks.open, agent: "root" })],
];

function work(scene: Scene, task: keyof Victim["tasks"], fields: WireFields): WireFields {
  const at = formatInstant(scene.now);
  return { task: scene.victim.tasks[task], token: "1", at, ...fields };
}

function grown(files: Victim["files"], changed: Files): Victim["files"] {
  const all = new Map(files);
  for (const [path, content] of Object.entries(changed)) {
    const bytes = content === undefined ? undefined : Buffer.from(content);
    if (bytes === undefined) all.delete(path);
    else all.set(path, { oid: hashObject("blob", bytes), bytes });
  }
  return all;
}
