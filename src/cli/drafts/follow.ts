import { join } from "node:path";
import { watchDrafts } from "../../daemon/drafts.ts";
import type { Log } from "../../daemon/log.ts";
import { systemClock } from "../../git/clock.ts";
import { DRAFTS_FOLDER } from "../../open/draft-files.ts";
import { Mound } from "../../open/mound.ts";
import { submitDrafts } from "../../open/submit-drafts.ts";
import type { Context } from "../context.ts";
import { sayBeside } from "./words.ts";

/**
 * Submits the drafts of the working tree as the acting agent, as they appear, until the signal aborts.
 * It goes through the daemon of the clone like any command, so that drafts share its pushes.
 */
export async function followDrafts(
  context: Context,
  log: Pick<Log, "info" | "warn">,
  signal: AbortSignal,
): Promise<void> {
  const agent = context.agent();
  const clone = context.clone();
  const mound = await Mound.openClone(clone, { environment: context.env.environment });
  try {
    await watchDrafts({
      folder: join(clone.workTree, DRAFTS_FOLDER),
      submit: (drafts) => submitDrafts(mound, agent, drafts),
      explain: sayBeside,
      clock: systemClock,
      log,
      signal,
    });
  } finally {
    await mound.close();
  }
}
