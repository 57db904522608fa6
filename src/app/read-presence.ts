import {
  readHeartbeat,
  type Heartbeat,
  type PresenceFlaw,
  type SaidPresence,
} from "../protocol/presence.ts";
import type { View } from "../protocol/state.ts";
import { heartbeatFlaw } from "../protocol/views/presence.ts";
import {
  PRESENCE_REFS,
  type Objects,
  type Remote,
  type RemoteFault,
  type Rider,
  type Verifier,
} from "./ports.ts";

/** The newest believed heartbeat of each agent, kept from one look to the next; it may be lost at any time. */
export interface PresenceMemory {
  load(): Promise<readonly Heartbeat[]>;
  save(heartbeats: readonly Heartbeat[]): Promise<void>;
}

export interface PresencePorts {
  readonly objects: Objects;
  readonly verifier: Verifier;
  readonly memory: PresenceMemory;
  /** Runs a pure reader on the state, at log time. */
  readonly read: <T>(reader: (view: View, now: number) => T) => Promise<T>;
}

export interface FoundPresence {
  /** At most one for an agent. */
  readonly heartbeats: readonly Heartbeat[];
  /** What lies in the refs and is not believed. */
  readonly flaws: readonly PresenceFlaw[];
  /** Why the origin could not be asked: then these are the heartbeats of an earlier look. */
  readonly fault: RemoteFault | undefined;
}

/** More than any mound has agents; whoever can push may make refs without end. */
const REFS_MAX = 10_000;

/** Believes of the heartbeats that the origin has those that are what they say. */
export async function readPresence(
  found: Awaited<ReturnType<Remote["presence"]>>,
  ports: PresencePorts,
): Promise<FoundPresence> {
  const { memory, verifier, read } = ports;
  const known = new Map((await memory.load()).map((heartbeat) => [heartbeat.agent, heartbeat]));
  if (!found.ok) return { heartbeats: [...known.values()], flaws: [], fault: found.error };
  const flaws: PresenceFlaw[] = [];
  const said: SaidPresence[] = [];
  for (const rider of found.value.slice(0, REFS_MAX)) {
    const one = await readRider(rider, ports.objects);
    if (one.ok) said.push(one.value);
    else flaws.push(one.error);
  }
  const facts = await verifier.verify(said);
  const believed = await read((view, now) =>
    said.map(({ heartbeat }, at) => heartbeatFlaw(view, heartbeat, facts[at]!, now)),
  );
  let learned = false;
  for (const [at, { heartbeat }] of said.entries()) {
    const flaw = believed[at] ?? fallingFlaw(heartbeat, known.get(heartbeat.agent));
    if (flaw !== undefined) {
      flaws.push({ name: heartbeat.agent, ...flaw });
    } else {
      learned ||= known.get(heartbeat.agent)?.at !== heartbeat.at;
      known.set(heartbeat.agent, heartbeat);
    }
  }
  const heartbeats = [...known.values()];
  if (learned) await memory.save(heartbeats);
  return { heartbeats, flaws, fault: undefined };
}

type Read = ReturnType<typeof readHeartbeat>;

async function readRider({ ref, oid }: Rider, objects: Objects): Promise<Read> {
  const name = ref.slice(PRESENCE_REFS.length);
  const flaw = (code: PresenceFlaw["code"], detail: string): Read => ({
    ok: false,
    error: { code, name, detail },
  });
  try {
    const object = await objects.read(oid);
    if (object === undefined) return flaw("unreadable", "its object cannot be found");
    if (object.type !== "blob") return flaw("not-a-blob", `it stands at a ${object.type}`);
    return readHeartbeat(name, object.bytes);
  } catch (error) {
    // A stranger's object may be damaged, or far too large: that is no fault of the others.
    return flaw("unreadable", (error as Error).message);
  }
}

/** A heartbeat that was true once, put back by somebody else. */
function fallingFlaw(
  { at }: Heartbeat,
  known: Heartbeat | undefined,
): Pick<PresenceFlaw, "code" | "detail"> | undefined {
  if (known === undefined || at >= known.at) return undefined;
  const behind = Math.ceil((known.at - at) / 1_000);
  return { code: "falling", detail: `it is ${behind} s older than one that was seen before` };
}
