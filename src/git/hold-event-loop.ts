import type { ChildProcessWithoutNullStreams } from "node:child_process";

/** Node waits for a child and for each of its pipes; an idle one must not be waited for. */
export function holdEventLoop(child: ChildProcessWithoutNullStreams, hold: boolean): void {
  const handles = [
    child,
    child.stdin,
    child.stdout,
    child.stderr,
  ] as unknown as NodeJS.RefCounted[];
  for (const handle of handles) {
    if (hold) handle.ref();
    else handle.unref();
  }
}
