/** Refs beside the line at an origin: heartbeats, pushed by force and fetched all at once. */
import { assert } from "../base/assert.ts";
import { err, ok, type Result } from "../base/result.ts";
import { PRESENCE_REFS, STATE_REFS, type RemoteFault, type Rider } from "../app/ports.ts";
import { isOid, type AgentId, type Oid } from "../protocol/ids.ts";
import { fetchRefs } from "./fetch-refs.ts";
import { carriedRiders, remoteWords } from "./push-outcome.ts";
import { gitRefs, isRefName } from "./refs.ts";
import { contactFault } from "./remote-fault.ts";
import { PUSH_TIMEOUT_MS, REMOTE_SETTINGS, type RemoteOptions } from "./remote-options.ts";
import { gitText, runGit } from "./run.ts";

/** The arguments of a push before its URL; no configuration of a person takes part. */
export const PUSH_ARGUMENTS = [
  "push",
  "--porcelain",
  "--no-verify",
  "--no-follow-tags",
  "--no-signed",
  "--recurse-submodules=no",
];

/** Nobody's work depends on presence, so that a slow origin is not waited for as long as for the line. */
const PRESENCE_TIMEOUT_MS = 60_000;

/** Each rider as git's `push` takes it: by force, whatever the ref is at. */
export function riderRefspecs(riders: readonly Rider[]): readonly string[] {
  return riders.map(({ ref, oid }) => {
    const place = [PRESENCE_REFS, STATE_REFS].find((refs) => ref.startsWith(refs));
    assert(place !== undefined && isRefName(ref), `not a rider's ref: ${ref}`);
    return `+${oid}:${ref}`;
  });
}

export async function publishRiders(
  options: RemoteOptions,
  riders: readonly Rider[],
): Promise<Result<undefined, RemoteFault>> {
  if (riders.length === 0) return ok(undefined);
  const { gitDir, url, pushTimeoutMs: timeoutMs = PUSH_TIMEOUT_MS } = options;
  const args = [...PUSH_ARGUMENTS, url, ...riderRefspecs(riders)];
  const output = await runGit(args, { gitDir, timeoutMs, settings: REMOTE_SETTINGS });
  const report = {
    timedOut: output.timedOut,
    stdout: new TextDecoder().decode(output.stdout),
    riders: riders.map(({ ref }) => ref),
  };
  const carried = new Set(carriedRiders(report));
  const lost = riders.filter(({ ref }) => !carried.has(ref));
  if (lost.length === 0) return ok(undefined);
  if (output.timedOut) return err({ code: "remote-unreachable", url, detail: "no answer in time" });
  const contact = report.stdout === "" ? contactFault(url, output.stderr) : undefined;
  if (contact !== undefined) return err(contact);
  const said = remoteWords(output.stderr) || output.stderr.trim();
  const detail = `${lost.map(({ ref }) => ref).join(", ")}: ${said}`;
  return err({ code: report.stdout === "" ? "remote-unreachable" : "remote-refused", url, detail });
}

/**
 * Brings the heartbeats of an origin into refs of the same names. What the origin dropped is dropped
 * here too: a ref that stood where another's folder is to be would stop every later fetch.
 */
export async function fetchPresence(
  options: RemoteOptions,
): Promise<Result<readonly Rider[], RemoteFault>> {
  const fetched = await fetchRefs(
    { fetchTimeoutMs: PRESENCE_TIMEOUT_MS, ...options },
    { refspec: `+${PRESENCE_REFS}*:${PRESENCE_REFS}*`, into: PRESENCE_REFS, prune: true },
  );
  return fetched.ok ? ok(await listPresence(options.gitDir)) : fetched;
}

/** Brings the folded state of an agent into the ref of the same name; undefined: the origin has none. */
export async function fetchState(
  options: RemoteOptions,
  agent: AgentId,
): Promise<Result<Oid | undefined, RemoteFault>> {
  const ref = `${STATE_REFS}${agent}`;
  const wish = { refspec: `+${ref}:${ref}`, into: STATE_REFS, prune: false };
  const fetched = await fetchRefs(options, wish);
  if (!fetched.ok) return fetched;
  return ok(fetched.value === "missing" ? undefined : await gitRefs(options.gitDir).read(ref));
}

/** The refs of heartbeats in a git directory, in order of their names. */
export async function listPresence(gitDir: string): Promise<readonly Rider[]> {
  const text = await gitText(["for-each-ref", "--format=%(objectname) %(refname)", PRESENCE_REFS], {
    gitDir,
  });
  return text.split("\n").flatMap((line) => {
    const [oid, ref] = [line.slice(0, 40), line.slice(41)] as const;
    return isOid(oid) ? [{ ref, oid }] : [];
  });
}
