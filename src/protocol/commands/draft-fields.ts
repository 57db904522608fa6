import * as z from "zod/mini";
import { defined } from "../../base/assert.ts";
import { duration, line, list } from "../fields.ts";
import { kindNamed } from "../kinds/index.ts";

/** What a kind of draft says: which fields it may have, and which it must. */
export interface DraftKind {
  readonly fields: Readonly<Record<string, z.core.$ZodType>>;
  readonly required: readonly string[];
  /** The word for whoever acts, besides `agent`. */
  readonly actor?: string;
}

/** A task is named by its id or by the beginning of it, which only the state can judge. */
const reference = line;

/** The wishes that a file may hold. Fields are those of the records, but for references and switches. */
export const DRAFT_KINDS: Readonly<Record<string, DraftKind>> = {
  task: {
    fields: {
      ...fieldsOf("task", [
        "title",
        "body",
        "needs",
        "paths",
        "shared",
        "priority",
        "deadline",
        "lease",
        "attempts",
        "reviewer",
        "trust",
        "value",
        "stake",
        "mode",
        "bids",
        "bids_until",
        "reveals_until",
      ]),
      review: oneOf("required"),
      after: list(reference),
      after_any: list(reference),
      parent: reference,
    },
    required: ["title"],
    actor: "creator",
  },
  claim: { fields: { task: reference, lease: duration }, required: ["task"] },
  attempt: {
    fields: {
      ...fieldsOf("attempt", ["token", "result", "reason", "ref"]),
      task: reference,
      outcome: oneOf("done", "failed", "released"),
    },
    required: ["task", "outcome"],
  },
  progress: {
    fields: {
      ...fieldsOf("progress", ["token", "percent", "note", "checkpoint"]),
      task: reference,
      lease: duration,
    },
    required: ["task"],
  },
  review: {
    fields: {
      ...fieldsOf("review", ["reason"]),
      task: reference,
      verdict: oneOf("accepted", "rejected"),
      accept: oneOf("true", "false", "yes", "no"),
    },
    required: ["task"],
  },
  cancel: {
    fields: { ...fieldsOf("cancel", ["reason"]), task: reference },
    required: ["task"],
  },
};

/** Fields that hold several texts. */
export const LISTS: ReadonlySet<string> = new Set(["needs", "after", "after_any", "paths", "ref"]);

/** The schemas by which the judge reads these fields of a record. */
function fieldsOf(kind: string, names: readonly string[]): Record<string, z.core.$ZodType> {
  const { shape } = defined(kindNamed(kind), `the kind ${kind}`).kind.fields;
  return Object.fromEntries(
    names.map((name) => [name, defined(shape[name], `the field ${name} of the kind ${kind}`)]),
  );
}

function oneOf(...words: readonly string[]): z.core.$ZodType {
  return z.string().check(z.refine((word) => words.includes(word), `must be ${words.join(", ")}`));
}
