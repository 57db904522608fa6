import { err, type Result } from "../base/result.ts";
import { GitError } from "../git/fault.ts";
import { SigningError } from "../keys/signers.ts";
import type { DeskFault } from "./desk.ts";

/** What git, a key or the machine throws is a fault like others: a worker outlives a full disk. */
export async function attempt<T>(
  act: () => Promise<Result<T, DeskFault>>,
): Promise<Result<T, DeskFault>> {
  try {
    return await act();
  } catch (error) {
    if (error instanceof GitError || error instanceof SigningError) return err(error.fault);
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    return err({ code: "io", detail: message });
  }
}
