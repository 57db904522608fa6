/** The types of a record's fields: each reads a failsafe string and gives a typed value. */
import * as z from "zod/mini";
import {
  AGENT,
  NONCE,
  OID,
  TASK,
  TASK_ID_MAX,
  type AgentId,
  type Nonce,
  type Oid,
  type PublicKey,
  type TaskId,
} from "./ids.ts";
import { COUNTER_MAX, LINE_CHARS, LIST_ITEMS, SKILL_TAGS, TEXT_CHARS } from "./limits.ts";
import { parseShare } from "./share.ts";
import { parseDuration, parseInstant, type Duration, type Instant } from "./time.ts";
import { isTopic, TOPIC } from "./topics.ts";

/** Whole numbers carry this in their schema so that editors accept them without quotes. */
export const WHOLE_NUMBER = "^(0|[1-9][0-9]*)$";

export const agentId = branded<AgentId>(
  AGENT,
  "must be an agent's name: a-z, 0-9, - and _, at most 39",
);
export const taskId = branded<TaskId>(
  TASK,
  "must be a task id such as k3f9qz7-fix-login",
  TASK_ID_MAX,
);
export const oid = branded<Oid>(OID, "must be a commit id of 40 hexadecimal digits");
const nonce = branded<Nonce>(NONCE, "must be sixteen characters of 0-9 and a-z without i, l, o, u");
export const sha256Digest = z
  .string()
  .check(z.regex(/^[0-9a-f]{64}$/, "must be a SHA-256 digest of 64 hexadecimal digits"));
/** 128 random bits: nobody finds out by trying what they seal. */
export const salt = z
  .string()
  .check(z.regex(/^[0-9a-f]{32}$/, "must be a salt of 32 hexadecimal digits"));
export const publicKey = branded<PublicKey>(
  /^(ssh-ed25519|sk-ssh-ed25519@openssh\.com) [A-Za-z0-9+/]{40,300}={0,2}$/,
  "must be an ed25519 public key line without a comment: ssh-ed25519 AAAA...",
);

/** Of a key, as ssh-keygen prints it. */
export const fingerprint = z
  .string()
  .check(
    z.regex(
      /^SHA256:[A-Za-z0-9+/]{43}$/,
      "must be a fingerprint as ssh-keygen -lf prints it: SHA256:...",
    ),
  );

/** One line of text for people. */
export const line = z.string().check(
  z.minLength(1, "must not be empty"),
  z.maxLength(LINE_CHARS, `must have at most ${LINE_CHARS} characters`),
  z.refine((text) => !text.includes("\n"), "must be one line"),
);

/** Text of several lines. */
export const text = z
  .string()
  .check(
    z.minLength(1, "must not be empty"),
    z.maxLength(TEXT_CHARS, `must have at most ${TEXT_CHARS} characters`),
  );

/** A skill or a tag: compared letter by letter. */
export const skill = z
  .string()
  .check(
    z.regex(
      /^[a-z0-9][a-z0-9+._>=<-]{0,39}$/,
      "must be a skill: a-z, 0-9 and + - . _ < = >, at most 40",
    ),
  );

/** What is said of a skill: its id, a space, and a text. */
export const aboutSkill = line.check(
  z.regex(/^[a-z0-9][a-z0-9+._>=<-]{0,39} \S/, "must be a skill, a space and a text"),
);

/** The id of a skill, and tags that describe it. */
export const skillTags = z
  .string()
  .check(
    z.regex(
      new RegExp(
        `^[a-z0-9][a-z0-9+._>=<-]{0,39}( [a-z0-9][a-z0-9+._>=<-]{0,39}){1,${SKILL_TAGS}}$`,
      ),
      `must be a skill and at most ${SKILL_TAGS} tags of it, spaces between: a-z, 0-9 and + - . _ < = >`,
    ),
  );

const TOPIC_WANTED =
  "must be task/<id>, path/<folder or file> without . and .., or a word of a-z, 0-9 and + - . _ other than task, path and word";

/** What a signal is about. */
export const topic = z
  .string()
  .check(z.regex(TOPIC, TOPIC_WANTED), z.refine(isTopic, TOPIC_WANTED));

/** The name of a lock, which is a path below `locks/`; rule LK1 says more of it. */
export const lockName = z
  .string()
  .check(z.regex(/^[a-z0-9][a-z0-9._/-]*$/, "must be a lock's name such as leader/research"));

/** A glob over the paths of the code that a task touches. */
export const glob = z
  .string()
  .check(
    z.maxLength(200, "must have at most 200 characters"),
    z.refine(isGlob, "must be a path or glob inside the repository, such as src/auth/**"),
  );

export const instant = z.pipe(
  z.string(),
  z.transform(
    (input: string, context): Instant =>
      parseInstant(input) ?? bad(context, input, "must be a time such as 2026-11-21T09:30:00.123Z"),
  ),
);

export const duration = z.pipe(
  z.string(),
  z.transform(
    (input: string, context): Duration =>
      parseDuration(input) ?? bad(context, input, "must be a duration such as 30m, 2h or 1h30m"),
  ),
);

/** A whole number from `min` to `max`. */
export function integer(min: number, max: number = COUNTER_MAX) {
  return z.pipe(
    z.string().check(z.regex(new RegExp(WHOLE_NUMBER), "must be a whole number")),
    z.transform((input: string, context): number => {
      const value = Number(input);
      const inside = value >= min && value <= max;
      return inside ? value : bad(context, input, `must be from ${min} to ${max}`);
    }),
  );
}

/** A share from 0 to 1 with at most three decimals, as thousandths. */
export const share = z.pipe(
  z.string(),
  z.transform(
    (input: string, context): number =>
      parseShare(input) ?? bad(context, input, "must be from 0 to 1, such as 0.4"),
  ),
);

export function list<T extends z.core.$ZodType>(item: T, max: number = LIST_ITEMS) {
  return z.array(item).check(z.maxLength(max, `must have at most ${max} entries`));
}

/** What every record but the first has. */
export const common = {
  at: instant,
  seen: z.optional(oid),
  nonce,
};

function branded<T extends string>(
  pattern: RegExp,
  message: string,
  max?: number,
): z.ZodMiniType<T, string> {
  const checks = max === undefined ? [] : [z.maxLength(max, message)];
  return z.string().check(z.regex(pattern, message), ...checks) as unknown as z.ZodMiniType<
    T,
    string
  >;
}

function bad(context: z.core.ParsePayload, input: string, message: string): never {
  context.issues.push({ code: "custom", input, message });
  return z.NEVER;
}

function isGlob(pattern: string): boolean {
  const plain = pattern.replace(/\*\*?|\?/g, "x");
  return (
    plain !== "" &&
    !pattern.startsWith("/") &&
    plain
      .split("/")
      .every((part) => /^[A-Za-z0-9._@+-]+$/.test(part) && part !== ".." && part !== ".")
  );
}
