/** What was typed does not fit the command: said with exit code 2, before anything is touched. */
export class UsageError extends Error {
  readonly fix: string;
  readonly code: string;
  /** For programs: what the sentence says, as data. */
  readonly details: Readonly<Record<string, unknown>> | undefined;

  constructor(
    message: string,
    fix = "mound help",
    facts: { code?: string; details?: Readonly<Record<string, unknown>> } = {},
  ) {
    super(message);
    this.fix = fix;
    this.code = facts.code ?? "usage";
    this.details = facts.details;
  }
}
