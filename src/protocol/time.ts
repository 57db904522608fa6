import type { Brand } from "../base/brand.ts";

/** Milliseconds since 1970-01-01T00:00:00Z. */
export type Instant = Brand<number, "Instant">;
/** A length of time in milliseconds. */
export type Duration = Brand<number, "Duration">;

const INSTANT = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)\.(\d{3})Z$/;
const DURATION = /^(?:(\d{1,4})d)?(?:(\d{1,4})h)?(?:(\d{1,5})m)?(?:(\d{1,6})s)?$/;
const UNITS = [86_400_000, 3_600_000, 60_000, 1_000] as const;

/** Reads RFC 3339 in UTC with milliseconds, the one spelling a record may use. */
export function parseInstant(text: string): Instant | undefined {
  const match = INSTANT.exec(text);
  if (match === null) return undefined;
  const [year, month, day, hour, minute, second, ms] = match.slice(1).map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const value = Date.UTC(year, month - 1, day, hour, minute, second, ms) as Instant;
  // Date.UTC rolls 31 February over into March: the round trip refuses such dates.
  return year >= 1970 && formatInstant(value) === text ? value : undefined;
}

/** RFC 3339 in UTC with milliseconds. */
export function formatInstant(instant: number): string {
  return new Date(instant).toISOString();
}

/** Reads `30m`, `2h`, `1h30m`, `7d` or `45s`; undefined where it is none of these, or zero. */
export function parseDuration(text: string): Duration | undefined {
  const match = DURATION.exec(text);
  if (match === null || text === "") return undefined;
  let total = 0;
  UNITS.forEach((unit, index) => {
    total += Number(match[index + 1] ?? 0) * unit;
  });
  return total > 0 ? (total as Duration) : undefined;
}

/** The spelling that `parseDuration` reads, in whole seconds: `1h30m`. */
export function formatDuration(duration: number): string {
  let rest = Math.max(0, Math.floor(duration / 1_000)) * 1_000;
  let text = "";
  UNITS.forEach((unit, index) => {
    const count = Math.floor(rest / unit);
    rest -= count * unit;
    if (count > 0) text += `${count}${"dhms"[index]}`;
  });
  return text === "" ? "0s" : text;
}
