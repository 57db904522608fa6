/** Attacks on what agents leave for each other: too loud, too often, in another's name, at a place that is a trick. */
import { formatInstant } from "../../../src/protocol/time.ts";
import { signalFile } from "../../../src/protocol/topics.ts";
import type { Attack } from "./attack.ts";
import type { Files, Scene } from "./scene.ts";

const TOPIC = "path/src/Auth";

function by(
  name: string,
  [rule, code]: readonly [string, string],
  files: (scene: Scene) => Promise<Files>,
): Attack {
  return {
    name,
    rule,
    code,
    build: async (scene) => scene.commit({ author: "mallory", files: await files(scene) }),
  };
}

/** Mallory's signal; where its topic is none, it lies where that of another would. */
function signal(scene: Scene, fields: Readonly<Record<string, string>>, path?: string) {
  const sound = { topic: TOPIC, agent: "mallory", mark: "heat", strength: "10" };
  return scene.record("signal", { ...sound, ...fields }, { path: path ?? PLACE, by: ["mallory"] });
}

const PLACE = signalFile(TOPIC, "mallory");

const climbing = [
  "path/../../mound",
  "path/.",
  "path//etc/passwd",
  "path/src/../../x",
  "task/../x",
];

export const SIGNALS: readonly Attack[] = [
  by("a flood of signals", ["SG2", "cap-reached"], async (scene) => {
    const topics = Array.from({ length: 61 }, (_, at) => `flood-${at}`);
    const all = topics.map((topic) => signal(scene, { topic }, signalFile(topic, "mallory")));
    return Object.assign({}, ...(await Promise.all(all))) as Files;
  }),
  by("a signal of negative strength", ["RE4", "field-invalid"], (scene) =>
    signal(scene, { strength: "-10" }),
  ),
  by("a signal of infinite strength", ["RE4", "field-invalid"], (scene) =>
    signal(scene, { strength: "Infinity" }),
  ),
  by("a signal that hardly ever fades", ["SG1", "field-invalid"], (scene) =>
    signal(scene, { half_life: "9999d" }),
  ),
  by("a signal in another's name", ["LN5", "author-wrong"], (scene) =>
    signal(scene, { agent: "alice" }, signalFile(TOPIC, "alice")),
  ),
  by("a signal where another's would lie", ["RE5", "path-wrong"], (scene) =>
    signal(scene, {}, signalFile(TOPIC, "alice")),
  ),
  by("a signal from the future", ["LN3", "clock-skew"], (scene) =>
    signal(scene, { at: formatInstant(scene.now + 3_600_000) }),
  ),
  by("a signal on a task that is not there", ["TA0", "task-missing"], (scene) =>
    signal(scene, { topic: "task/zzzzzzz" }, signalFile("task/zzzzzzz", "mallory")),
  ),
  by("a signal on another topic than its place says", ["RE5", "path-wrong"], (scene) =>
    signal(scene, { topic: TOPIC.toLowerCase() }),
  ),
  ...climbing.map((topic) =>
    by(`a signal on ${topic}`, ["RE4", "field-invalid"], (scene) => signal(scene, { topic })),
  ),
];
