/**
 * Stands for what waits for what: a new value with each commit after which an unsettled task may hold
 * up others than before, so that whoever walks these edges need not walk them for every choice.
 */
export interface GraphState {
  readonly changes: number;
}
