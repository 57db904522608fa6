export type SignalKind = "need" | "stuck" | "heat" | "warn" | "trail";

/** What one agent has deposited on a topic; what is left of it is computed on reading. */
export interface SignalState {
  readonly kind: SignalKind;
  readonly strength: number;
  /** Milliseconds. */
  readonly halfLife: number;
  /** Log time at which it had this strength, in milliseconds. */
  readonly at: number;
  readonly note: string | undefined;
}
