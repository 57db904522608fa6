import { describe, expect, onTestFinished, test } from "vitest";
import type { Watch } from "../../src/app/ports.ts";
import { until } from "../support/until.ts";

/** A line that a test moves, and a watch on it. */
export interface Watched {
  readonly watch: Watch;
  readonly move: () => Promise<void>;
  /** Packs the refs, as `git gc` does; the line stays where it is. */
  readonly maintain: () => Promise<void>;
  /** What goes on beside the line without moving it. */
  readonly bustle: () => Promise<void>;
  readonly dispose: () => Promise<void>;
}

/** What every adapter of the port `Watch` has to do. */
export function watchContract(name: string, make: () => Promise<Watched>): void {
  async function open() {
    const watched = await make();
    onTestFinished(() => watched.dispose());
    const listen = async () => {
      const heard = { hints: 0, stop: async () => {} };
      heard.stop = await watched.watch.start(() => {
        heard.hints += 1;
      });
      onTestFinished(() => heard.stop());
      return heard;
    };
    return { ...watched, listen };
  }

  async function expectHint(heard: { readonly hints: number }, move: () => Promise<void>) {
    const before = heard.hints;
    await move();
    await until("a hint", () => heard.hints > before);
  }

  describe(`watch: ${name}`, () => {
    test("each move that is waited for gives a hint", async () => {
      const { listen, move } = await open();
      const heard = await listen();
      for (let round = 0; round < 5; round += 1) await expectHint(heard, move);
      expect(heard.hints).toBeGreaterThanOrEqual(5);
    });

    test("a burst of moves gives a hint after the last", async () => {
      const { listen, move } = await open();
      const heard = await listen();
      for (let round = 0; round < 10; round += 1) await move();
      const before = heard.hints;
      await until("a hint", () => heard.hints > 0);
      await expectHint(heard, move);
      expect(before).toBeLessThanOrEqual(10);
    });

    test("packing the refs, again and again, leaves no one deaf", async () => {
      const { listen, move, maintain } = await open();
      const heard = await listen();
      for (let round = 0; round < 3; round += 1) {
        await maintain();
        await expectHint(heard, move);
        await expectHint(heard, move);
      }
      expect(heard.hints).toBeGreaterThanOrEqual(6);
    });

    test("what moves no ref gives no hint", async () => {
      const { listen, move, bustle } = await open();
      const heard = await listen();
      for (let round = 0; round < 20; round += 1) await bustle();
      // Events come in order: once the move is heard, all before it would have been.
      const before = heard.hints;
      await expectHint(heard, move);
      expect(before).toBe(0);
    });

    test("two listen at once, and one goes on when the other stops", async () => {
      const { listen, move } = await open();
      const [one, other] = [await listen(), await listen()];
      await move();
      await until("both have hints", () => one.hints > 0 && other.hints > 0);
      await one.stop();
      const before = one.hints;
      await expectHint(other, move);
      await expectHint(other, move);
      expect(one.hints).toBe(before);
    });

    test("stopped at once after a move it is silent; to stop twice does no harm", async () => {
      const { listen, move } = await open();
      const [one, other] = [await listen(), await listen()];
      await move();
      const stopping = one.stop();
      const before = one.hints;
      await stopping;
      await one.stop();
      await until("the other has a hint", () => other.hints > 0);
      expect(one.hints).toBe(before);
    });
  });
}
