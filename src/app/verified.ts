import type { Oid } from "../protocol/ids.ts";
import type { CommitFacts } from "../protocol/judge.ts";
import { RECORD_BYTES } from "../protocol/limits.ts";
import type { History, RawCommit, Verifier } from "./ports.ts";

/** Commits verified in one call at first: as many as it takes for threads to be worth starting. */
const FIRST_WINDOW = 1_024;
/** And from then on: enough to fill the threads, and few enough to be garbage before they are old. */
const VERIFY_WINDOW = 128;

/** Windows that are being read or verified while one is judged: three for the threads, one for git. */
const WINDOWS_AHEAD = 4;
/**
 * Commits that are judged in one go. Between two goes the answers of git and of the threads are taken
 * in: whoever judged a whole window at once would let both wait for that long.
 */
const SLICE = 64;

/** The facts of the commits after `from`, some at a time, those that follow being read meanwhile. */
export async function* verifiedCommits(
  ports: { readonly history: History; readonly verifier: Verifier },
  from: Oid | undefined,
  to: Oid,
): AsyncGenerator<readonly CommitFacts[]> {
  const { readFacts } = await import("./facts.ts");
  const windows = rawWindows(ports.history, from, to)[Symbol.asyncIterator]();
  let last: Promise<unknown> = Promise.resolve();
  const read = (): Promise<readonly CommitFacts[] | undefined> => {
    // Windows are read one after the other; verifying one holds up the reading of none.
    const raw = last.then(() => windows.next());
    last = raw;
    const facts = raw.then((next) =>
      next.done === true ? undefined : readFacts(next.value, ports.verifier),
    );
    // Whoever stops early leaves these reads unawaited; their failure is then nobody's.
    raw.catch(() => undefined);
    facts.catch(() => undefined);
    return facts;
  };
  const ahead = Array.from({ length: WINDOWS_AHEAD }, read);
  try {
    for (;;) {
      const facts = await ahead.shift();
      if (facts === undefined) return;
      ahead.push(read());
      for (let at = 0; at < facts.length; at += SLICE) {
        if (at > 0) await nextTurn();
        yield facts.slice(at, at + SLICE);
      }
    }
  } finally {
    // The processes that read history wait for a reader; they would never end by themselves.
    await last.catch(() => undefined);
    await windows.return?.(undefined);
  }
}

/** Lets everything be heard that has come in meanwhile. */
function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

async function* rawWindows(
  history: History,
  from: Oid | undefined,
  to: Oid,
): AsyncGenerator<readonly RawCommit[]> {
  let window: RawCommit[] = [];
  let size = FIRST_WINDOW;
  for await (const commit of history.commits(from, to, RECORD_BYTES)) {
    window.push(commit);
    if (window.length < size) continue;
    yield window;
    window = [];
    size = VERIFY_WINDOW;
  }
  if (window.length > 0) yield window;
}
