import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openKeyStore } from "../../src/keys/key-store.ts";
import { createVerifier } from "../../src/keys/verifier.ts";
import type { AgentId } from "../../src/protocol/ids.ts";
import { keysContract } from "../contract/keys.ts";
import { random } from "./openssh.ts";

const MOUND = "0".repeat(52);

keysContract("keys in files", async () => {
  const config = await mkdtemp(join(tmpdir(), "mound-test-contract-"));
  const store = openKeyStore({ config, random, environment: {} });
  const agents = ["ant-1", "ant-2"] as [AgentId, AgentId];
  for (const agent of agents) await store.createKey(MOUND, agent);
  const verifier = createVerifier();
  return {
    keys: store.forMound(MOUND),
    verifier,
    agents,
    stranger: "ant-3" as AgentId,
    async dispose() {
      await verifier.close();
      await rm(config, { recursive: true });
    },
  };
});
