import { expect, test } from "vitest";
import { prng } from "../../../src/base/prng.ts";
import { readLedger } from "../../../src/daemon/reactions/store.ts";
import { testFolder } from "../../support/folder.ts";
import { batch, event } from "../../support/reactions.ts";
import { runs } from "../../support/scale.ts";
import { bundleReactor, Reactor } from "./reactor.ts";

/** Says that it begins and that it has ended; every seventh event fails at its first try. */
const SCRIPT = `
echo "begin $MOUND_TASK $MOUND_EVENT_ID" >> runs
case "$MOUND_EVENT_ID" in
  *[07]) if [ ! -e "failed-$MOUND_EVENT_ID" ]; then : > "failed-$MOUND_EVENT_ID"; exit 1; fi ;;
esac
echo "end $MOUND_TASK $MOUND_EVENT_ID" >> runs
`;
const FILE = `
reactions:
  - name: note
    on: [task.*]
    run: [/bin/sh, ./note.sh]
    retries: 20
    concurrency: 4
`;
const TASKS = 12;
const { numRuns: KILLS, seed = Date.now() % 2 ** 31 } = runs(25);
/** More than are done between the kills. */
const EVENTS = 20 * KILLS;

test(
  "killed at any moment, again and again, every event is delivered at least once and in order per task",
  async () => {
    const program = await bundleReactor(testFolder("mound-test-reactor-"));
    const random = prng(seed);
    const draw = (below: number): number => Math.floor((random() / 2 ** 32) * below);
    const tasks = Array.from({ length: EVENTS }, () => `k3f9qz${draw(TASKS).toString(32)}-t`);
    const events = tasks.map((task, at) => event(String(1_000 + at), task));
    const batches = [];
    for (let at = 0; at < EVENTS; at += batches.at(-1)!.events.length)
      batches.push(batch(...events.slice(at, at + 1 + draw(9))));
    const reactor = new Reactor(program, FILE, batches);
    reactor.write("note.sh", SCRIPT);

    const ends: (string | null)[] = [];
    for (let kill = 0; kill < KILLS; kill++) {
      const { child, ready, ended } = reactor.start();
      // While it reads its log, or while it works. A moment and not a wait: any will do.
      if (kill % 4 > 0) await ready;
      await Promise.race([ended, elapsed(draw(100))]);
      child.kill("SIGKILL");
      ends.push((await ended).signal);
    }
    const last = await reactor.start().ended;
    expect(last, `seed ${seed}`).toMatchObject({ code: 0, signal: null });

    const lines = reactor.lines("runs");
    for (const task of new Set(tasks)) {
      const own = lines.filter(([, about]) => about === task);
      const wanted = events.filter((one) => one.task === task).map(({ id }) => id);
      const ended = own.filter(([what]) => what === "end").map(([, , id]) => id!);
      expect([...new Set(ended)], `seed ${seed}, task ${task}`).toEqual(wanted);
      // What was tried again after a kill was the newest of its task: nothing later had begun.
      const order = own.map(([, , id]) => Number(id));
      expect(order, `seed ${seed}, task ${task}`).toEqual(order.toSorted((a, b) => a - b));
    }
    const { ledger, damaged } = readLedger(reactor.path("state"));
    expect([ledger.waiting(), ledger.dead(), damaged]).toEqual([[], [], 0]);
    // The kills did come in the middle: programs were begun that neither ended nor failed.
    const begun = lines.filter(([what]) => what === "begin").length;
    const failed = events.filter(({ id }) => /[07]$/.test(id)).length;
    expect(begun - EVENTS - failed, `kills: ${ends.join()}`).toBeGreaterThan(0);
  },
  60_000 + KILLS * 1_000,
);

function elapsed(ms: number): Promise<void> {
  return new Promise((resolve) => {
    AbortSignal.timeout(ms).addEventListener("abort", () => resolve());
  });
}
