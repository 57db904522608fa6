import { parseInstant } from "../time.ts";

const TIME = /^(\d{4}-\d\d-\d\d)(?:T(\d\d:\d\d)(:\d\d)?(\.\d{1,3})?(Z|[+-]\d\d:\d\d))?$/;

/**
 * The spelling that a record may use (`2026-12-01T12:00:00.000Z`) of a day or an RFC 3339 time with
 * its zone; undefined where it is none. A day means its first moment in UTC.
 */
export function readDeadline(text: string): string | undefined {
  const match = TIME.exec(text);
  if (match === null) return undefined;
  const [, day, minutes = "00:00", seconds = ":00", fraction = ".000", zone = "Z"] = match;
  // Date.parse rolls 31 February over into March; the strict reader does not.
  if (parseInstant(`${day!}T00:00:00.000Z`) === undefined) return undefined;
  const instant = Date.parse(`${day!}T${minutes}${seconds}${fraction.padEnd(4, "0")}${zone}`);
  return Number.isNaN(instant) ? undefined : new Date(instant).toISOString();
}
