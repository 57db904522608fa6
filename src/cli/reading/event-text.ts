import { eventJson, type MoundEvent } from "../../protocol/views/event.ts";
import { formatInstant } from "../../protocol/time.ts";
import { plural } from "../plural.ts";
import { sanitiseJson, sanitiseLine } from "../sanitise.ts";
import { shorten } from "../shorten.ts";

/** Events as they are put out: a line each, or NDJSON of which the last line names the place after them. */
export function eventsText(events: readonly MoundEvent[], cursor: string, json: boolean): string {
  const lines = events.map((event, at) => {
    if (!json) return eventLine(event);
    const place = at === events.length - 1 ? cursor : undefined;
    return sanitiseJson(JSON.stringify(eventJson(event, place)));
  });
  return lines.map((line) => `${line}\n`).join("");
}

/** An event on one line: when, by which commit, what, about what, and the rest in words. */
export function eventLine(event: MoundEvent): string {
  const { time, commit, type, task, title, lock } = event;
  const columns = [
    `${formatInstant(time).slice(0, 19)}Z`,
    commit.slice(0, 9),
    type,
    task ?? lock,
    detailOf(event),
    title,
  ];
  return columns
    .flatMap((column) => (column === undefined || column === "" ? [] : [sanitiseLine(column)]))
    .join("  ");
}

function detailOf(event: MoundEvent): string {
  const { actor, agent, token, until, percent, text, refs, fingerprint, rule, code } = event;
  const { topic, mark, strength, task, reviewers, amount, free, level, scope, severity } = event;
  const words = [
    actor === undefined ? undefined : `by ${actor}`,
    agent === undefined || agent === actor ? undefined : `about ${agent}`,
    mark === undefined ? undefined : `${mark} ${strength}`,
    level === undefined ? undefined : `${level} for ${scope}`,
    severity,
    task === undefined ? topic : undefined,
    amount === undefined
      ? undefined
      : `${plural(amount, "credit")}${free === undefined ? "" : `, ${free} free`}`,
    percent === undefined ? undefined : `${percent} %`,
    until === undefined ? undefined : `until ${formatInstant(until).slice(0, 19)}Z`,
    token === undefined ? undefined : `(token ${token})`,
    reviewers === undefined ? undefined : `for ${reviewers.join(", ") || "nobody that there is"}`,
    rule === undefined ? undefined : `${code} [${rule}]`,
    fingerprint,
    text === undefined ? undefined : JSON.stringify(shorten(text.trim())),
    ...(refs ?? []),
  ];
  return words.filter((word) => word !== undefined).join(" ");
}
