import type { AgentId } from "./ids.ts";
import type { ClaimState } from "./state.ts";

/** A named lease; its token rises with each claim, and the last stays when nobody holds it. */
export interface LockState {
  readonly name: string;
  /** Who took it first, and so brought its name into the mound. */
  readonly creator: AgentId;
  readonly token: number;
  readonly claim: ClaimState | undefined;
  /** How the claim under the last ended token ended. */
  readonly last:
    | {
        readonly token: number;
        readonly agent: AgentId;
        readonly outcome: "released" | "expired";
        readonly at: number;
      }
    | undefined;
}
