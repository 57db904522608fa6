import type * as z from "zod/mini";
import type { Fault } from "../fault.ts";
import type { AgentId } from "../ids.ts";
import type { CommonFields, Context, Incoming } from "./incoming.ts";

/**
 * A kind of record: one file of code each. `judge` reads and answers; only when it answers nothing
 * is `apply` called. Records of one commit are judged one after the other, in the order of the table.
 */
export interface Kind<F extends CommonFields = CommonFields> {
  readonly name: string;
  readonly fields: z.ZodMiniObject;
  /** The path that the body's own fields give. */
  path(fields: F): string;
  /** The agent whose name the body carries as its author; undefined where any root may act. */
  actor(fields: F): AgentId | undefined;
  judge(record: Incoming<F>, context: Context): Fault | undefined;
  apply(record: Incoming<F>, context: Context): void;
  /**
   * Looks at the state after all records of the commit have been applied, and keeps what is cheaper kept
   * once for the commit than for each record.
   */
  settle?(context: Context): Fault | undefined;
}

/** The fields of a schema, typed. */
export type Fields<T extends z.ZodMiniObject> = z.output<T> & CommonFields;

/** Erases a kind's field type for the table: the table parses before it judges. */
export function kind<F extends CommonFields>(definition: Kind<F>): Kind {
  return definition;
}
