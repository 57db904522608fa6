import { taskHead, type TaskId } from "../../protocol/ids.ts";
import { sanitiseLine } from "../sanitise.ts";
import type { Picture } from "./picture.ts";

/**
 * The picture for Mermaid. Its ids cannot be quoted: they are the heads of the tasks' own behind a
 * letter, for words such as `end` mean something. A dotted edge is one of several of which one is enough.
 */
export function graphMermaid({ layers, edges }: Picture): string {
  const nodes = layers.flat().map(({ task, critical }) => {
    const holder = task.claim === undefined ? "" : ` by ${task.claim.agent}`;
    const lines = [sanitiseLine(task.title), task.id, `${task.status}${holder}`].map(plain);
    return `  ${nameOf(task.id)}["${lines.join("<br/>")}"]${critical ? ":::critical" : ""}`;
  });
  const arrows = edges.map(({ from, to, any }) => {
    return `  ${nameOf(from)} ${any ? "-.->" : "-->"} ${nameOf(to)}`;
  });
  const head = ["flowchart LR", "  classDef critical stroke-width:3px"];
  return [...head, ...nodes.toSorted(), ...arrows].join("\n");
}

function nameOf(id: TaskId): string {
  return `t${taskHead(id)}`;
}

/** Only what means nothing to Mermaid stays as it is; all else is written as `#code;`, which it shows. */
function plain(text: string): string {
  return text.replace(/[^\p{L}\p{N} .,:_/-]/gu, (char) => `#${char.codePointAt(0)!};`);
}
