/** The protocol that this software knows. Until version 1.0 of the software it is always 1. */
export const PROTOCOL = 1;
