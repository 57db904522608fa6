import { formatInstant } from "../../src/protocol/time.ts";
import { signalFile } from "../../src/protocol/topics.ts";
import type { Scribe, Written } from "./scribe.ts";
import type { Tamperings } from "./tampering-desk.ts";

const MINUTE = 60_000;

/** Signals by ant-1 on what is nothing, at places that are not theirs, and too many of them. */
export function signalTamperings(scribe: Scribe, task: string): Tamperings {
  const at = (ms: number): string => formatInstant(scribe.now + ms);
  const byAnt1 = (files: Written["files"]): Written => ({ author: "ant-1", files });
  const signal = async (topic: string, more: object = {}, place = topic, agent = "ant-1") => {
    const path = signalFile(place, agent);
    const said = { topic, agent: "ant-1", mark: "need", strength: "5" };
    return byAnt1({ [path]: await scribe.record("signal", path, { ...said, ...more }) });
  };
  const code = "path/src/Auth/login_page.test.ts";
  return {
    "TA0 a signal on no task": () => signal("task/0000000"),
    "RE4 a task that is none": () => signal("task/../../mound", {}, code),
    "RE4 a path that climbs out": () => signal("path/../secret", {}, code),
    "RE4 a path that stays where it is": () => signal("path/src/./auth", {}, code),
    "RE4 a path from the root": () => signal("path//etc/passwd", {}, code),
    "RE4 a path that ends in a slash": () => signal("path/src/", {}, code),
    "RE4 a path with a wildcard": () => signal("path/src/*", {}, code),
    "RE4 a path whose name is too long": () => signal(`path/${"A".repeat(116)}`, {}, code),
    "RE4 a word that is a family": () => signal("path", {}, code),
    "RE4 a word with a capital": () => signal("Deploy", {}, code),
    "RE4 a negative strength": () => signal(code, { strength: "-1" }),
    "RE4 an infinite strength": () => signal(code, { strength: "Infinity" }),
    "RE4 more strength than there is": () => signal(code, { strength: "11" }),
    "RE4 a fraction": () => signal(code, { strength: "0.5" }),
    "RE4 no such mark": () => signal(code, { mark: "joy" }),
    "RE4 a half-life that is none": () => signal(code, { half_life: "0s" }),
    "SG1 a half-life that is too short": () => signal(code, { half_life: "9s" }),
    "SG1 a half-life that is too long": () => signal(code, { half_life: "30d1s" }),
    "RE5 at the place of another topic": () => signal(code, {}, code.toLowerCase()),
    "RE5 at the place of another agent": () => signal(code, {}, code, "ant-2"),
    "LN5 a signal in another's name": () => signal(code, { agent: "ant-2" }, code, "ant-2"),
    "LN3 a signal from the future": () => signal(code, { at: at(10 * MINUTE) }),
    "SG2 one signal too many": async () => {
      const topics = [code, `task/${task}`, "deploy", "c++", `path/${"x/".repeat(70)}y`];
      while (topics.length < 60) topics.push(`path/Some/Folder_${topics.length}/a-file.ts`);
      const all = await Promise.all(topics.map((topic) => signal(topic)));
      const files = Object.assign({}, ...all.map((one) => one.files)) as Written["files"];
      const verdict = await scribe.write(byAnt1(files));
      if (!verdict.accepted) throw new Error(JSON.stringify(verdict.fault));
      return signal(code, { at: at(1_000) });
    },
    "PA3 a signal goes": async () => byAnt1({ [signalFile(code, "ant-1")]: undefined }),
  };
}
