import type { Heartbeat } from "../../src/protocol/presence.ts";
import { heartbeatBody } from "../../src/protocol/presence.ts";
import { joinRecord } from "../../src/protocol/record.ts";
import { presenceNamespace } from "../../src/protocol/signature.ts";
import type { GitObject, Rider, Signer } from "../../src/app/ports.ts";
import { PRESENCE_REFS } from "../../src/app/ports.ts";
import { hashObject } from "../../src/git/hash.ts";
import type { AgentId } from "../../src/protocol/ids.ts";

/** A heartbeat of `ant-1` at `at` that promises a minute; what `more` says is different. */
export function heartbeat(at: number, more: Partial<Heartbeat> = {}): Heartbeat {
  const agent = "ant-1" as AgentId;
  const times = { since: at, at, until: at + 60_000 };
  return { agent, state: "here", host: "desk", doing: [], ...times, ...more };
}

/** Its bytes, signed for a mound; `body`: other bytes than it would have by itself. */
export async function signedHeartbeat(
  said: Heartbeat,
  signer: Signer,
  mound: string,
  {
    body = heartbeatBody(said),
    namespace = presenceNamespace(mound),
    ref = String(said.agent),
  } = {},
): Promise<{ readonly rider: Rider; readonly object: GitObject }> {
  const armor = await signer.sign(new TextEncoder().encode(body), namespace);
  return blobRider(ref, joinRecord(body, [armor]));
}

/** Any bytes at all, in the ref of `name`. */
export function blobRider(
  name: string,
  bytes: Uint8Array | string,
): { readonly rider: Rider; readonly object: GitObject } {
  const content = typeof bytes === "string" ? new TextEncoder().encode(bytes) : bytes;
  const oid = hashObject("blob", content);
  return {
    rider: { ref: `${PRESENCE_REFS}${name}`, oid },
    object: { oid, type: "blob", bytes: content },
  };
}
