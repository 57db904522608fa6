import { FaultError, type Context } from "../context.ts";
import { freshMound } from "../fresh.ts";
import type { Report } from "../report.ts";
import { UsageError } from "../usage.ts";
import { graphDot } from "./dot.ts";
import { graphMermaid } from "./mermaid.ts";
import { pictureOf, type Picture } from "./picture.ts";
import { graphText } from "./text.ts";

/** `mound graph [TASK]`: what waits for what. */
export async function graph(
  context: Context,
  [reference]: readonly (string | undefined)[],
  options: Record<string, unknown>,
): Promise<Report> {
  const { dot, mermaid } = options;
  if (dot === true && mermaid === true)
    throw new UsageError("Say one of --dot and --mermaid.", "mound graph --dot");
  const { mound, notes } = await freshMound(context);
  const read = await mound.read((view, now) =>
    pictureOf(view, now, reference, options["all"] === true),
  );
  if (!read.ok) throw new FaultError(read.error);
  const picture = read.value;
  const data = pictureJson(picture);
  if (dot === true || mermaid === true) {
    const text = dot === true ? graphDot(picture) : graphMermaid(picture);
    return { data: { ...data, text }, text, notes };
  }
  const text = graphText(picture, reference === undefined);
  return { data, text: text.plain, painted: text.painted, notes };
}

function pictureJson({ layers, edges, critical, left }: Picture) {
  return {
    tasks: layers.flat().map(({ task, layer, critical: marked, unblocks }) => ({
      id: task.id,
      title: task.title,
      status: task.status,
      agent: task.claim?.agent ?? null,
      layer,
      critical: marked,
      unblocks,
      after: task.after,
      after_any: task.after_any,
    })),
    edges,
    layers: layers.length,
    critical,
    left_out: left,
  };
}
