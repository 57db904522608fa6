import { unreachable } from "../../base/assert.ts";
import { ROOT_SHARE } from "../../protocol/rules/trust/constants.ts";
import { WHOLE_SHARE } from "../../protocol/share.ts";
import { formatInstant } from "../../protocol/time.ts";
import type { TrustReading } from "../../protocol/views/trust.ts";
import type { TrustPath } from "../../protocol/views/trust-paths.ts";
import type { TrustStory, WeighedFact } from "../../protocol/views/trust-story.ts";
import { amount, grid } from "../matching/grid.ts";
import { plural } from "../plural.ts";
import { sanitiseLine } from "../sanitise.ts";
import { share } from "./shape.ts";

/** More than anybody reads; `--json` has all. */
const SHOWN = 20;

/** How the trust in one agent comes about, for people. */
export function storyText(reading: TrustReading, story: TrustStory): string {
  return [headLines(reading, story), reachLines(reading, story), factLines(story)]
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join("\n"))
    .join("\n\n");
}

function headLines({ asked, table }: TrustReading, { trust, did, own, vouchesWeigh }: TrustStory) {
  const { agent, score, confidence, credibility, veto, bySkill } = trust;
  const skill = asked.skill === undefined ? "" : ` for ${sanitiseLine(asked.skill)}`;
  const eyes = asked.from === undefined ? "" : ` by ${asked.from}`;
  if (!table.numbers.has(agent))
    return [`${agent} is no member in force, and so not trusted at all.`];
  const rows = [
    ["confidence", `${share(confidence)}: the part of it that rests on deeds and not on reach`],
    ["credibility", `${share(credibility)}: how far what it says of others agrees with the rest`],
    ["did", didText(did)],
    ...(own === undefined
      ? []
      : [
          [
            "own",
            `${asked.from!} has seen ${amount(own.good)} good deeds of it and ${amount(own.bad)} bad ones`,
          ],
        ]),
    ...(veto === undefined
      ? []
      : [["veto", `by what ${asked.from!} has seen itself, at most ${share(veto)}`]]),
    ...(vouchesWeigh === 1
      ? []
      : [["vouches", `its own weigh ${amount(vouchesWeigh)}, as it vouches for somebody slashed`]]),
  ];
  const few =
    bySkill === false
      ? [`Too little is known of its work${skill}: all its work counts instead.`]
      : [];
  return [`${agent} is trusted ${share(score)}${skill}${eyes}.`, ...few, ...grid(rows)];
}

function didText({ done, accepted, rejected, failed, lapsed }: TrustStory["did"]): string {
  const counts = Object.entries({ done, accepted, rejected, failed, lapsed });
  const some = counts.filter(([, count]) => count > 0);
  return some.length === 0
    ? "nothing so far"
    : some.map((pair) => pair.toReversed().join(" ")).join(", ");
}

function reachLines({ table }: TrustReading, { trust, paths }: TrustStory): readonly string[] {
  if (!table.numbers.has(trust.agent)) return [];
  const reached = paths.filter(({ reached: sum }) => sum > 0);
  if (reached.length === 0) return ["No root's trust reaches it."];
  const head = `Reached ${share(trust.reach)}, by ${reached.length} of ${plural(paths.length, "root")}; of each, the path that carries most:`;
  return [head, ...grid(reached.map(pathRow)).map((line) => `  ${line}`)];
}

function pathRow({ path, carried, reached }: TrustPath): readonly string[] {
  const root = path[0]!;
  if (path.length === 1) return [root, "itself"];
  const [one, all] = [percent(carried), percent(reached)];
  const most = `carries ${one} of what ${root} starts with`;
  return [path.join(" > "), one === all ? most : `${most}, all paths ${all}`];
}

function percent(flow: number): string {
  return `${((100 * flow) / ROOT_SHARE).toFixed(1)} %`;
}

function factLines({ trust, facts }: TrustStory): readonly string[] {
  if (facts.length === 0) return ["Nothing is said of it, good or bad."];
  const rows = facts
    .slice(0, SHOWN)
    .map((fact) => [addsText(fact, trust.score), ...factCells(fact)]);
  const more = facts.length - rows.length;
  const last = Math.max(...facts.map(({ gone }) => gone));
  return [
    "What each fact adds or takes (the score with it less the score without it):",
    ...grid(rows).map((line) => `  ${line}`),
    ...(more === 0 ? [] : [`  ... and ${more} more: mound trust ${trust.agent} --json`]),
    `If nothing is added, all of it will have faded by ${day(last)}.`,
  ];
}

/** `+0.120`; a question mark where there are too many pairs to compute it. */
function addsText({ without }: WeighedFact, score: number): string {
  if (without === undefined) return "?";
  const adds = score - without;
  return `${adds < 0 ? "-" : "+"}${(Math.abs(adds) / WHOLE_SHARE).toFixed(3)}`;
}

function factCells(fact: WeighedFact): readonly string[] {
  const until = `until ${day(fact.gone)}`;
  const left = fact.left === 1 ? "" : `, ${amount(fact.left)} of it left`;
  switch (fact.kind) {
    case "deeds":
      return [
        `${deedsText(fact.deeds, fact.good)} seen by ${fact.by} in the week of ${day(fact.week)}${left}`,
        until,
      ];
    case "lapses":
      return [
        `${deedsText(fact.deeds, false)} in leases that lapsed in the week of ${day(fact.week)}${left}`,
        until,
      ];
    case "vouch":
      return [
        `${fact.vouch.level} vouch of ${fact.by} for ${sanitiseLine(fact.vouch.scope)}: ${sanitiseLine(fact.vouch.reason)}`,
        until,
      ];
    case "denouncement":
      return [
        `denounced by ${fact.by} on ${day(fact.denounced.at)}${left}: ${sanitiseLine(fact.denounced.reason)}`,
        until,
      ];
    case "slash":
      return [`slashed by ${fact.slash.quarters / 4} on ${day(fact.slash.at)}${left}`, until];
    default:
      return unreachable(fact);
  }
}

function deedsText(deeds: number, good: boolean): string {
  return `${amount(deeds)} ${good ? "good" : "bad"} ${deeds > 1 ? "deeds" : "deed"}`;
}

/** Weeks have passed since, so that the day is enough. */
function day(time: number): string {
  return formatInstant(time).slice(0, "2026-11-21".length);
}
