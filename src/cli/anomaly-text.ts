import type { Anomaly } from "../protocol/views/anomaly.ts";
import { formatDuration, formatInstant } from "../protocol/time.ts";

/** An anomaly in one sentence, as `mound why` and an audit say it. */
export function anomalySentence(anomaly: Anomaly): string {
  return SENTENCES[anomaly.code](anomaly);
}

/** The same as JSON. */
export function anomalyJson({ code, task, agent, commits, time, facts }: Anomaly) {
  return {
    code,
    task: task ?? null,
    agent: agent ?? null,
    commits,
    time: formatInstant(time),
    facts,
    message: anomalySentence({ code, task, agent, commits, time, facts }),
  };
}

const SENTENCES: Readonly<Record<Anomaly["code"], (anomaly: Anomaly) => string>> = {
  "stale-result": ({ task, agent, facts }) =>
    `${agent} wrote its ${facts["kind"] === "progress" ? "progress" : "result"} on ${task} under token ${facts["token"]}, which was no longer current${facts["by"] === undefined ? "" : `: ${facts["by"]} holds token ${facts["current"]}`}.`,
  "stale-view": ({ agent, commits, facts }) =>
    `${agent} wrote a ${facts["kind"]} that was illegal since ${short(commits[0])}, which it had not seen: its view was of ${short(facts["seen"])}${facts["behind"] === undefined ? "" : `, ${facts["behind"]} commits behind`} [${facts["rule"]}].`,
  "work-twice": ({ task, facts }) =>
    `${task} was worked on twice to the end: by ${facts["first"]} under token ${facts["first_token"]} and by ${facts["second"]} under token ${facts["second_token"]}.`,
  "lapsed-reporting": ({ task, agent, facts }) =>
    facts["late_ms"] === undefined
      ? `The lease of ${agent} on ${task} ran out while it still reported: ${facts["taker"]} took over after ${span(facts["silence_ms"])} of silence, and it had paused for ${span(facts["pause_ms"])} before.`
      : `The lease of ${agent} on ${task} ran out while it still worked: it reported ${span(facts["late_ms"])} after the takeover.`,
  "clock-offset": ({ agent, facts }) =>
    `The clock of ${agent} is ${span(Math.abs(Number(facts["offset_ms"])))} ${Number(facts["offset_ms"]) < 0 ? "behind" : "ahead of"} the others', give or take ${span(facts["spread_ms"])}.`,
  starved: ({ task, facts }) =>
    `${task} has been open for ${span(facts["wait_ms"])}, while ${facts["passed"]} later ones that are no more urgent were taken; the usual wait is ${span(facts["median_ms"])}.`,
  hot: ({ task, facts }) => `${facts["claims"]} claims of ${task} came to nothing.`,
};

function short(commit: string | number | undefined): string {
  return String(commit).slice(0, 12);
}

function span(ms: string | number | undefined): string {
  return formatDuration(Number(ms));
}
