import type { Brand } from "../base/brand.ts";

/** A git object name: 40 lower-case hexadecimal digits (SHA-1, the only format that Mound uses). */
export type Oid = Brand<string, "Oid">;
/** An agent's name: also a path segment and the author name of its commits. */
export type AgentId = Brand<string, "AgentId">;
/** Seven random Crockford characters and a slug for people: `k3f9qz7-fix-login`. */
export type TaskId = Brand<string, "TaskId">;
/** `ssh-ed25519 AAAA...`: key type and base64 blob, without a comment. */
export type PublicKey = Brand<string, "PublicKey">;
/** Eighty random bits in Crockford base32 (sixteen characters): the name of one operation. */
export type Nonce = Brand<string, "Nonce">;

export const OID = /^[0-9a-f]{40}$/;
export const AGENT = /^[a-z0-9][a-z0-9_-]{0,38}$/;
export const TASK = /^[0-9a-hjkmnp-tv-z]{7}(-[a-z0-9]+){0,12}$/;
export const NONCE = /^[0-9a-hjkmnp-tv-z]{16}$/;

/** Longest task id: seven characters, a hyphen and a slug of 40; well inside a path segment. */
export const TASK_ID_MAX = 48;

export function isOid(text: string): text is Oid {
  return OID.test(text);
}

export function isAgentId(text: string): text is AgentId {
  return AGENT.test(text);
}

export function isTaskId(text: string): text is TaskId {
  return text.length <= TASK_ID_MAX && TASK.test(text);
}

export function isNonce(text: string): text is Nonce {
  return NONCE.test(text);
}

/** The random head of a task id, by which a prefix names it. */
export function taskHead(id: TaskId): string {
  return id.slice(0, 7);
}

/** A slug of at most 40 characters for people, from any title; empty where nothing is left. */
export function slug(title: string): string {
  const words = title
    .normalize("NFKD")
    // The marks that the line before took off their letters: ä is now a and one of these.
    .replace(/[\u0300-\u036f]/g, "")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, " ")
    .trim()
    .split(" ");
  let text = "";
  for (const word of words.slice(0, 8)) {
    if (word === "") continue;
    const next = text === "" ? word : `${text}-${word}`;
    if (next.length > 40) break;
    text = next;
  }
  return text;
}
