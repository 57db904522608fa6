import { describe, expect, test } from "vitest";
import { err, ok, type Result } from "../../src/base/result.ts";
import type { DeskFault } from "../../src/work/desk.ts";
import type { HeldLock, LockDesk } from "../../src/work/lock-desk.ts";
import { runUnderLock, type UnderLockEvent } from "../../src/work/under-lock.ts";
import { AWAY, FakeProgram, MINUTE, SECOND, virtualTimers } from "./scene.ts";

const FENCED: DeskFault = {
  rule: "CL4",
  code: "lock-fenced",
  lock: "deploy",
  token: 1,
  current: 2,
  by: "ant-2",
};

/** A desk that answers as the test says, and remembers when it was asked what. */
class FakeLockDesk implements LockDesk {
  readonly calls: string[] = [];
  /** What every call is answered while it is set; `hang`: nothing at all. */
  all: DeskFault | "hang" | undefined;
  readonly #now: () => number;
  readonly #start: number;

  constructor(now: () => number) {
    this.#now = now;
    this.#start = now();
  }

  async take(): Promise<Result<HeldLock, DeskFault>> {
    return this.#answer("take", { name: "deploy", token: 1, until: this.#now() + MINUTE });
  }

  renew(): Promise<Result<number, DeskFault>> {
    return this.#answer("renew", this.#now() + MINUTE);
  }

  release(): Promise<Result<undefined, DeskFault>> {
    return this.#answer("release", undefined);
  }

  async #answer<T>(what: string, value: T): Promise<Result<T, DeskFault>> {
    this.calls.push(`${what} ${(this.#now() - this.#start) / SECOND}`);
    while (this.all === "hang") await new Promise((resolve) => setImmediate(resolve));
    return this.all === undefined ? ok(value) : err(this.all);
  }
}

function held(program = new FakeProgram()) {
  const { timers, advance } = virtualTimers();
  const desk = new FakeLockDesk(() => timers.now());
  const events: UnderLockEvent[] = [];
  const [stop, insist] = [new AbortController(), new AbortController()];
  const end = runUnderLock(
    { name: "deploy", token: 1, until: timers.now() + MINUTE },
    {
      desk,
      start: async () => ({
        ended: program.ended.then(({ exit }) => exit),
        signal: (name) => program.signal(name),
      }),
      timers,
      graceMs: 10 * SECOND,
      stop: stop.signal,
      insist: insist.signal,
      tell: (event) => events.push(event),
    },
  );
  const said = () => events.map(({ type }) => type);
  return { desk, program, advance, said, end, stop, insist };
}

describe("a program under a lock", () => {
  test("has its lease renewed at each third, and gives the lock back when it ends", async () => {
    const { desk, program, advance, end, said } = held();
    for (let third = 0; third < 6; third += 1) await advance(10 * SECOND);
    program.exit(3);
    await advance(0);
    expect(await end).toEqual({ exit: { kind: "code", code: 3 } });
    expect(desk.calls).toEqual(["renew 20", "renew 40", "renew 60", "release 60"]);
    expect(said()).toEqual([]);
  });

  test("is stopped when another has the lock, by SIGKILL where SIGTERM is not heeded", async () => {
    const { desk, program, advance, end, said } = held();
    desk.all = FENCED;
    await advance(20 * SECOND);
    expect(program.signals).toEqual(["SIGTERM"]);
    await advance(10 * SECOND);
    expect(program.signals).toEqual(["SIGTERM", "SIGKILL"]);
    expect(await end).toMatchObject({ lost: FENCED, exit: { kind: "signal" } });
    expect(said()).toEqual(["lost"]);
    expect(desk.calls).toEqual(["renew 20"]);
  });

  test("goes on while a renewal fails that may go well, and is told once", async () => {
    const { desk, program, advance, end, said } = held();
    desk.all = AWAY;
    await advance(50 * SECOND);
    expect(program.signals).toEqual([]);
    desk.all = undefined;
    await advance(10 * SECOND);
    program.exit(0);
    await advance(0);
    expect(await end).toEqual({ exit: { kind: "code", code: 0 } });
    expect(said()).toEqual(["trouble"]);
  });

  test.each([AWAY, "hang" as const])(
    "is stopped when the lease is over and could not be renewed: %j",
    async (why) => {
      const { desk, program, advance, end, said } = held(
        new FakeProgram({ SIGTERM: { kind: "code", code: 0 } }),
      );
      desk.all = why;
      for (let at = 0; at < 59; at += 1) await advance(SECOND);
      expect(program.signals).toEqual([]);
      await advance(SECOND);
      expect(program.signals).toEqual(["SIGTERM"]);
      desk.all = undefined;
      await advance(SECOND);
      // Whatever its status, it may have run while another had the lock.
      expect(await end).toMatchObject({ lost: expect.anything(), exit: { code: 0 } });
      expect(said()).toContain("lapsed");
      expect(desk.calls.at(-1)).toMatch(/^release/);
    },
  );

  test("after a sleep of the machine goes on, where nobody has taken the lock meanwhile", async () => {
    const { desk, program, advance, end, said } = held();
    await advance(20 * MINUTE);
    expect(program.signals).toEqual([]);
    program.exit(0);
    await advance(0);
    expect(await end).toEqual({ exit: { kind: "code", code: 0 } });
    expect(said()).toEqual([]);
    expect(desk.calls.at(-1)).toMatch(/^release/);
  });

  test("told to stop ends, and the lock is given back", async () => {
    const { desk, program, advance, end, stop, insist } = held();
    await advance(SECOND);
    stop.abort();
    expect(program.signals).toEqual(["SIGTERM"]);
    insist.abort();
    expect(program.signals).toEqual(["SIGTERM", "SIGKILL"]);
    await advance(0);
    expect(await end).toEqual({ exit: { kind: "signal", signal: "SIGKILL" } });
    expect(desk.calls).toEqual(["release 1"]);
  });

  test("whose lock cannot be given back says so, after a while", async () => {
    const { desk, program, advance, end, said } = held();
    desk.all = AWAY;
    program.exit(0);
    for (let at = 0; at < 30; at += 1) await advance(SECOND);
    expect(await end).toMatchObject({ unreleased: AWAY });
    expect(said()).toEqual(["trouble"]);
  });
});
