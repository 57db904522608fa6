/**
 * A draft: a file in which somebody wishes for something, in the words of the records. It lacks what
 * a record needs besides (id, token, time, nonce, signature), and names tasks by any unique prefix.
 */
import * as z from "zod/mini";
import { err, ok, type Result } from "../../base/result.ts";
import type { AgentId } from "../ids.ts";
import { RECORD_BYTES } from "../limits.ts";
import { readRecord, type Body, type Wire } from "../record.ts";
import { parseDuration } from "../time.ts";
import type { TaskSpec } from "./add.ts";
import { readDeadline } from "./deadline.ts";
import { DRAFT_KINDS, LISTS, type DraftKind } from "./draft-fields.ts";
import type { Command } from "./index.ts";

/** What is wrong with the file itself, whatever the state of the mound. */
export interface DraftFlaw {
  /** Counted from 1. */
  readonly line: number;
  /** A sentence without its full stop. */
  readonly detail: string;
}

/** The commands that a draft can be. */
export type DraftCommand = Extract<
  Command,
  { readonly type: "add" | "cancel" | "claim" | "finish" | "renew" | "review" }
>;

export interface ReadDraft {
  readonly command: DraftCommand;
  /** The line at which a field begins, counted from 1; undefined where the draft does not have it. */
  lineOf(field: string): number | undefined;
}

/** Reads the bytes of a draft as `agent` wishes it; the first flaw from the top is said. */
export function readDraft(bytes: Uint8Array, agent: AgentId): Result<ReadDraft, DraftFlaw> {
  if (bytes.length > RECORD_BYTES) return flaw(1, TOO_LARGE);
  const text = decode(bytes);
  if (text === undefined) return flaw(1, "it is not valid UTF-8");
  if (text.trim() === "") return flaw(1, "it is empty; write `kind: task` and `title: ...`");
  const marker = text.split("\n").findIndex((line) => line === "---");
  if (marker >= 0)
    return flaw(
      marker + 1,
      "a draft is one map of `key: value` lines and carries no signature; a long text goes into a field, as `body: |`",
    );
  const raw = readRecord("", new TextEncoder().encode(text));
  if (!raw.ok) {
    const { error } = raw;
    return error.code === "record-malformed" ? flaw(error.line, error.detail) : flaw(1, TOO_LARGE);
  }
  return readBody(raw.value.body, agent, (field) => findLine(text, field));
}

const TOO_LARGE = `it has more than ${RECORD_BYTES} bytes, which no record may have`;

/** As records have it: LF only, no mark at the start, a newline at the end. Editors differ. */
function decode(bytes: Uint8Array): string | undefined {
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes).replaceAll("\r\n", "\n");
    // The line stays, so that what follows keeps its number.
    const plain = text.replace(/^---(?=\n)/, "#");
    return plain === "" || plain.endsWith("\n") ? plain : `${plain}\n`;
  } catch {
    return undefined;
  }
}

function readBody(
  body: Body,
  agent: AgentId,
  lineOf: ReadDraft["lineOf"],
): Result<ReadDraft, DraftFlaw> {
  const at = (field: string): number => lineOf(field) ?? 1;
  const name = body.get("kind");
  const kinds = Object.keys(DRAFT_KINDS).join(", ");
  if (name === undefined) return flaw(1, `it has no \`kind\`, which is one of ${kinds}`);
  if (typeof name !== "string" || !Object.hasOwn(DRAFT_KINDS, name))
    return flaw(
      at("kind"),
      `there is no draft of the kind \`${String(name)}\`; the kinds are ${kinds}`,
    );
  const kind = DRAFT_KINDS[name]!;
  const fields = new Map<string, Wire>();
  const flaws: DraftFlaw[] = [];
  for (const [field, value] of body) {
    if (field === "kind") continue;
    const read = readField(field, value, name, kind, agent);
    if (!read.ok) flaws.push({ line: at(field), detail: read.error });
    else if (read.value !== undefined) fields.set(field, read.value);
  }
  if (fields.has("verdict") && fields.has("accept"))
    flaws.push({
      line: at("accept"),
      detail: "it says both `verdict` and `accept`; leave one out",
    });
  const first = flaws.toSorted((a, b) => a.line - b.line)[0];
  if (first !== undefined) return err(first);
  const missing = [...kind.required, ...(name === "review" ? ["verdict"] : [])].find(
    (field) => !fields.has(field) && !(field === "verdict" && fields.has("accept")),
  );
  if (missing !== undefined) return flaw(at("kind"), `the field \`${missing}\` is missing`);
  return ok({ command: commandOf(name, new Fields(fields)), lineOf });
}

/** The value of a field as it is written in a record; undefined where it says who acts, rightly. */
function readField(
  field: string,
  value: Wire,
  name: string,
  kind: DraftKind,
  agent: AgentId,
): Result<Wire | undefined, string> {
  if (field === "agent" || field === kind.actor) {
    const named = typeof value === "string" ? value : value.join(", ");
    return named === agent
      ? ok(undefined)
      : err(`\`${field}\` is ${named}, but it is ${agent} who submits it`);
  }
  const schema = Object.hasOwn(kind.fields, field) ? kind.fields[field] : undefined;
  if (schema === undefined) {
    const known = Object.keys(kind.fields).join(", ");
    return err(`\`${field}\` is not a field of a ${name}; its fields are ${known}`);
  }
  const wire = spelled(field, value);
  if (LISTS.has(field) === (typeof wire === "string"))
    return err(`the field \`${field}\` must be ${LISTS.has(field) ? "a list" : "one text"}`);
  const issue = z.safeParse(schema, wire).error?.issues[0];
  return issue === undefined ? ok(wire) : err(`the field \`${field}\` ${issue.message}`);
}

/** Short spellings that people use: a list as words between commas, a day for its first moment. */
function spelled(field: string, value: Wire): Wire {
  if (typeof value !== "string") return value;
  if (field === "deadline") return readDeadline(value) ?? value;
  if (!LISTS.has(field)) return value;
  // An address may have a comma in it.
  const parts = field === "ref" ? [value] : value.split(",");
  return parts.map((part) => part.trim()).filter((part) => part !== "");
}

/** Fields that have been checked, with the types that commands want. */
class Fields {
  readonly #wire: ReadonlyMap<string, Wire>;

  constructor(wire: ReadonlyMap<string, Wire>) {
    this.#wire = wire;
  }

  get(field: string): string | undefined {
    return this.#wire.get(field) as string | undefined;
  }

  need(field: string): string {
    return this.#wire.get(field) as string;
  }

  /** Those of these fields that are there, by the names that the command has for them. */
  some(
    names: readonly string[],
    read: (value: Wire) => unknown = (value) => value,
  ): Readonly<Record<string, unknown>> {
    return Object.fromEntries(
      names.flatMap((name) => {
        const value = this.#wire.get(name);
        return value === undefined ? [] : [[name, read(value)]];
      }),
    );
  }
}

function commandOf(kind: string, fields: Fields): DraftCommand {
  const token = fields.some(["token"], Number);
  const lease = fields.some(["lease"], (value) => parseDuration(value as string));
  const task = fields.get("task") ?? "";
  switch (kind) {
    case "task":
      return { type: "add", tasks: [taskSpec(fields)] };
    case "claim":
      return { type: "claim", task, ...lease };
    case "attempt": {
      const outcome = fields.need("outcome") as "done" | "failed" | "released";
      const { ref: refs } = fields.some(["ref"]) as { ref?: readonly string[] };
      return {
        type: "finish",
        task,
        outcome,
        ...token,
        ...fields.some(["result", "reason"]),
        ...(refs === undefined ? {} : { refs }),
      };
    }
    case "progress": {
      const progress = {
        ...fields.some(["percent"], Number),
        ...fields.some(["note", "checkpoint"]),
      };
      return { type: "renew", task, ...lease, ...token, progress };
    }
    case "review": {
      const accept = /^(accepted|true|yes)$/.test(fields.get("verdict") ?? fields.need("accept"));
      return { type: "review", task, accept, ...fields.some(["reason"]) };
    }
    default:
      return { type: "cancel", task, ...fields.some(["reason"]) };
  }
}

function taskSpec(fields: Fields): TaskSpec {
  const words = ["body", "needs", "after", "paths", "deadline", "lease", "reviewer", "parent"];
  const { bids_until: bidsUntil } = fields.some(["bids_until"]) as { bids_until?: string };
  const { reveals_until: revealsUntil } = fields.some(["reveals_until"]) as {
    reveals_until?: string;
  };
  const { after_any: afterAny } = fields.some(["after_any"]) as {
    after_any?: readonly string[];
  };
  return {
    title: fields.need("title"),
    ...(afterAny === undefined ? {} : { afterAny }),
    ...fields.some([...words, "review", "trust", "mode", "bids"]),
    ...(bidsUntil === undefined ? {} : { bidsUntil }),
    ...(revealsUntil === undefined ? {} : { revealsUntil }),
    ...fields.some(["priority", "attempts", "value", "stake"], Number),
    ...fields.some(["shared"], () => true),
  };
}

/** Keys of a block map stand at the start of a line; those of a flow map are on no line of their own. */
function findLine(text: string, field: string): number | undefined {
  const index = text.split("\n").findIndex((line) => KEY.exec(line)?.[1] === field);
  return index < 0 ? undefined : index + 1;
}

const KEY = /^["']?([A-Za-z0-9_-]+)["']?\s*:/;

function flaw(line: number, detail: string): Result<never, DraftFlaw> {
  return err({ line, detail });
}
