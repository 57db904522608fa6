/** `1 failure`, `2 failures`; `many` where it is not the word with an s. */
export function plural(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}
