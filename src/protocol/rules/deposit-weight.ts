import type { View } from "../state.ts";

/** What a deposit of an agent counts for, from 0 to 1: of who is revoked nothing, of others all. */
export function depositWeight(view: View, agent: string): number {
  return view.get(`agent/${agent}`)?.status === "revoked" ? 0 : 1;
}
