import { err, ok, type Result } from "../base/result.ts";
import type { SignedDecision } from "../app/request.ts";
import type { Operation, SignedOperation } from "../open/wire.ts";
import { readCommand } from "../protocol/commands/shape.ts";
import { isNonce, type Oid, type TaskId } from "../protocol/ids.ts";
import { IMPORT_PATHS } from "../protocol/limits.ts";

/** What an agent has signed already, as it came over the wire; the error says what has another shape. */
export function readSigned(
  input: unknown,
): Result<Operation & { readonly decision: SignedDecision }, string> {
  const operations = readOperations([input]);
  if (!operations.ok) return operations;
  const { message, files, answer } = input as Partial<SignedOperation>;
  if (typeof message !== "string" || !Array.isArray(files) || files.length > IMPORT_PATHS)
    return err("operation: it has no message, or no files");
  const fits = files.every(
    (file: { path?: unknown; bytes?: unknown; stood?: unknown } | null) =>
      typeof file?.path === "string" && isTextOrNull(file.bytes) && isTextOrNull(file.stood),
  );
  const tasks: unknown = answer?.tasks;
  const token: unknown = answer?.token;
  const named = Array.isArray(tasks) && tasks.every((task) => typeof task === "string");
  if (!fits || !named || !(token === undefined || typeof token === "number"))
    return err("operation: its files or its answer have another shape");
  const decision: SignedDecision = {
    message,
    files: (files as SignedOperation["files"]).map(({ path, bytes }) => ({
      path,
      bytes: bytes === null ? undefined : new Uint8Array(Buffer.from(bytes, "base64")),
    })),
    answer: { tasks: tasks as TaskId[], ...(token === undefined ? {} : { token }) },
    stood: (files as SignedOperation["files"]).map(({ stood }) => (stood ?? undefined) as Oid),
  };
  return ok({ ...operations.value[0]!, decision });
}

function isTextOrNull(value: unknown): boolean {
  return value === null || typeof value === "string";
}

/** The operations of a request; the error says which is none. */
export function readOperations(input: unknown): Result<readonly Operation[], string> {
  if (!Array.isArray(input) || input.length === 0) return err("operations: it names none");
  if (input.length > IMPORT_PATHS) return err(`operations: at most ${IMPORT_PATHS} at a time`);
  const operations: Operation[] = [];
  for (const [at, entry] of (input as unknown[]).entries()) {
    const { nonce, command } = (entry ?? {}) as { nonce?: unknown; command?: unknown };
    if (typeof nonce !== "string" || !isNonce(nonce)) return err(`operations.${at}: has no nonce`);
    const read = readCommand(command);
    if (!read.ok) return err(`operations.${at}: ${read.error}`);
    operations.push({ nonce, command: read.value });
  }
  return ok(operations);
}
