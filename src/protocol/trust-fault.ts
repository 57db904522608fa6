/** Why trust stands in the way, or what is said of it is not legal; see fault.ts. Shares are in thousandths. */
export type TrustFaultFacts =
  | {
      readonly code: "trust-too-low";
      readonly task: string;
      readonly agent: string;
      readonly needed: number;
      readonly score: number;
    }
  /** After lapses an agent takes nothing until then (milliseconds). */
  | {
      readonly code: "cooling-down";
      readonly agent: string;
      readonly lapses: number;
      readonly until: number;
    }
  | {
      readonly code: "quarantined";
      readonly task: string;
      readonly lapses: number;
      readonly creator: string;
    }
  | {
      readonly code: "vouches-missing";
      readonly agent: string;
      readonly fingerprint: string;
      readonly needed: number;
      readonly found: number;
    }
  | { readonly code: "vouch-wrong"; readonly subject: string; readonly detail: string }
  | { readonly code: "denounce-wrong"; readonly subject: string; readonly detail: string }
  /** Nothing of it stands that could be taken back. */
  | { readonly code: "vouch-missing"; readonly subject: string; readonly agent: string }
  | { readonly code: "denounce-missing"; readonly subject: string; readonly agent: string }
  | { readonly code: "grant-wrong"; readonly detail: string }
  | {
      readonly code: "credits-short";
      readonly agent: string;
      readonly needed: number;
      readonly free: number;
    }
  | { readonly code: "bid-wrong"; readonly task: string; readonly detail: string }
  /** Nobody may take it before then; undefined: before somebody who does not bid writes something. */
  | {
      readonly code: "auction-open";
      readonly task: string;
      readonly until: number | undefined;
    }
  /** It was awarded to others, of whom `by` is next; milliseconds from when on `agent` may, if ever. */
  | {
      readonly code: "not-awarded";
      readonly task: string;
      readonly agent: string;
      readonly by: string;
      readonly from: number | undefined;
    }
  | {
      readonly code: "review-dependent";
      readonly task: string;
      readonly agent: string;
      readonly needed: number;
      readonly detail: string;
    };
