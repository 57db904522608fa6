import { readdir } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { configFolder } from "../../keys/config-folder.ts";
import { type AgentId, isAgentId } from "../../protocol/ids.ts";
import type { KeyFault } from "../../app/ports.ts";
import { explain } from "../explain.ts";
import { type ClonePatient, fine, type Found, type Said } from "./finding.ts";
import { shell } from "./shell.ts";

/** The agents of this mound that have a key on this machine, and the one that acts. */
export async function agents(patient: ClonePatient): Promise<Found> {
  const { agent, environment } = patient;
  if (agent !== undefined && !isAgentId(agent)) {
    const message = `"${agent}" cannot be an agent's name.`;
    return [{ level: "fail", message, fix: "unset MOUND_AGENT" }];
  }
  const mound = await patient.mound();
  const home = configFolder(environment, homedir(), process.platform);
  const names = await readdir(join(home, "mound", "keys", mound.id)).catch(() => []);
  const here = new Set(names.map((name) => name.replace(/\.ref$/, "")).filter(isAgentId));
  if (agent !== undefined) here.add(agent);
  const said: Said[] = [];
  for (const one of [...here].toSorted()) said.push(...(await lookAt(one, patient)));
  if (said.length > 0) return said;
  return fine(
    here.size === 0
      ? "No agent has a key on this machine"
      : `The keys of ${[...here].toSorted().join(", ")} are the ones in force`,
  );
}

async function lookAt(agent: AgentId, patient: ClonePatient): Promise<Found> {
  const mound = await patient.mound();
  const signer = await mound.keys.signer(mound.id, agent);
  if (!signer.ok) return keyFault(agent, signer.error, patient.agent === agent);
  const state = await mound.read((view) => view.get(`agent/${agent}`));
  const joining = shell("mound", "join", "--as", agent);
  if (state === undefined)
    return [
      { level: "note", message: `${agent} has a key here and has not joined.`, fix: joining },
    ];
  if (state.status !== "active")
    return [{ level: "note", message: `${agent} has a key here and is ${state.status}.` }];
  if (state.key !== signer.value.key) {
    const message = `The key of ${agent} here is not the one in force, so it cannot act from this machine.`;
    return [{ level: "warn", message, fix: shell("mound", "agent", "show", agent) }];
  }
  if (signer.value.unattended) return [];
  const socket = patient.environment["SSH_AUTH_SOCK"] ?? "";
  const message = `The key of ${agent} does not sign by itself (a passphrase, an ssh-agent or a token)${socket === "" ? ", and no ssh-agent is running: somebody has to be there each time" : ""}.`;
  return [
    { level: "note", message, ...(socket === "" ? { fix: 'eval "$(ssh-agent)" && ssh-add' } : {}) },
  ];
}

function keyFault(agent: AgentId, fault: KeyFault, acting: boolean): Found {
  const { message } = explain(fault);
  switch (fault.code) {
    case "key-exposed":
      // Told, and mended, where the files of all keys are looked at.
      return [];
    case "key-missing": {
      const who = acting ? `MOUND_AGENT or --as names ${agent}. ` : "";
      return [
        { level: "fail", message: `${who}${message}`, fix: shell("mound", "join", "--as", agent) },
      ];
    }
    case "key-unusable":
      return [{ level: "fail", message, fix: shell("ssh-keygen", "-y", "-f", fault.path) }];
    default:
      return [{ level: "fail", message }];
  }
}
