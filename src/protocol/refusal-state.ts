import type { Oid } from "./ids.ts";

export interface RefusalState {
  readonly commit: Oid;
  readonly author: string;
  readonly time: number;
  readonly fault: {
    readonly rule: string;
    readonly code: string;
    readonly [fact: string]: unknown;
  };
}
