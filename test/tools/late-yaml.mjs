// Stands in for the package in the bundle. Mound's own records are read without it (see
// src/protocol/plain-body.ts), and loading it was measured to take 10 ms of each command that writes.
let yaml;
const load = () =>
  (yaml ??= process.getBuiltinModule("node:module").createRequire(import.meta.url)("./yaml.cjs"));

export const isAlias = (node) => load().isAlias(node);
export const isMap = (node) => load().isMap(node);
export const isScalar = (node) => load().isScalar(node);
export const isSeq = (node) => load().isSeq(node);
export const parseDocument = (text, options) => load().parseDocument(text, options);

/** Called with `new`, which gives what is returned. */
export function Parser() {
  return new (load().Parser)();
}
