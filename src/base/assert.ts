/** For what must be impossible. What may happen is a fault, not an assertion. */
export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new Error(`assertion failed: ${message}`);
}

/** The value, where its absence would be a bug. */
export function defined<T>(value: T | undefined, what: string): T {
  assert(value !== undefined, `${what} is missing`);
  return value;
}

/** Ends a `switch` over a union: the compiler refuses it while a case is unhandled. */
export function unreachable(value: never): never {
  throw new Error(`unreachable: ${JSON.stringify(value)}`);
}
