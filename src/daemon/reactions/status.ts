import type { Delivery, Ledger } from "./ledger.ts";

export interface DeliveryStatus {
  /** Not tried yet, or being tried for the first time; by number. */
  readonly waiting: readonly Delivery[];
  /** Failed before, and tried again at `due` or right now. */
  readonly retrying: readonly Delivery[];
  /** Given up; the oldest first. */
  readonly dead: readonly Delivery[];
}

export function statusOf(ledger: Ledger): DeliveryStatus {
  const open = ledger.waiting();
  return {
    waiting: open.filter(({ tries }) => tries === 0),
    retrying: open.filter(({ tries }) => tries > 0),
    dead: ledger.dead(),
  };
}
