import type { ImportEntry, ImportFault } from "./import-file.ts";

/**
 * The first circle of entries that wait for each other. Only labels can close one: the tasks of an
 * import have no ids yet, so nothing older can name them.
 */
export function findCycle(
  entries: readonly ImportEntry[],
  labels: ReadonlyMap<string, number>,
  field: "after" | "parent",
): ImportFault | undefined {
  const cleared = new Set<number>();
  for (const start of entries.keys()) {
    const trail: { readonly entry: number; readonly rest: number[] }[] = [];
    const enter = (entry: number): unknown =>
      trail.push({ entry, rest: edges(entries[entry]!, labels, field) });
    if (!cleared.has(start)) enter(start);
    while (trail.length > 0) {
      const { entry, rest } = trail.at(-1)!;
      const next = rest.pop();
      if (next === undefined) {
        cleared.add(entry);
        trail.pop();
      } else if (trail.some((step) => step.entry === next)) {
        const ids = trail.map((step) => step.entry);
        return describe([...ids.slice(ids.indexOf(next)), next], entries, field);
      } else if (!cleared.has(next)) {
        enter(next);
      }
    }
  }
  return undefined;
}

function edges(
  { fields }: ImportEntry,
  labels: ReadonlyMap<string, number>,
  field: string,
): number[] {
  return [fields.get(field)?.value ?? []].flat().flatMap((label) => labels.get(label) ?? []);
}

function describe(
  cycle: readonly number[],
  entries: readonly ImportEntry[],
  field: string,
): ImportFault {
  const [first = 0] = cycle;
  const names = cycle.map((entry) => String(entries[entry]!.fields.get("label")!.value));
  const verb = field === "after" ? "wait for" : "be part of";
  const { line } = entries[first]!.fields.get(field)!;
  return {
    line,
    entry: first,
    field,
    message: `\`${names[0]!}\` would ${verb} itself: ${names.join(" -> ")}.`,
  };
}
