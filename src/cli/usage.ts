/** What was typed does not fit the command: said with exit code 2, before anything is touched. */
export class UsageError extends Error {
  readonly fix: string;
  /** Nothing better is known to type than the help of the command that was typed. */
  readonly asksHelp: boolean;
  readonly code: string;
  /** For programs: what the sentence says, as data. */
  readonly details: Readonly<Record<string, unknown>> | undefined;

  constructor(
    message: string,
    fix?: string,
    facts: { code?: string; details?: Readonly<Record<string, unknown>> } = {},
  ) {
    super(message);
    this.fix = fix ?? "mound help";
    this.asksHelp = fix === undefined;
    this.code = facts.code ?? "usage";
    this.details = facts.details;
  }
}
