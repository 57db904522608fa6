/** Why a write to a named lock is not legal; see fault.ts. */
export type LockFaultFacts =
  | { readonly code: "lock-name-illegal"; readonly lock: string; readonly detail: string }
  | { readonly code: "lock-missing"; readonly lock: string }
  | {
      readonly code: "lock-held";
      readonly lock: string;
      readonly by: string;
      readonly until: number;
      readonly token: number;
    }
  | {
      readonly code: "lock-fenced";
      readonly lock: string;
      readonly token: number;
      readonly current: number | undefined;
      readonly by: string | undefined;
    }
  | { readonly code: "lock-not-held"; readonly lock: string }
  | {
      readonly code: "lock-token-wrong";
      readonly lock: string;
      readonly token: number;
      readonly expected: number;
    }
  | { readonly code: "lock-lease-invalid"; readonly lock: string; readonly detail: string }
  | {
      readonly code: "lock-limit";
      readonly lock: string;
      readonly agent: string;
      readonly what: "held" | "named" | "names";
      readonly limit: number;
    };
