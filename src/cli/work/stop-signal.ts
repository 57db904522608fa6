import { isatty } from "node:tty";
import type { Context } from "../context.ts";

/** The first SIGINT or SIGTERM; the end of the terminal, or of whoever reads the lines, counts as well. */
export function stopSignal(context: Context): AbortSignal {
  const stop = context.untilStopped();
  context.untilInsisted();
  const end = (): void => void (stop.aborted || context.stop());
  for (const stream of [process.stdout, process.stderr]) stream.on("error", end);
  // Under nohup no descriptor is a terminal, and whoever asked for that wants it to go on.
  if ([0, 1, 2].some((descriptor) => isatty(descriptor))) process.on("SIGHUP", end);
  return stop;
}
