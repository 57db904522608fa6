declare const MOUND_BUILD: string | undefined;

/** Set when the package is built; a state folded by other code is never trusted. */
export const BUILD = typeof MOUND_BUILD === "string" ? MOUND_BUILD : "source";
