import type { Action } from "./main.ts";

/** An implementation that is loaded when its command runs: no command pays for the imports of another. */
export function lazily(load: () => Promise<Action>): Action {
  return async (...args) => (await load())(...args);
}
