import type { PublicKey } from "../protocol/ids.ts";
import { presumeChecked } from "./ed25519.ts";
import { keyParts } from "./public-key.ts";

/** Takes these keys for checked: they were, when a state that is trusted was folded with them. */
export function presumeKeys(keys: readonly PublicKey[]): void {
  for (const key of keys) presumeChecked(keyParts(key).raw);
}
