/**
 * Who says that it can do what a task needs. A need is met by a skill or by a tag of the agent's, letter
 * by letter: `node>=22` is met by the tag `node>=22` and by no other.
 *
 * So that nobody has to read every agent to know whether anybody can, the state lists by skill or tag the
 * members that have declared it. A list is cut into parts: of a thousand agents with the same skill, one
 * that joins or is renewed rewrites a sixteenth.
 */
import type { AbleState, CapabilitiesState } from "../capabilities-state.ts";
import type { AgentId } from "../ids.ts";
import type { Overlay, View } from "../state.ts";

/** Whether a need is met by what was declared. */
export function meets({ skills, tags }: CapabilitiesState, need: string): boolean {
  return skills.includes(need) || tags.includes(need);
}

/** Whether a declaration holds at log time `now` (milliseconds). */
export function isInDate({ until }: { readonly until: number | undefined }, now: number): boolean {
  return until === undefined || now < until;
}

/** Whether any member says at log time `now` that it can do all of this; nothing is needed: it is. */
export function someoneAble(view: View, needs: readonly string[], now: number): boolean {
  if (needs.length === 0) return true;
  return PARTS.some((part) => declaredIn(view, needs, part).some((able) => isInDate(able, now)));
}

/** Every member that has declared all of this, in date or not, in order of name; `needs` is not empty. */
export function declaredBy(view: View, needs: readonly string[]): readonly AbleState[] {
  const found = PARTS.flatMap((part) => declaredIn(view, needs, part));
  return found.toSorted((a, b) => (a.agent < b.agent ? -1 : 1));
}

/** Keeps the lists where what a member has declared changes; undefined: it declares nothing, or is none. */
export function listAble(
  state: Overlay,
  agent: AgentId,
  before: CapabilitiesState | undefined,
  after: CapabilitiesState | undefined,
): void {
  const old = namesOf(before);
  const now = namesOf(after);
  const part = partOf(agent);
  for (const name of old) if (!now.has(name)) put(state, name, part, agent, undefined);
  for (const name of now) {
    if (old.has(name) && before?.until === after?.until) continue;
    put(state, name, part, agent, { agent, until: after?.until });
  }
}

/** The parts of a list: by the last character of the name, in which the agents of a fleet differ. */
const PARTS: readonly string[] = [..."0123456789abcdef"];

function partOf(agent: AgentId): string {
  return PARTS[agent.charCodeAt(agent.length - 1) % PARTS.length]!;
}

const NOBODY: readonly AbleState[] = [];

function declaredIn(view: View, needs: readonly string[], part: string): readonly AbleState[] {
  const [first, ...rest] = needs.map((need) => view.get(`able/${need}/${part}`) ?? NOBODY);
  // A declaration has one end for all that it names, so that of the first list is that of the others.
  return first!.filter(({ agent }) =>
    rest.every((others) => others.some((other) => other.agent === agent)),
  );
}

function namesOf(can: CapabilitiesState | undefined): ReadonlySet<string> {
  return new Set(can === undefined ? [] : [...can.skills, ...can.tags]);
}

function put(
  state: Overlay,
  name: string,
  part: string,
  agent: AgentId,
  able: AbleState | undefined,
): void {
  const before = state.get(`able/${name}/${part}`) ?? NOBODY;
  const at = before.findIndex((other) => other.agent >= agent);
  const place = at < 0 ? before.length : at;
  const next = before.toSpliced(
    place,
    before[place]?.agent === agent ? 1 : 0,
    ...(able === undefined ? [] : [able]),
  );
  state.set(`able/${name}/${part}`, next.length === 0 ? undefined : next);
}
