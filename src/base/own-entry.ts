/**
 * What a record itself holds under a name that somebody chose, such as that of an agent: it may be `constructor`,
 * and what is read from a file has a prototype.
 */
export function ownEntry<T>(
  record: Readonly<Record<string, T>> | undefined,
  name: string,
): T | undefined {
  return record !== undefined && Object.hasOwn(record, name) ? record[name] : undefined;
}
