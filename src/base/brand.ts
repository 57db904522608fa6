declare const brand: unique symbol;

/** A plain value that has passed a check: only the function that checks may mint it. */
export type Brand<T, Name extends string> = T & { readonly [brand]: Name };
