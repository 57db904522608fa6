import type { Exit, Outcome } from "./outcome.ts";

/** docs/adversaries.md: what the attacks come to. */
export function pageOf(outcomes: readonly Outcome[]): string {
  return `# Adversaries

What each of these attacks comes to, played on the judge that judges real commits. Scores are from 0 to 1; the
mound of most of them has five roots and six honest agents that have worked for all of these. *Without* is the same attack where
the setting that is named is off, as it is in a new mound.

Written by \`npm run sim:adversaries -- --write\`; a test holds that it is what the attacks give.

${tableOf(outcomes)}`;
}

/** The table alone, in Markdown. */
export function tableOf(outcomes: readonly Outcome[]): string {
  const rows = outcomes.map(({ name, attack, defence, outcome, exits }) => [
    `**${name}.** ${attack}`,
    defence,
    outcome,
    exits.map(told).join("; "),
  ]);
  const lines = [
    ["Attack", "What Mound does", "Outcome", "What the attacker is told"],
    ["---", "---", "---", "---"],
    ...rows,
  ];
  return lines.map((cells) => `| ${cells.join(" | ")} |\n`).join("");
}

function told({ rule, code, exit }: Exit): string {
  return `\`${code}\`${rule === undefined ? "" : ` (${rule})`}, exit ${exit}`;
}
