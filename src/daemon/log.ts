import { rotatingFile } from "./rotating-file.ts";

/** Flat, so that every line stays small; what is undefined is left out. */
export type LogFields = Readonly<Record<string, string | number | boolean | null | undefined>>;

/** What a process that runs for long tells whoever looks after it; events for people are no part of it. */
export interface Log {
  /** `message` is a constant sentence; what varies goes into the fields. */
  debug(fields: LogFields, message: string): void;
  info(fields: LogFields, message: string): void;
  warn(fields: LogFields, message: string): void;
  error(fields: LogFields, message: string): void;
  /** Lets go of the file; what is logged after that is dropped. */
  close(): void;
}

export interface LogOptions {
  /** A file for information and above, with one older file beside it. */
  readonly file: string;
  /** Takes every line, debugging ones as well; undefined: quiet. */
  readonly verbose?: (line: string) => void;
}

/** Longer texts (a remote's stderr) are cut: the log is bounded, and the beginning says what happened. */
const TEXT_MAX = 2_000;

/**
 * Opens the log: one JSON object on each line, written at once and in this thread, so that the last
 * words of a process that dies are there. Logging never fails: lines that cannot be written (the disk
 * is full) are counted, and the count is written when there is room again.
 */
export async function openLog({ file, verbose }: LogOptions): Promise<Log> {
  const { pino } = await import("pino");
  const target = rotatingFile(file);
  const write = (text: string): void => {
    const line = harmless(text);
    verbose?.(line);
    if (!text.startsWith('{"level":"debug"')) target.write(line);
  };
  const logger = pino(
    {
      level: verbose === undefined ? "info" : "debug",
      base: { pid: process.pid },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (level) => ({ level }) },
    },
    { write },
  );
  return {
    debug: (fields, message) => logger.debug(bounded(fields), message),
    info: (fields, message) => logger.info(bounded(fields), message),
    warn: (fields, message) => logger.warn(bounded(fields), message),
    error: (fields, message) => logger.error(bounded(fields), message),
    close: () => target.close(),
  };
}

function bounded(fields: LogFields): LogFields {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [
      name,
      typeof value === "string" && value.length > TEXT_MAX
        ? `${value.slice(0, TEXT_MAX)}... (${value.length} characters)`
        : value,
    ]),
  );
}

/**
 * The line without the credentials that a URL may hold, and without what could drive a terminal:
 * JSON escapes the control characters below space, but none of those above.
 */
function harmless(line: string): string {
  return line
    .replace(CREDENTIALS, "://***@")
    .replace(HOSTILE, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

const CREDENTIALS = /:\/\/[^/\s"@]+@/g;
const HOSTILE = /[\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/g;
