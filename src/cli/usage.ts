/** What was typed does not fit the command: said with exit code 2, before anything is touched. */
export class UsageError extends Error {
  readonly fix: string;

  constructor(message: string, fix = "mound help") {
    super(message);
    this.fix = fix;
  }
}
