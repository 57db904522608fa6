let given = 0;

/** A part of a file's name that no other process gives at the same time, and this one never again. */
export function ownName(): string {
  given += 1;
  return `${process.pid.toString(36)}-${given.toString(36)}`;
}
