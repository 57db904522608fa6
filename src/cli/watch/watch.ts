import { join } from "node:path";
import type { AppFault } from "../../app/faults.ts";
import { moundFolder, originUrl, type Clone } from "../../git/clone.ts";
import { localPath } from "../../git/remote-url.ts";
import { FaultError, type Context } from "../context.ts";
import { numberOption, textOption } from "../options.ts";
import type { Report } from "../report.ts";
import { sanitiseLine } from "../sanitise.ts";

/** A host that minds would ask for fewer; one that does not needs no number. */
const BUDGET_MAX = 100_000;

/** `mound watch`: the daemon of this clone, until it is told to stop. */
export async function watch(
  context: Context,
  _args: readonly unknown[],
  options: Record<string, unknown>,
): Promise<Report> {
  const { Daemon } = await import("../../daemon/daemon.ts");
  const { gitWatch } = await import("../../git/watch.ts");
  const { openLog } = await import("../../daemon/log.ts");
  const clone = context.clone();
  const budget = numberOption(options["pushBudget"], "--push-budget", 1, BUDGET_MAX);
  const stop = context.untilStopped();
  const file = textOption(options["log"]);
  const log = await openLog({
    file: file === undefined ? join(moundFolder(clone.commonDir), "watch.log") : context.path(file),
    ...(options["verbose"] === true ? { verbose: (line: string) => context.env.err(line) } : {}),
  });
  let lost: AppFault | undefined;
  const leaving = new AbortController();
  const ended = new Promise<void>((resolve) => {
    AbortSignal.any([stop, leaving.signal]).addEventListener("abort", () => resolve());
  });
  const started = await Daemon.start({
    clone,
    environment: context.env.environment,
    watch: gitWatch({ gitDirs: watched(clone), branch: clone.settings.branch }),
    local: localPath(originUrl(clone)) !== undefined,
    pushBudget: budget ?? Number.POSITIVE_INFINITY,
    log,
    onLost: (fault) => {
      lost = fault;
      leaving.abort();
    },
  });
  if (!started.ok) throw new FaultError(started.error);
  const daemon = started.value;
  const { pid, tip } = daemon.status();
  say(context, { ready: true, pid, tip: tip ?? null }, `Watching ${originUrl(clone)}; ready.`);
  await ended;
  await daemon.stop();
  log.close();
  if (lost !== undefined) throw new FaultError(lost);
  return { data: {}, text: "", streamed: true };
}

function watched(clone: Clone): readonly string[] {
  const origin = localPath(originUrl(clone));
  return origin === undefined ? [clone.commonDir] : [clone.commonDir, origin];
}

function say(context: Context, data: unknown, text: string): void {
  const json = context.options.json === true;
  context.env.out(json ? `${JSON.stringify(data)}\n` : `${sanitiseLine(text)}\n`);
}
