import { skill } from "../../protocol/fields.ts";
import { UsageError } from "../usage.ts";

/** A skill or tag that was typed. Of several that were, it is said which one can be none. */
export function skillArgument(typed: string, what: string): string {
  if (skill.safeParse(typed).success) return typed;
  throw new UsageError(
    `${what} takes a skill, such as typescript: a-z, 0-9 and + - . _ < = >, at most 40; not "${typed}".`,
  );
}
