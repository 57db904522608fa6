import { Walk, type WalkStep } from "../../app/walk.ts";
import type { Mound } from "../../open/mound.ts";
import { formatInstant } from "../../protocol/time.ts";
import { diffStates } from "../../protocol/views/state-diff.ts";
import { FaultError, type Context } from "../context.ts";
import { freshMound } from "../fresh.ts";
import { findCommit, namesCommit, readMoment } from "../reading/moment.ts";
import { refusalSentence } from "../reading/refusals.ts";
import type { Report } from "../report.ts";
import { sanitise, sanitiseJson, sanitiseLine } from "../sanitise.ts";
import { UsageError } from "../usage.ts";
import { diffLines } from "./diff-text.ts";
import { replayTo, tipOf } from "./point.ts";
import { type Word, wordsOf } from "./words.ts";

/** A subject may be as long as the message. */
const SUBJECT_SHOWN = 300;
const KEYS = "n next, p previous, g COMMIT, q quit";

/** `mound replay --step`: forward and back along the line, a commit at a time. */
export async function stepAlong(context: Context, to: string | undefined): Promise<Report> {
  const { mound, notes } = await freshMound(context);
  for (const note of notes) context.env.err(sanitise(`${note}\n`));
  const walk = new Walk(mound.ports, tipOf(mound));
  const total = (await mound.line.standing())?.line.commits ?? 0;
  const typed = context.env.stdin?.isTTY === true;
  const stepper = new Stepper(context, mound, walk, total);
  try {
    await stepper.begin(to);
    if (typed) context.env.err(`${KEYS}\n`);
    for await (const word of wordsOf(context.env)) {
      if (word.kind === "quit") break;
      await (typed ? stepper.try(word) : stepper.take(word));
    }
  } finally {
    await walk.close();
  }
  return { data: undefined, text: "", streamed: true };
}

class Stepper {
  readonly #context: Context;
  readonly #mound: Mound;
  readonly #walk: Walk;
  readonly #total: number;

  constructor(context: Context, mound: Mound, walk: Walk, total: number) {
    this.#context = context;
    this.#mound = mound;
    this.#walk = walk;
    this.#total = total;
  }

  async begin(to: string | undefined): Promise<void> {
    if (to === undefined) {
      await this.#walk.forward();
    } else {
      const wanted = await readMoment(this.#mound, to, "--to");
      const commit =
        "commit" in wanted
          ? wanted.commit
          : (await replayTo(this.#context, this.#mound, wanted)).commit;
      await this.#walk.to(commit);
    }
    await this.#show();
  }

  /** The same as `take`, where somebody at a keyboard may type again. */
  async try(word: Word): Promise<void> {
    try {
      await this.take(word);
    } catch (error) {
      if (!(error instanceof FaultError || error instanceof UsageError)) throw error;
      const { explain } = await import("../explain.ts");
      const said = error instanceof FaultError ? explain(error.fault).message : error.message;
      this.#context.env.err(sanitise(`${said}\n`));
    }
  }

  async take(word: Word): Promise<void> {
    switch (word.kind) {
      case "next":
        if (await this.#walk.forward()) return this.#show();
        return this.#say("This is the newest commit.");
      case "previous":
        if (await this.#walk.back()) return this.#show();
        return this.#say("This is the first commit.");
      case "go":
        if (!namesCommit(word.commit))
          throw new UsageError(`"${word.commit}" is no commit: g takes at least 4 digits of one.`);
        await this.#walk.to(await findCommit(this.#mound, word.commit));
        return this.#show();
      case "unknown":
        throw new UsageError(`"${word.text}" is nothing to do here: ${KEYS}.`, "mound help replay");
      case "quit":
        return undefined;
    }
  }

  #say(sentence: string): void {
    this.#context.env.err(`${sentence}\n`);
  }

  async #show(): Promise<void> {
    const { env, options } = this.#context;
    const { here, before, state, number } = this.#walk;
    if (here === undefined) return;
    const changes = diffStates(
      { state: before, time: before.get("line")?.time ?? 0 },
      { state, time: state.get("line")?.time ?? 0 },
      [...here.verdict.delta.keys()],
    );
    const told = { ...(await tellStep(here)), number };
    if (options.json === true) {
      env.out(`${sanitiseJson(JSON.stringify({ v: 1, ...told, of: this.#total, changes }))}\n`);
      return;
    }
    const { commit, time, author, subject, refused } = told;
    const lines = [
      `${number} of ${this.#total}  ${commit.slice(0, 12)}  ${time}  ${sanitiseLine(author) || "nobody"}: ${sanitiseLine(subject)}`,
      refused === null ? "  accepted" : `  REFUSED: ${sanitiseLine(refused.message)}`,
      ...diffLines(changes).map((line) => `  ${line}`),
    ];
    env.out(`${lines.join("\n")}\n\n`);
  }
}

async function tellStep({ facts, verdict }: WalkStep) {
  const { commit } = facts;
  const refused = verdict.accepted
    ? null
    : {
        rule: verdict.fault.rule,
        code: verdict.fault.code,
        message: await refusalSentence({ fault: { ...verdict.fault } }),
      };
  return {
    commit: facts.oid,
    time: formatInstant(commit === undefined ? verdict.time : commit.committer.seconds * 1_000),
    author: commit?.author.name ?? "",
    subject: (commit?.message.split("\n")[0] ?? "").slice(0, SUBJECT_SHOWN),
    accepted: verdict.accepted,
    refused,
  };
}
