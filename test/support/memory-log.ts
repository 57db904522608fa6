import type { Log, LogFields } from "../../src/daemon/log.ts";

export interface MemoryLog extends Log {
  readonly entries: readonly {
    readonly level: "debug" | "info" | "warn" | "error";
    readonly fields: LogFields;
    readonly message: string;
  }[];
}

/** A log that writes nothing and keeps everything. */
export function memoryLog(): MemoryLog {
  const entries: MemoryLog["entries"][number][] = [];
  const keep =
    (level: MemoryLog["entries"][number]["level"]) =>
    (fields: LogFields, message: string): void => {
      entries.push({ level, fields, message });
    };
  return {
    entries,
    debug: keep("debug"),
    info: keep("info"),
    warn: keep("warn"),
    error: keep("error"),
    close: () => undefined,
  };
}
