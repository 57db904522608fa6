import { homedir } from "node:os";
import { systemRandom } from "../git/random.ts";
import { configFolder } from "../keys/config-folder.ts";
import type { KeyStore } from "../keys/key-store.ts";

/** What of the key store the clones of this machine need. */
export type MoundKeys = Omit<KeyStore, "forMound">;

/** The user's keys, where the environment says that they are; what reads them is loaded at the first use. */
export function keyStore(environment: NodeJS.ProcessEnv): MoundKeys {
  let opened: KeyStore | undefined;
  const open = async (): Promise<KeyStore> => {
    const { openKeyStore } = await import("../keys/key-store.ts");
    const config = configFolder(environment, homedir(), process.platform);
    return (opened ??= openKeyStore({ config, random: systemRandom, environment }));
  };
  return {
    createKey: async (...args) => (await open()).createKey(...args),
    adoptKey: async (...args) => (await open()).adoptKey(...args),
    signer: async (...args) => (await open()).signer(...args),
    stageKey: async (...args) => (await open()).stageKey(...args),
    stagedKey: async (...args) => (await open()).stagedKey(...args),
    promoteKey: async (...args) => (await open()).promoteKey(...args),
    unstageKey: async (...args) => (await open()).unstageKey(...args),
    discardKey: async (...args) => (await open()).discardKey(...args),
  };
}
