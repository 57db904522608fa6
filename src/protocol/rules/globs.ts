/**
 * Globs over the paths of a code repository, as tasks reserve them:
 *  - `?` is one character and `*` any number of them, also none; neither is a slash;
 *  - `**` as a whole segment is any number of segments, also none; elsewhere it is as `*`, as for gitignore;
 *  - a last segment without these is a file, or a folder with all that is below it: `src/auth` is as
 *    `src/auth/**`, and `src/*` is what lies in `src` itself;
 *  - all else stands for itself. Letters are told apart by case, as git's index does on every machine: a
 *    folder that ignores case (macOS, Windows) still has each file in the index under one spelling.
 * A path is one or more segments, none of them empty, `.` or `..`.
 *
 * Whether two globs have a path in common is decided by walking both at once (the product of two automata),
 * over segments and inside them over characters: at most as many steps as the product of their lengths.
 */

/** Whether some path matches both globs. */
export function globsOverlap(a: string, b: string): boolean {
  return comparePrefix(a, b) ?? new Walk(patternOf(a), patternOf(b)).meets;
}

/** A path that matches both globs; undefined where there is none. */
export function commonPath(a: string, b: string): string | undefined {
  return new Walk(patternOf(a), patternOf(b)).path();
}

/** Whether a path, taken letter by letter, matches a glob. */
export function globMatches(glob: string, path: string): boolean {
  return new Walk(patternOf(glob), path.split("/").map(literals)).meets;
}

/** Whether a path, or one below it if it is a folder, matches a glob. */
export function globTouches(glob: string, path: string): boolean {
  return new Walk(patternOf(glob), [...path.split("/").map(literals), SEGMENTS]).meets;
}

/** The first segment of a glob, where every path that matches it begins with that; else undefined. */
export function firstSegment(glob: string): string | undefined {
  const slash = glob.indexOf("/");
  const first = slash < 0 ? glob : glob.slice(0, slash);
  return /[*?]/.test(first) ? undefined : first;
}

/** Code points, or one of the two below. */
type Segment = Int32Array;

const STAR = -1;
const ANY = -2;
/** What comes after the last of a segment. */
const END = -3;
/** `**`: any number of segments. It is this very object. */
const SEGMENTS: Segment = Int32Array.of(STAR, STAR);

const ASTERISK = 0x2a;
const QUESTION = 0x3f;
const SLASH = 0x2f;
const DOT = 0x2e;
const LETTER = 0x78;

/** Decides what two globs say before their first wildcard, which is nearly always enough. */
function comparePrefix(a: string, b: string): boolean | undefined {
  const shared = Math.min(a.length, b.length);
  for (let at = 0; at < shared; at++) {
    const left = a.charCodeAt(at);
    const right = b.charCodeAt(at);
    if (isWild(left) || isWild(right)) return undefined;
    if (left !== right) return false;
  }
  if (a.length === b.length) return true;
  const next = (a.length > b.length ? a : b).charCodeAt(shared);
  return isWild(next) ? undefined : next === SLASH;
}

function isWild(letter: number): boolean {
  return letter === ASTERISK || letter === QUESTION;
}

/** Globs that have been read, for each is compared with many others. */
const PATTERNS = new Map<string, readonly Segment[]>();
/** Those of some hundred tasks, in about a megabyte. */
const PATTERNS_KEPT = 4_096;

function patternOf(glob: string): readonly Segment[] {
  const known = PATTERNS.get(glob);
  if (known !== undefined) return known;
  const pattern = glob.split("/").map((part) => (part === "**" ? SEGMENTS : wildcards(part)));
  if (pattern.at(-1)!.every((token) => token >= 0)) pattern.push(SEGMENTS);
  if (PATTERNS.size >= PATTERNS_KEPT) PATTERNS.clear();
  PATTERNS.set(glob, pattern);
  return pattern;
}

function wildcards(part: string): Segment {
  const tokens = literals(part).map((point) => {
    return point === ASTERISK ? STAR : point === QUESTION ? ANY : point;
  });
  return tokens.filter((token, at) => token !== STAR || tokens[at - 1] !== STAR);
}

function literals(part: string): Segment {
  return Int32Array.from(Array.from(part, (letter) => letter.codePointAt(0)!));
}

/** Both globs at once: a cell says whether the rest of one and the rest of the other have a path in common. */
class Walk {
  readonly #a: readonly Segment[];
  readonly #b: readonly Segment[];
  readonly #cells: Uint8Array;
  readonly #width: number;

  constructor(a: readonly Segment[], b: readonly Segment[]) {
    this.#a = a;
    this.#b = b;
    this.#width = b.length + 1;
    this.#cells = new Uint8Array((a.length + 1) * this.#width);
    for (let i = a.length; i >= 0; i--)
      for (let j = b.length; j >= 0; j--)
        if (this.#look(i, j)) this.#cells[i * this.#width + j] = 1;
  }

  get meets(): boolean {
    return this.#at(0, 0);
  }

  path(): string | undefined {
    if (!this.meets) return undefined;
    const found: string[] = [];
    let i = 0;
    let j = 0;
    while (i < this.#a.length || j < this.#b.length) {
      const left = this.#a[i];
      const right = this.#b[j];
      if (left === SEGMENTS && this.#at(i + 1, j)) i += 1;
      else if (right === SEGMENTS && this.#at(i, j + 1)) j += 1;
      else {
        found.push(commonWord(wordsOf(left!), wordsOf(right!)));
        if (left !== SEGMENTS) i += 1;
        if (right !== SEGMENTS) j += 1;
      }
    }
    // Both can be nothing at all only where they can be everything.
    return found.length === 0 ? "x" : found.join("/");
  }

  /** From the ends backwards: every cell that this one asks is known. */
  #look(i: number, j: number): boolean {
    const left = this.#a[i];
    const right = this.#b[j];
    if (left === undefined && right === undefined) return true;
    if (left === SEGMENTS && this.#at(i + 1, j)) return true;
    if (right === SEGMENTS && this.#at(i, j + 1)) return true;
    if (left === undefined || right === undefined) return false;
    // Any segment of a glob has a word, so a `**` beside it only has to stay.
    if (left === SEGMENTS) return right !== SEGMENTS && this.#at(i, j + 1);
    if (right === SEGMENTS) return this.#at(i + 1, j);
    return this.#at(i + 1, j + 1) && haveCommonWord(left, right);
  }

  #at(i: number, j: number): boolean {
    return this.#cells[i * this.#width + j] === 1;
  }
}

const WORDS: Segment = Int32Array.of(STAR);

function wordsOf(segment: Segment): Segment {
  return segment === SEGMENTS ? WORDS : segment;
}

/**
 * Inside a segment a cell says how far the word must have come before it for the rest to make a name:
 * 0 not at all, 1 to `.`, 2 to `..`, 3 beyond, for a word that is no more than two dots is no name; 4 that
 * nothing makes one. Whoever has come further can do all that others can, so that one number is enough.
 */
const NAMED = 3;
const NEVER = 4;
/** Kept between calls: many are made for one pair of globs, most of them tiny. */
let needs = new Uint8Array(4_096);

function haveCommonWord(a: Segment, b: Segment): boolean {
  const width = b.length + 1;
  if (needs.length < (a.length + 1) * width) needs = new Uint8Array((a.length + 1) * width);
  const cells = needs;
  for (let i = a.length; i >= 0; i--) {
    const left = i < a.length ? a[i]! : END;
    for (let j = b.length; j >= 0; j--) {
      const right = j < b.length ? b[j]! : END;
      const at = i * width + j;
      let need = left === END && right === END ? NAMED : NEVER;
      if (left === STAR) need = cells[at + width]!;
      if (right === STAR && cells[at + 1]! < need) need = cells[at + 1]!;
      if (left === STAR && right === STAR) {
        // Any letters may come here, so that the word is a name by the time that it goes on.
        if (need < NEVER) need = 0;
      } else if (left !== END && right !== END && (left === right || left < 0 || right < 0)) {
        const after = cells[at + (left === STAR ? 0 : width) + (right === STAR ? 0 : 1)]!;
        const dot = left === DOT || right === DOT;
        const before = after === NEVER ? NEVER : dot && after > 0 ? after - 1 : 0;
        if (before < need) need = before;
      }
      cells[at] = need;
    }
  }
  return cells[0] === 0;
}

/** The word by which two segments that have one in common meet. */
function commonWord(a: Segment, b: Segment): string {
  haveCommonWord(a, b);
  const width = b.length + 1;
  let word = "";
  let i = 0;
  let j = 0;
  let come = 0;
  while (i < a.length || j < b.length) {
    const left = a[i];
    const right = b[j];
    // Where anything may come a letter does, so that the example reads as a name.
    if (left === STAR && right === STAR && word === "") [word, come] = ["x", NAMED];
    else if (left === STAR && needs[(i + 1) * width + j]! <= come) i += 1;
    else if (right === STAR && needs[i * width + j + 1]! <= come) j += 1;
    else {
      const letter = left! >= 0 ? left! : right! >= 0 ? right! : LETTER;
      word += String.fromCodePoint(letter);
      come = letter === DOT ? Math.min(come + 1, NAMED) : NAMED;
      if (left !== STAR) i += 1;
      if (right !== STAR) j += 1;
    }
  }
  return word;
}
