import {
  compareMoments,
  momentId,
  momentsOf,
  type Moment,
  type Timed,
} from "../protocol/views/moments.ts";

/** What time will make of tasks and locks, the nearest first. */
export class Agenda {
  /** Sorted: a look at the nearest is free, and a change moves a few kilobytes. */
  readonly #moments: Moment[];

  /** `after`: milliseconds; what came up to then was given already. */
  constructor(timed: readonly Timed[], after: number) {
    this.#moments = timed
      .flatMap(momentsOf)
      .filter(({ at }) => at > after)
      .toSorted(compareMoments);
  }

  /** When the nearest moment comes, in milliseconds; undefined: nothing is ahead. */
  get next(): number | undefined {
    return this.#moments[0]?.at;
  }

  /** Takes out all that come at the nearest moment, where that is not after `until`. */
  take(until: number): readonly Moment[] {
    const at = this.next;
    if (at === undefined || at > until) return [];
    const end = this.#moments.findIndex((moment) => moment.at > at);
    return this.#moments.splice(0, end < 0 ? this.#moments.length : end);
  }

  /** Takes in what became of one; answers the moments that are new and lie not after `past`. */
  change(before: Timed | undefined, after: Timed, past: number): readonly Moment[] {
    const known = before === undefined ? [] : momentsOf(before);
    for (const moment of known) this.#remove(moment);
    const ids = new Set(known.map(momentId));
    const late: Moment[] = [];
    for (const moment of momentsOf(after)) {
      if (moment.at > past) this.#insert(moment);
      else if (!ids.has(momentId(moment))) late.push(moment);
    }
    return late;
  }

  #insert(moment: Moment): void {
    this.#moments.splice(this.#placeOf(moment), 0, moment);
  }

  #remove(moment: Moment): void {
    const place = this.#placeOf(moment);
    const found = this.#moments[place];
    if (found !== undefined && compareMoments(found, moment) === 0) this.#moments.splice(place, 1);
  }

  /** The first place whose moment does not come before this one. */
  #placeOf(moment: Moment): number {
    let low = 0;
    let high = this.#moments.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (compareMoments(this.#moments[middle]!, moment) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
