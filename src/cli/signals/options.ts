import type { SignalKind } from "../../protocol/signal-state.ts";
import { textOption } from "../options.ts";
import { UsageError } from "../usage.ts";

const KINDS: readonly SignalKind[] = ["need", "stuck", "heat", "warn", "trail"];

/** The kind that was asked for, by `--kind` or by its own option; undefined: none was. */
export function kindOption(options: Record<string, unknown>): SignalKind | undefined {
  const typed = textOption(options["kind"]);
  const wanted = [
    ...(typed === undefined ? [] : [typed]),
    ...KINDS.filter((kind) => options[kind] === true),
  ];
  const [found, other] = new Set(wanted);
  if (other !== undefined)
    throw new UsageError(
      `A signal is of one kind, not ${found} and ${other}.`,
      "mound help signal",
    );
  const kind = KINDS.find((one) => one === found);
  if (found !== undefined && kind === undefined)
    throw new UsageError(`--kind takes ${KINDS.join(", ")}, not "${found}".`, "mound help signal");
  return kind;
}
