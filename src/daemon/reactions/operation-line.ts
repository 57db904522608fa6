import type { HeldEvent, Operation } from "./ledger.ts";

/** One operation as a line of the log, with its newline. */
export function writeLine(operation: Operation): string {
  if (operation.op !== "add") return `${JSON.stringify(operation)}\n`;
  // The event is JSON already.
  return `{"op":"add","to":${JSON.stringify(operation.to)},"event":${operation.event.json}}\n`;
}

/** The operation of a line; undefined where the line is damaged. */
export function readLine(line: string): Operation | undefined {
  try {
    const value = JSON.parse(line) as Operation | undefined;
    if (value?.op !== "add") return value?.op === undefined ? undefined : value;
    return { ...value, event: heldEvent(value.event as unknown as EventDocument) };
  } catch {
    return undefined;
  }
}

/** What `eventJson` gives. */
type EventDocument = Readonly<Record<string, unknown>>;

export function heldEvent(document: EventDocument): HeldEvent {
  const { id, type, task } = document as { id: string; type: string; task?: string };
  return { id, type, task, json: JSON.stringify(document) };
}
