import { describe, expect, test } from "vitest";
import { until } from "./until.ts";

describe("until", () => {
  test("returns the first truthy value", async () => {
    let looks = 0;
    const value = await until("the third look", () => (++looks === 3 ? "here" : undefined), {
      everyMs: 1,
    });
    expect(value).toBe("here");
    expect(looks).toBe(3);
  });

  test("looks again after a condition that throws", async () => {
    let looks = 0;
    const condition = async () => {
      if (++looks < 3) throw new Error("not yet");
      return looks;
    };
    expect(await until("no error", condition, { everyMs: 1 })).toBe(3);
  });

  test("says at the deadline what it waited for and what it saw", async () => {
    const waiting = until("the moon is full", () => false, { withinMs: 5, everyMs: 1 });
    await expect(waiting).rejects.toThrow(
      "the moon is full: not within 5 ms; the last look gave false",
    );
  });

  test("keeps the error of the last look as the cause", async () => {
    const cause = new Error("connection refused");
    const failing = () => Promise.reject(cause);
    const waiting = until("the server answers", failing, { withinMs: 5, everyMs: 1 });
    await expect(waiting).rejects.toMatchObject({ cause, message: /connection refused/ });
  });
});
