/**
 * What a signal is about: `task/<id>`, `path/<folder or file>` in the code that the mound is for, or
 * one free word. Paths of code have capitals and any depth, which paths on the line must not have.
 */
import { isTaskId } from "./ids.ts";

/** As one pattern, for schemas; what it cannot say, `isTopic` does. */
export const TOPIC =
  /^(task\/[0-9a-hjkmnp-tv-z]{7}(-[a-z0-9]+){0,12}|path\/[A-Za-z0-9._@+-]+(\/[A-Za-z0-9._@+-]+)*|[a-z0-9][a-z0-9+._-]{0,39})$/;

/** As many characters as a task's `paths` may have. */
const PATH_CHARS = 200;
/** Folders that the name of one topic may take on the line: of six segments, three are taken. */
const PIECES = 3;
/** A segment on the line has at most eighty characters, and each piece begins with `at-`. */
const PIECE_CHARS = 77;
const PREFIX = "at-";
/** So that no folder gets above some thousand entries: the depth of the line allows one level more. */
const GROUPS = 100;
const CHARACTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._@+-/";
/** They begin the other topics. */
const RESERVED = new Set(["task", "path", "word"]);

/** Whether a text is a topic as records spell it. */
export function isTopic(text: string): boolean {
  if (!TOPIC.test(text) || RESERVED.has(text)) return false;
  const [family, name] = familyOf(text);
  if (family === "task") return isTaskId(name);
  if (family === "word") return true;
  const climbs = name.split("/").some((part) => part === "." || part === "..");
  return !climbs && name.length <= PATH_CHARS && escaped(name).length <= PIECES * PIECE_CHARS;
}

/** The task that a topic is about. */
export function taskOfTopic(topic: string): string | undefined {
  return topic.startsWith("task/") ? topic.slice("task/".length) : undefined;
}

/**
 * Where an agent's signal on a topic lies. For tasks `signals/task/<xx>/<id>/`; for others
 * `signals/<path or word>-<nn>/at-<name>/`, where `nn` is a sum over the characters and the name is
 * escaped and cut into pieces of 77 characters, a folder each. No two topics have the same.
 */
export function signalFile(topic: string, agent: string): string {
  return `signals/${topicFolder(topic)}/${agent}.yaml`;
}

function topicFolder(topic: string): string {
  const [family, name] = familyOf(topic);
  if (family === "task") return `task/${name.slice(0, 2)}/${name}`;
  const text = escaped(name);
  const pieces: string[] = [];
  for (let at = 0; at < text.length; at += PIECE_CHARS)
    pieces.push(PREFIX + text.slice(at, at + PIECE_CHARS));
  return `${family}-${groupOf(name)}/${pieces.join("/")}`;
}

function familyOf(topic: string): readonly ["task" | "path" | "word", string] {
  if (topic.startsWith("task/")) return ["task", topic.slice("task/".length)];
  return topic.startsWith("path/") ? ["path", topic.slice("path/".length)] : ["word", topic];
}

/**
 * Into `a-z`, `0-9`, `-` and `_`: a dot becomes `-`, a slash `__`, a capital `_` and its small letter.
 * Each of these can be read back, and without dots nothing in a path on the line can go wrong.
 */
function escaped(name: string): string {
  return name.replace(/[^a-z0-9]/g, (character) => {
    return ESCAPES[character] ?? `_${character.toLowerCase()}`;
  });
}

const ESCAPES: Readonly<Record<string, string>> = {
  ".": "-",
  "/": "__",
  "-": "_-",
  _: "_0",
  "@": "_1",
  "+": "_2",
};

function groupOf(name: string): string {
  let sum = 0;
  for (const character of name) sum = (sum * 31 + CHARACTERS.indexOf(character) + 1) % GROUPS;
  return String(sum).padStart(2, "0");
}
