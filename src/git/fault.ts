/** What keeps git itself from working, as data. */
export type GitFault =
  | { readonly code: "git-missing" }
  | { readonly code: "git-too-old"; readonly found: string; readonly needed: string }
  | {
      readonly code: "git-failed";
      readonly command: string;
      readonly exitCode: number | undefined;
      readonly detail: string;
    }
  | { readonly code: "ref-locked"; readonly ref: string; readonly detail: string }
  | { readonly code: "object-too-large"; readonly oid: string; readonly limit: number }
  | { readonly code: "object-damaged"; readonly oid: string; readonly detail: string };

/** Carries a fault through ports whose answers have no room for one. */
export class GitError extends Error {
  readonly fault: GitFault;

  constructor(fault: GitFault) {
    super(describe(fault));
    this.name = "GitError";
    this.fault = fault;
  }
}

function describe(fault: GitFault): string {
  const { code, ...facts } = fault;
  return `${code}: ${Object.values(facts).join(": ")}`;
}
