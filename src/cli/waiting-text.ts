/** Tasks that a sentence names; `mound task show` has them all. */
const SHOWN = 6;

/** What a task waits for: `a, b and one of c, d`; `any`: those of `all` of which one is enough. */
export function waitingText(all: readonly string[], any: readonly string[] = []): string {
  const each = all.filter((id) => !any.includes(id));
  const choice = any.length > 1 ? `one of ${some(any)}` : some(any);
  return [some(each), choice].filter((words) => words !== "").join(" and ");
}

function some(ids: readonly string[]): string {
  const more = ids.length - SHOWN;
  return [...ids.slice(0, SHOWN), ...(more > 0 ? [`${more} more`] : [])].join(", ");
}
