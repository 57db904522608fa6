import type { AuditFault as LineAuditFault } from "../app/audit-report.ts";

/** Why there is nothing that could be audited. */
export type AuditFault =
  | LineAuditFault
  /** No branch or commit of that name is there; `name` as it was typed. */
  | { readonly code: "tip-missing"; readonly name: string; readonly dir: string }
  /** A partial clone: git left `missing` objects at the origin, or more. */
  | { readonly code: "clone-partial"; readonly dir: string; readonly missing: number }
  | { readonly code: "repository-sha256"; readonly dir: string };
