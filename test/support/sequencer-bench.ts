/** A sequencer on a virtual clock, whose chains are seen and whose commands name themselves. */
import type { Accepted, Outcome, Request } from "../../src/app/request.ts";
import { PushBudget } from "../../src/app/push-budget.ts";
import { SEQUENCER_LIMITS, Sequencer, type SequencerLimits } from "../../src/app/sequencer.ts";
import { ok } from "../../src/base/result.ts";
import { virtualClock } from "../../src/memory/clock.ts";
import type { AgentId, PublicKey, TaskId } from "../../src/protocol/ids.ts";

/** A command that names itself; `agent/number`. */
export function request(agent: string, name: string | number): Request {
  return {
    agent: agent as AgentId,
    command: { type: "claim", task: `${agent}/${name}` },
    signer: { key: "key" as PublicKey, unattended: true, sign: async () => "" },
  };
}

export function nameOf({ command }: Request): string {
  return command.type === "claim" ? command.task : command.type;
}

export function done(one: Request): Outcome {
  const answer: Accepted["answer"] = { tasks: [nameOf(one) as TaskId] };
  return ok({ answer, commit: undefined });
}

/** A sequencer whose chains are seen, and wait at a gate where one is shut. */
export function bench(limits: Partial<SequencerLimits> = {}) {
  const clock = virtualClock();
  const chains: string[][] = [];
  const slept: number[] = [];
  let shut: Promise<void> | undefined;
  let open: () => void = () => undefined;
  const state = {
    carry: async (requests: readonly Request[]): Promise<readonly Outcome[]> => requests.map(done),
  };
  const sequencer = new Sequencer(
    {
      clock: {
        now: () => clock.now(),
        // Later, as a real one: whoever arrives meanwhile arrives.
        sleep: (ms) => (
          slept.push(ms),
          new Promise((resolve) => {
            setImmediate(() => void clock.advance(ms).then(resolve));
          })
        ),
      },
      budget: new PushBudget(clock, Number.POSITIVE_INFINITY),
      async submit(requests) {
        chains.push(requests.map(nameOf));
        await shut;
        return state.carry(requests);
      },
    },
    { ...SEQUENCER_LIMITS, ...limits },
  );
  return {
    clock,
    sequencer,
    chains,
    slept,
    state,
    /** Resolves when so many chains have been begun, or nothing more can happen by itself. */
    begun: async (count: number): Promise<void> => {
      for (let turn = 0; turn < 100 && chains.length < count; turn += 1) await nextTurn();
    },
    shut: () => void (shut = new Promise((resolve) => (open = resolve))),
    open: () => (open(), (shut = undefined)),
    /** Hands one command over, or several as one; answers what became of each. */
    submit: async (
      agent: string,
      names: readonly (string | number)[],
      bytes = 1,
    ): Promise<readonly string[]> => {
      const taken = sequencer.submit(
        names.map((name) => request(agent, name)),
        bytes,
      );
      if (!taken.ok) return [taken.error.code];
      const outcomes = await taken.value;
      return outcomes.map((one) => (one.ok ? one.value.answer.tasks[0]! : one.error.code));
    },
  };
}

export function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

export const numbers = (count: number): readonly number[] =>
  Array.from({ length: count }, (_, at) => at);
