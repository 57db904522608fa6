import { fault, type Fault } from "../fault.ts";
import { AUCTION_MAX_MS, AUCTION_WINDOW_MIN_MS } from "../limits.ts";
import type { TaskState } from "../state.ts";
import { formatDuration } from "../time.ts";
import type { AuctionTerms } from "../trust-state.ts";
import { PLACES } from "./award.ts";
import { failuresOf } from "./task-status.ts";

/** What a task says of its auction; times in milliseconds. */
export interface AuctionFields {
  readonly mode?: "auction" | undefined;
  readonly bids?: "open" | "sealed" | undefined;
  readonly bids_until?: number | undefined;
  readonly reveals_until?: number | undefined;
  readonly attempts: number;
}

/** What a task that says so asks of its bidders. */
export function termsOf(body: Omit<AuctionFields, "attempts">): AuctionTerms | undefined {
  const { mode, bids_until: bidsUntil, reveals_until: revealsUntil } = body;
  if (mode === undefined || bidsUntil === undefined || revealsUntil === undefined) return undefined;
  return { bids: body.bids ?? "sealed", bidsUntil, revealsUntil };
}

/** [TA9] The terms are whole, their windows such that bidders can keep them, and each turn has its attempt. `now`: log time. */
export function refuseTerms(
  path: string,
  body: AuctionFields,
  current: TaskState | undefined,
  now: number,
): Fault | undefined {
  const terms = termsOf(body);
  const invalid = (field: string, detail: string) =>
    fault("TA9", { code: "field-invalid", path, field, detail });
  if (terms === undefined) {
    const said = (["mode", "bids", "bids_until", "reveals_until"] as const).find(
      (field) => body[field] !== undefined,
    );
    if (said === undefined) return undefined;
    return invalid(said, "needs all of mode, bids_until and reveals_until");
  }
  const { bidsUntil, revealsUntil } = terms;
  const before = current?.auction;
  const same = before?.bidsUntil === bidsUntil && before.revealsUntil === revealsUntil;
  const left = body.attempts - (current === undefined ? 0 : failuresOf(current));
  if (left < PLACES && !(same && body.attempts === current?.attemptsMax)) {
    const who = "the winner and who stands by may each fail";
    return invalid("attempts", `leaves ${left} of the ${PLACES} that an auction needs: ${who}`);
  }
  if (same) return undefined;
  const least = formatDuration(AUCTION_WINDOW_MIN_MS);
  if (bidsUntil - now < AUCTION_WINDOW_MIN_MS)
    return invalid("bids_until", `leaves less than ${least} to bid`);
  if (revealsUntil - bidsUntil < AUCTION_WINDOW_MIN_MS)
    return invalid("reveals_until", `leaves less than ${least} to reveal`);
  if (revealsUntil - now <= AUCTION_MAX_MS) return undefined;
  return invalid("reveals_until", `is more than ${formatDuration(AUCTION_MAX_MS)} away`);
}
