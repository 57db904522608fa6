import { err, ok, type Result } from "../../base/result.ts";
import { fault, type Fault } from "../fault.ts";
import type { View } from "../state.ts";
import { isTopic } from "../topics.ts";
import { resolveTask } from "./plan.ts";

/**
 * The topic that a person means. `task/` is followed by whatever names a task; a word that names one
 * is that task, and `word/` before it says that it is not. Of paths a leading `./` and slashes at the
 * end are left out.
 */
export function resolveTopic(view: View, typed: string): Result<string, Fault> {
  if (typed.startsWith("task/")) return ofTask(view, typed.slice("task/".length));
  if (typed.startsWith("path/")) return checked(pathTopic(typed));
  if (typed.startsWith("word/")) return checked(typed.slice("word/".length));
  if (typed.includes("/"))
    return refused(typed, "a file or folder of the code is written with path/ before it");
  const task = ofTask(view, typed);
  if (task.ok || task.error.code === "task-ambiguous") return task;
  return checked(typed);
}

/** A path as topics spell it, or the beginning of one. */
export function pathTopic(typed: string): string {
  const path = typed.slice("path/".length).replace(/^(\.\/+)+/, "");
  return `path/${path.replace(/\/+$/, "")}`;
}

function ofTask(view: View, reference: string): Result<string, Fault> {
  const found = resolveTask(view, reference);
  return found.ok ? ok(`task/${found.value.id}`) : found;
}

function checked(topic: string): Result<string, Fault> {
  if (isTopic(topic)) return ok(topic);
  const detail = topic.startsWith("path/")
    ? "a path has the characters of a task's paths and no * or ?, does not begin with a slash, has no . or .. in it, and is not longer than some two hundred characters"
    : "a word has a-z, 0-9 and + - . _, at most 40, and is not task, path or word";
  return refused(topic, detail);
}

function refused(topic: string, detail: string): Result<never, Fault> {
  return err(fault("RE4", { code: "topic-invalid", topic, detail }));
}
