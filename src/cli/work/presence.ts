import { HandOver } from "../../open/hand-over.ts";
import type { AgentId } from "../../protocol/ids.ts";

/** A daemon that was started anew learns within this time, in milliseconds, who is here. */
const SAY_MS = 60_000;

/**
 * Lets the daemon of the clone, where there is one, say that a worker is here while it runs; call the
 * answer when it leaves. Without a daemon its commits tell.
 */
export async function sayHere(commonDir: string, agent: AgentId): Promise<() => Promise<void>> {
  const desk = new HandOver(commonDir);
  const say = (): void => void desk.sayPresence(agent, "here");
  await desk.sayPresence(agent, "here");
  const timer = setInterval(say, SAY_MS).unref();
  return async () => {
    clearInterval(timer);
    await desk.sayPresence(agent, "leaving");
    desk.close();
  };
}
