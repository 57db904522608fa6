import { findCycle } from "../../protocol/rules/cycle.ts";
import type { ImportEntry, ImportFault } from "./import-file.ts";

/**
 * The first circle of entries that wait for each other, or are part of each other. Only labels can close
 * one: the tasks of an import have no ids yet, so nothing older can name them.
 */
export function importCycle(
  entries: readonly ImportEntry[],
  labels: ReadonlyMap<string, number>,
): ImportFault | undefined {
  for (const { fields, verb } of KINDS_OF_EDGE) {
    const edges = (entry: number): readonly number[] =>
      fields.flatMap((field) => named(entries[entry]!, field, labels));
    const cycle = findCycle(entries.keys(), edges);
    if (cycle === undefined) continue;
    const [first, second] = cycle as [number, number];
    const names = cycle.map((entry) => String(entries[entry]!.fields.get("label")!.value));
    const field = fields.find((name) => named(entries[first]!, name, labels).includes(second))!;
    const { line } = entries[first]!.fields.get(field)!;
    const message = `\`${names[0]!}\` would ${verb} itself: ${names.join(" -> ")}.`;
    return { line, entry: first, field, message };
  }
  return undefined;
}

const KINDS_OF_EDGE = [
  { fields: ["after", "after_any"], verb: "wait for" },
  { fields: ["parent"], verb: "be part of" },
] as const;

function named(
  { fields }: ImportEntry,
  field: string,
  labels: ReadonlyMap<string, number>,
): readonly number[] {
  return [fields.get(field)?.value ?? []].flat().flatMap((label) => labels.get(label) ?? []);
}
