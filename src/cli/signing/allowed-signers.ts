import { formatInstant } from "../../protocol/time.ts";
import { allowedSignersText } from "../../protocol/views/allowed-signers.ts";
import type { Context } from "../context.ts";
import { freshMound } from "../fresh.ts";
import type { Report } from "../report.ts";

/** `mound allowed-signers [--write]`. */
export async function allowedSigners(
  context: Context,
  _args: readonly unknown[],
  options: Record<string, unknown>,
): Promise<Report> {
  const { mound, notes } = await freshMound(context);
  const signers = await mound.allowedSigners();
  const file = options["write"] === true ? await mound.writeAllowedSigners() : null;
  const text =
    file === null
      ? allowedSignersText(signers).trimEnd()
      : `Wrote ${signers.length} keys to ${file}.`;
  return {
    data: {
      file,
      signers: signers.map(({ until, ...signer }) => ({
        ...signer,
        until: until === undefined ? null : formatInstant(until),
      })),
    },
    text,
    next: file === null ? [] : ["git log --show-signature"],
    notes,
  };
}
