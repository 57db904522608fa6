import { QUORUM_ROOTS } from "../../protocol/rules/trust/constants.ts";

/** With so many, one bad root was seen to do no harm in any of the threat models of `npm run bench:trust`. */
const ENOUGH_ROOTS = 5;

/** What trust lacks where it is measured by few roots; undefined where they are enough. */
export function weakness(roots: readonly string[]): string | undefined {
  if (roots.length >= ENOUGH_ROOTS) return undefined;
  const advice = "Five roots and more make trust hard to buy: mound root add AGENT";
  const [only] = roots;
  if (only === undefined) return `No root acts, so that nobody is trusted.\n${advice}`;
  if (roots.length === 1)
    return `All trust comes from one root, ${only}: whom it trusts is trusted, and who gets its key decides.\n${advice}`;
  return roots.length < QUORUM_ROOTS
    ? `Trust comes from ${roots.length} roots, and the larger of their words counts: either can lift whom it likes.\n${advice}`
    : `Trust comes from ${roots.length} roots. The second largest of their words counts, so that one bad root lifts nobody by itself; but so few others hardly tell which one is bad.\n${advice}`;
}
