import { err, ok, type Result } from "../base/result.ts";
import type { RemoteFault } from "../app/ports.ts";
import { fetchFault } from "./remote-fault.ts";
import { urlObjection } from "./remote-url.ts";
import { runGit } from "./run.ts";

export interface RemoteBranches {
  /** The branch that the origin's HEAD names, where it names one that exists. */
  readonly head: string | undefined;
  readonly branches: readonly string[];
}

/** A host that does not answer within this many milliseconds is down. */
const TIMEOUT_MS = 60_000;

/** The branches of an origin, before there is a clone of it. */
export async function remoteBranches(url: string): Promise<Result<RemoteBranches, RemoteFault>> {
  const objection = urlObjection(url);
  if (objection !== undefined) return err({ code: "remote-refused", url, detail: objection });
  const output = await runGit(["ls-remote", "--symref", url, "HEAD", "refs/heads/*"], {
    timeoutMs: TIMEOUT_MS,
  });
  if (output.exitCode !== 0) return err(fetchFault(url, output.stderr, output.timedOut));
  const text = new TextDecoder().decode(output.stdout);
  const branches = [...text.matchAll(/^[0-9a-f]{40,64}\trefs\/heads\/(.+)$/gm)].map(
    (match) => match[1]!,
  );
  const head = /^ref: refs\/heads\/(.+)\tHEAD$/m.exec(text)?.[1];
  return ok({ head: head !== undefined && branches.includes(head) ? head : undefined, branches });
}
