/**
 * Deeds counted once more from the accepted records of a world, by SPEC.md, section TR: as a list of what each
 * member said of each other, without the folded state and without sums.
 */
import type { World } from "./world.ts";

const WEEK = 7 * 24 * 3_600_000;
const WEEKS = 26;

interface Saying {
  readonly rater: string;
  readonly subject: string;
  readonly skills: readonly string[];
  readonly week: number;
  good: number;
  readonly bad: number;
}

interface Task {
  readonly creator: string;
  readonly needs: readonly string[];
  readonly review: boolean;
  readonly value: number;
  holder: string;
  done:
    | { readonly worker: string; readonly asked: boolean; presumed: Saying | undefined }
    | undefined;
}

/** The fields of all kinds that matter here. */
interface Fields {
  readonly id: string;
  readonly task: string;
  readonly agent: string;
  readonly creator: string;
  readonly outcome: string;
  readonly verdict: string;
  readonly key: string;
  readonly operator?: string;
  readonly needs?: readonly string[];
  readonly review?: string;
  readonly value?: number;
  readonly review_value?: number;
}

export class DeedCount {
  readonly sayings: Saying[] = [];
  /** By agent: the weeks of its lapses, two quarters each. */
  readonly lapses = new Map<string, number[]>();
  readonly #tasks = new Map<string, Task>();
  readonly #keys = new Map<string, string>();
  readonly #named = new Map<string, string>();
  readonly #signed = new Map<string, string>();
  #reviewValue = 0;

  constructor(world: World) {
    for (const verdict of world.verdicts) {
      if (!verdict.accepted) continue;
      const week = Math.floor(verdict.time / WEEK);
      const keys = new Map(this.#keys);
      for (const { kind, fields, signers } of verdict.records)
        this.#take(kind, fields as unknown as Fields, week, (name) =>
          (signers as readonly string[]).includes(keys.get(name) ?? "nobody"),
        );
    }
  }

  /** Quarters in the weeks kept, by `subject rater skill`; pairs without any are left out. */
  sums(now: number): ReadonlyMap<string, string> {
    const sums = new Map<string, [number, number]>();
    for (const { rater, subject, skills, week, good, bad } of this.sayings) {
      if (week <= Math.floor(now / WEEK) - WEEKS) continue;
      for (const skill of new Set(["*", ...skills])) {
        const name = `${subject} ${rater} ${skill} ${week}`;
        const [g, b] = sums.get(name) ?? [0, 0];
        sums.set(name, [g + good, b + bad]);
      }
    }
    const some = [...sums].filter(([, [g, b]]) => g + b > 0);
    return new Map(some.map(([name, [g, b]]) => [name, `${g} ${b}`] as const));
  }

  #take(kind: string, fields: Fields, week: number, signs: (name: string) => boolean): void {
    const task = this.#tasks.get(fields.task);
    if (kind === "mound") this.#reviewValue = fields.review_value ?? 0;
    else if (kind === "agent") this.#join(fields, signs);
    else if (kind === "task") {
      const { id, creator, needs = [], review, value = 0 } = fields;
      const said = { creator, needs, review: review === "required", value };
      const { holder = "", done } = this.#tasks.get(id) ?? {};
      this.#tasks.set(id, { ...said, holder, done });
    } else if (kind === "claim") task!.holder = fields.agent;
    else if (kind === "attempt") this.#end(task!, fields.outcome, week);
    else if (kind === "review") this.#review(task!, fields.agent, fields.verdict, week);
  }

  #join({ agent, key, operator }: Fields, signs: (name: string) => boolean): void {
    this.#keys.set(agent, key);
    this.#named.delete(agent);
    this.#signed.delete(agent);
    if (operator === undefined) return;
    this.#named.set(agent, operator);
    if (signs(operator)) this.#signed.set(agent, operator);
  }

  #end(task: Task, outcome: string, week: number): void {
    const { creator, holder, needs } = task;
    task.done = undefined;
    if (outcome === "expired") this.lapses.set(holder, [...(this.lapses.get(holder) ?? []), week]);
    if (outcome === "failed") this.#blame(creator, holder, needs, 2, week);
    if (outcome !== "done") return;
    const asked = task.review || (this.#reviewValue > 0 && task.value >= this.#reviewValue);
    const presumed = asked ? undefined : this.#praise(creator, holder, needs, 2, week);
    task.done = { worker: holder, asked, presumed };
  }

  #review({ creator, needs, done }: Task, by: string, verdict: string, week: number): void {
    const { worker, presumed } = done!;
    if (verdict === "accepted") {
      const rest = by === creator && presumed !== undefined ? 2 : 4;
      this.#praise(by, worker, needs, rest, week);
    } else {
      if (presumed !== undefined) presumed.good = 0;
      this.#blame(by, worker, needs, 4, week);
    }
  }

  /** Whether the same agent stands behind both, however many signed steps away. */
  #areOne(a: string, b: string): boolean {
    const [behindA, behindB] = [this.#behind(a), this.#behind(b)];
    return [...behindA].some((name) => behindB.has(name));
  }

  #behind(name: string): ReadonlySet<string> {
    const found = new Set([name]);
    let at = this.#signed.get(name);
    while (at !== undefined && !found.has(at)) {
      found.add(at);
      at = this.#signed.get(at);
    }
    return found;
  }

  #praise(
    rater: string,
    subject: string,
    skills: readonly string[],
    quarters: number,
    week: number,
  ): Saying | undefined {
    const names = [rater, this.#named.get(rater)];
    if (names.some((name) => name === subject) || this.#areOne(rater, subject)) return undefined;
    const operator = this.#named.get(subject);
    if (operator !== undefined && names.includes(operator)) return undefined;
    const mutual = this.sayings.some(
      (one) =>
        one.rater === subject && one.subject === rater && one.good > 0 && one.week > week - WEEKS,
    );
    const saying = { rater, subject, skills, week, good: mutual ? quarters / 2 : quarters, bad: 0 };
    this.sayings.push(saying);
    return saying;
  }

  #blame(rater: string, subject: string, skills: readonly string[], bad: number, week: number) {
    const names = [rater, this.#named.get(rater)];
    const operator = this.#signed.get(subject);
    if (this.#areOne(rater, subject)) return;
    if (names.includes(subject) || (operator !== undefined && names.includes(operator))) return;
    this.sayings.push({ rater, subject, skills, week, good: 0, bad });
  }
}
