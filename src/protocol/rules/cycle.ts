/**
 * The first way round from a node back to itself: its nodes in order, the first again at the end;
 * undefined where there is none. It walks without recursion, and each edge once.
 */
export function findCycle<T>(
  from: Iterable<T>,
  edges: (node: T) => readonly T[],
): readonly T[] | undefined {
  const cleared = new Set<T>();
  for (const start of from) {
    if (cleared.has(start)) continue;
    const trail: { readonly node: T; readonly next: readonly T[]; at: number }[] = [];
    const onTrail = new Set<T>();
    const enter = (node: T): void => {
      trail.push({ node, next: edges(node), at: 0 });
      onTrail.add(node);
    };
    enter(start);
    for (let top = trail.at(-1); top !== undefined; top = trail.at(-1)) {
      if (top.at === top.next.length) {
        cleared.add(top.node);
        onTrail.delete(top.node);
        trail.pop();
        continue;
      }
      const next = top.next[top.at++]!;
      if (onTrail.has(next)) {
        const nodes = trail.map(({ node }) => node);
        return [...nodes.slice(nodes.indexOf(next)), next];
      }
      if (!cleared.has(next)) enter(next);
    }
  }
  return undefined;
}
