export interface RemoteOptions {
  /** The clone's common git directory. */
  readonly gitDir: string;
  /** A URL or an absolute path, as git understands it; never the name of a configured remote. */
  readonly url: string;
  readonly branch: string;
  readonly fetchTimeoutMs?: number;
  readonly pushTimeoutMs?: number;
  /** After this long a lock of an origin on this machine, always the same one, counts as left over. */
  readonly originLockStaleMs?: number;
}

/** A first fetch may bring a long history over a slow line. */
export const FETCH_TIMEOUT_MS = limitOr(10 * 60_000);
/** A push carries a few kilobytes; a server that takes longer will not answer. */
export const PUSH_TIMEOUT_MS = limitOr(2 * 60_000);
/** What holds for every call to an origin. */
export const REMOTE_SETTINGS = [
  // Fewer than 1,000 bytes in 30 seconds: nobody is there any more.
  "http.lowSpeedLimit=1000",
  "http.lowSpeedTime=30",
  "core.filesRefLockTimeout=500",
  "push.pushOption=",
];

/** `MOUND_TIMEOUT`, in seconds, for whoever knows how long their origin takes. */
function limitOr(usualMs: number): number {
  const seconds = Number(process.env["MOUND_TIMEOUT"]);
  return seconds > 0 && seconds <= 86_400 ? seconds * 1_000 : usualMs;
}
