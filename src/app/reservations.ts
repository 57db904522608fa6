/**
 * That no two live claims overlap, proved apart from the judge: only the accepted records are looked at as
 * they pass, never the state. A claim is live from its log time up to its `until`, or its end before that;
 * it begins anew when it is renewed after its `until`. Two overlap just where one is live when the other
 * begins, so that is when each is compared with those that are.
 */
import type { AgentId, Oid, TaskId } from "../protocol/ids.ts";
import type { Incoming } from "../protocol/kinds/incoming.ts";
import { firstSegment, globsOverlap } from "../protocol/rules/globs.ts";
import type { ReservationFault, ReservationReport } from "./audit-report.ts";

/** The judge refuses all of these: each is a bug of it, and a few of them say so as well as many. */
const FAULTS_KEPT = 1_000;

/** What the record of a task says of its paths. */
interface Wanted {
  readonly paths: readonly string[];
  readonly shared: boolean;
}

/** A claim that was not ended yet; it may have lapsed. */
interface Standing {
  readonly agent: AgentId;
  readonly token: number;
  /** Milliseconds. */
  readonly until: number;
}

export interface KeptReservations {
  readonly wanted: readonly (readonly [TaskId, Wanted])[];
  readonly standing: readonly (readonly [TaskId, Standing])[];
  readonly claimed: readonly TaskId[];
  readonly claims: number;
  readonly faults: readonly ReservationFault[];
  readonly more: number;
}

/** One accepted commit: its place on the line, counted from 1, and its log time in milliseconds. */
interface Place {
  readonly commit: Oid;
  readonly number: number;
  readonly time: number;
}

interface TaskBody {
  readonly id: TaskId;
  readonly paths?: readonly string[];
  readonly shared?: "true";
}

interface ClaimBody extends Standing {
  readonly task: TaskId;
}

/** Tasks without paths cost a look at their records, and nothing more. */
export class ReservationTracker {
  readonly #wanted: Map<TaskId, Wanted>;
  readonly #standing: Map<TaskId, Standing>;
  /** By the first segment of a path, or `*`: the tasks whose claims were live when they were last looked at. */
  readonly #live = new Map<string, Set<TaskId>>();
  readonly #claimed: Set<TaskId>;
  #claims: number;
  readonly #faults: ReservationFault[];
  #more: number;

  constructor(kept?: KeptReservations) {
    this.#wanted = new Map(kept?.wanted);
    this.#standing = new Map(kept?.standing);
    this.#claimed = new Set(kept?.claimed);
    this.#claims = kept?.claims ?? 0;
    this.#faults = [...(kept?.faults ?? [])];
    this.#more = kept?.more ?? 0;
    for (const task of this.#standing.keys()) this.#index(task);
  }

  /** Endings come before beginnings: a takeover is both, in one commit. */
  step(records: readonly Incoming[], place: Place): void {
    for (const { kind, fields } of records) {
      if (kind === "attempt") this.#end((fields as unknown as ClaimBody).task);
    }
    for (const { kind, fields } of records) {
      if (kind === "task") this.#want(fields as unknown as TaskBody, place);
    }
    for (const { kind, fields } of records) {
      if (kind === "claim") this.#claim(fields as unknown as ClaimBody, place);
    }
  }

  report(): ReservationReport {
    return {
      tasks: this.#claimed.size,
      claims: this.#claims,
      faults: this.#faults,
      more: this.#more,
    };
  }

  keep(): KeptReservations {
    return {
      wanted: [...this.#wanted],
      standing: [...this.#standing],
      claimed: [...this.#claimed],
      claims: this.#claims,
      faults: this.#faults,
      more: this.#more,
    };
  }

  #want({ id, paths = [], shared }: TaskBody, place: Place): void {
    const before = this.#wanted.get(id);
    if (before === undefined && paths.length === 0) return;
    const standing = this.#standing.get(id);
    this.#unindex(id);
    this.#wanted.set(id, { paths, shared: shared === "true" });
    // Of a claim that is live they may not change; where they do, it is as if it began with them.
    if (standing !== undefined && place.time < standing.until) this.#begin(id, standing, place);
  }

  #claim({ task, agent, token, until }: ClaimBody, place: Place): void {
    const wanted = this.#wanted.get(task);
    if (wanted === undefined || wanted.paths.length === 0) return;
    const before = this.#standing.get(task);
    const renewal = before?.token === token;
    if (!renewal) {
      this.#claims += 1;
      this.#claimed.add(task);
    }
    const standing = { agent, token, until };
    if (renewal && place.time < before.until) this.#standing.set(task, standing);
    else this.#begin(task, standing, place);
  }

  #end(task: TaskId): void {
    this.#unindex(task);
    this.#standing.delete(task);
  }

  #begin(task: TaskId, standing: Standing, place: Place): void {
    const { paths, shared } = this.#wanted.get(task)!;
    for (const other of this.#near(paths)) {
      const { until } = this.#standing.get(other)!;
      if (place.time >= until) {
        this.#unindex(other);
        continue;
      }
      const theirs = this.#wanted.get(other)!;
      if (other === task || (shared && theirs.shared)) continue;
      const found = overlapOf(paths, theirs.paths);
      if (found !== undefined) this.#fault({ task, ...found, other }, standing, place);
    }
    this.#standing.set(task, standing);
    this.#index(task);
  }

  /** The tasks whose live claims may overlap these paths, in order of id. */
  #near(paths: readonly string[]): readonly TaskId[] {
    const places = new Set(paths.map(placeOf));
    const folders = places.has(ANYWHERE)
      ? [...this.#live.values()]
      : [...places, ANYWHERE].map((place) => this.#live.get(place) ?? new Set<TaskId>());
    return [...new Set(folders.flatMap((tasks) => [...tasks]))].toSorted();
  }

  #index(task: TaskId): void {
    for (const place of new Set(this.#wanted.get(task)!.paths.map(placeOf))) {
      const tasks = this.#live.get(place);
      if (tasks === undefined) this.#live.set(place, new Set([task]));
      else tasks.add(task);
    }
  }

  #unindex(task: TaskId): void {
    for (const glob of this.#wanted.get(task)?.paths ?? []) {
      const tasks = this.#live.get(placeOf(glob));
      if (tasks?.delete(task) === true && tasks.size === 0) this.#live.delete(placeOf(glob));
    }
  }

  #fault(
    what: Pick<ReservationFault, "task" | "other" | "glob" | "theirs">,
    { agent, token }: Standing,
    { commit, number }: Place,
  ): void {
    if (this.#faults.length >= FAULTS_KEPT) this.#more += 1;
    else this.#faults.push({ code: "paths-overlap", ...what, agent, token, commit, number });
  }
}

const ANYWHERE = "*";

function placeOf(glob: string): string {
  return firstSegment(glob) ?? ANYWHERE;
}

function overlapOf(ours: readonly string[], others: readonly string[]) {
  for (const glob of ours) {
    const theirs = others.find((one) => globsOverlap(glob, one));
    if (theirs !== undefined) return { glob, theirs };
  }
  return undefined;
}
