import type { Oid } from "../protocol/ids.ts";
import type { CommitFacts } from "../protocol/judge.ts";
import { RECORD_BYTES } from "../protocol/limits.ts";
import type { History, RawCommit, Verifier } from "./ports.ts";

/** Commits verified in one call: enough to fill the workers, few enough to hold in memory. */
const VERIFY_WINDOW = 1_024;

/** The facts of the commits after `from`, a window at a time, the next being read while one is judged. */
export async function* verifiedCommits(
  ports: { readonly history: History; readonly verifier: Verifier },
  from: Oid | undefined,
  to: Oid,
): AsyncGenerator<readonly CommitFacts[]> {
  const { readFacts } = await import("./facts.ts");
  const windows = rawWindows(ports.history, from, to)[Symbol.asyncIterator]();
  const read = async (): Promise<readonly CommitFacts[] | undefined> => {
    const next = await windows.next();
    return next.done === true ? undefined : readFacts(next.value, ports.verifier);
  };
  let pending = read();
  try {
    for (;;) {
      const facts = await pending;
      if (facts === undefined) return;
      pending = read();
      // Whoever stops early leaves this read unawaited; its failure is then nobody's.
      pending.catch(() => undefined);
      yield facts;
    }
  } finally {
    // The processes that read history wait for a reader; they would never end by themselves.
    await windows.return?.(undefined);
  }
}

async function* rawWindows(
  history: History,
  from: Oid | undefined,
  to: Oid,
): AsyncGenerator<readonly RawCommit[]> {
  let window: RawCommit[] = [];
  for await (const commit of history.commits(from, to, RECORD_BYTES)) {
    window.push(commit);
    if (window.length < VERIFY_WINDOW) continue;
    yield window;
    window = [];
  }
  if (window.length > 0) yield window;
}
