import { sanitiseLine } from "../sanitise.ts";
import type { Picture } from "./picture.ts";

/**
 * The picture for Graphviz: every id and label is a quoted string, so that no title can end one. A
 * dashed edge is one of several of which one is enough.
 */
export function graphDot({ layers, edges, critical }: Picture): string {
  const chain = new Set(critical.slice(1).map((to, at) => `${critical[at]!} ${to}`));
  const nodes = layers.flat().map(({ task, critical: marked }) => {
    const holder = task.claim === undefined ? "" : ` by ${task.claim.agent}`;
    const label = `${quotable(sanitiseLine(task.title))}\\n${task.id}\\n${task.status}${holder}`;
    return `  "${task.id}" [label="${label}"${marked ? ", penwidth=3" : ""}];`;
  });
  const arrows = edges.map(({ from, to, any }) => {
    const looks = [
      ...(any ? ["style=dashed"] : []),
      ...(chain.has(`${from} ${to}`) ? ["penwidth=3"] : []),
    ];
    return `  "${from}" -> "${to}"${looks.length === 0 ? "" : ` [${looks.join(", ")}]`};`;
  });
  const head = ["digraph mound {", "  rankdir=LR;", "  node [shape=box];"];
  return [...head, ...nodes.toSorted(), ...arrows, "}"].join("\n");
}

/** Inside quotes a backslash begins an escape and an ampersand an entity. */
function quotable(text: string): string {
  return text.replaceAll("&", "&amp;").replace(/["\\]/g, "\\$&");
}
