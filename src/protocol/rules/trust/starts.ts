/**
 * Where the run of each number from 0 to `count` - 1 begins when `numbers` are sorted; at `count` stands how many
 * there are, so that a run ends where the next begins.
 */
export function startsOf(numbers: Iterable<number>, count: number): Int32Array {
  const starts = new Int32Array(count + 1);
  for (const number of numbers) starts[number + 1]! += 1;
  for (let at = 0; at < count; at += 1) starts[at + 1]! += starts[at]!;
  return starts;
}
