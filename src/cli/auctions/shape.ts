import type { AuctionPhase } from "../../protocol/rules/auction.ts";
import type { WhyNot } from "../../protocol/trust-state.ts";
import { formatDuration, formatInstant } from "../../protocol/time.ts";
import type { AuctionView, BidView } from "../../protocol/views/auction-view.ts";
import { plural } from "../plural.ts";
import { sanitiseLine } from "../sanitise.ts";

/** An auction in JSON: times are RFC 3339, absent things are null. */
export function auctionJson(auction: AuctionView) {
  const { phase, award, bids, ...rest } = auction;
  const turn = phase.phase === "turn" ? phase : undefined;
  return {
    task: rest.task,
    title: rest.title,
    creator: rest.creator,
    status: rest.status,
    bids: rest.kind,
    bids_until: formatInstant(rest.bidsUntil),
    reveals_until: formatInstant(rest.revealsUntil),
    bond: rest.bond,
    phase: phase.phase,
    holder: rest.holder ?? null,
    turn:
      turn === undefined || rest.status === "claimed"
        ? null
        : {
            agent: turn.agent,
            from: formatInstant(turn.from),
            until: turn.still ? null : formatInstant(turn.until),
          },
    award: award === undefined ? null : { at: formatInstant(award.at), commit: award.commit },
    offers: bids.map(({ agent, stake, at, revealed, eta, rank, score, why }) => ({
      agent,
      stake,
      at: formatInstant(at),
      revealed,
      eta: eta === undefined ? null : formatDuration(eta),
      rank: rank === undefined ? null : rank + 1,
      score: score ?? null,
      why: why ?? null,
    })),
  };
}

/** On one line: `k3f9qz7-fix-login  bids until ... (3 bids)  Fix the login`. */
export function auctionLine(auction: AuctionView): string {
  const count = plural(auction.bids.length, "bid");
  return `${auction.task}  ${phaseText(auction)} (${count})  ${sanitiseLine(auction.title)}`;
}

/** All that is known; `now`: log time in milliseconds. */
export function auctionText(auction: AuctionView, now: number): string {
  const { kind, bidsUntil, revealsUntil, bond, bids, award } = auction;
  const lines = [
    `${auction.task}  ${sanitiseLine(auction.title)}`,
    `  ${kind} bids until ${clock(bidsUntil, now)}, reveals until ${clock(revealsUntil, now)}; the bond is ${plural(bond, "credit")}`,
    `  ${phaseText(auction)}`,
  ];
  if (award !== undefined)
    lines.push(`  awarded at ${formatInstant(award.at)} by ${award.commit.slice(0, 10)}`);
  if (bids.length === 0) return [...lines, "No bid stands."].join("\n");
  if (award === undefined && bids.some(({ score }) => score !== undefined))
    lines.push(
      "  The order is as it stands: what is revealed until the end, and ties, may change it.",
    );
  return [...lines, ...bids.map(bidLine)].join("\n");
}

function clock(time: number, now: number): string {
  const left = time - now;
  const words = left > 0 ? `${formatDuration(left)} left` : "over";
  return `${formatInstant(time)} (${words})`;
}

function phaseText({ phase, revealsUntil, status, holder }: AuctionView): string {
  switch (phase.phase) {
    case "bids":
      return `bids until ${formatInstant(phase.until)}`;
    case "reveals":
      return `reveals until ${formatInstant(phase.until)}`;
    case "due":
      return `over since ${formatInstant(revealsUntil)}: awarded with the next commit of somebody who does not bid`;
    case "over":
      return status;
    default:
      if (status === "claimed") return `claimed by ${holder ?? "nobody"}`;
      if (phase.phase === "anybody") return "anybody who may takes it";
      return turnText(phase);
  }
}

function turnText({
  rank,
  agent,
  until,
  still,
}: AuctionPhase & { readonly phase: "turn" }): string {
  const who = `${rank === 0 ? "the winner" : `standby ${rank}`}, ${agent},`;
  return still
    ? `${who} may take it once it can be taken; until then its turn stands still`
    : `${who} may take it until ${formatInstant(until)}`;
}

function bidLine({ agent, stake, eta, rank, score, why, revealed }: BidView): string {
  const place = rank === undefined ? "-" : String(rank + 1);
  const said =
    eta === undefined
      ? "sealed"
      : `${formatDuration(eta)}${revealed ? "" : " (its salt is sealed)"}`;
  const words = [
    ...(score === undefined ? [] : [`score ${score}`]),
    ...(why === undefined ? [] : [WHY[why]]),
  ];
  return `  ${place}  ${agent}  stake ${stake}  eta ${said}${words.length === 0 ? "" : `  ${words.join(", ")}`}`;
}

const WHY: Readonly<Record<WhyNot, string>> = {
  unrevealed: "not counted: it was not revealed, and lost its bond",
  "not-a-member": "not counted: it is no member any more",
  "skill-missing": "not counted: it has not declared what the task needs, and lost its bond",
  "trust-too-low": "not counted: it is not trusted as far as the task asks",
  "stake-lost": "not counted: its stake does not cover the bond any more",
  operator: "not counted: another bid of its operator is better",
  outbid: "others are before it",
};
