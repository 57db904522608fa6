/** Submits drafts: each becomes a command of its own, and goes once its commit is accepted. */
import { realpath } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { err, ok, type Result } from "../base/result.ts";
import { findOperation } from "../app/landed.ts";
import type { Accepted, Outcome } from "../app/request.ts";
import { moundFolder } from "../git/clone.ts";
import { readDraft, type ReadDraft } from "../protocol/commands/draft.ts";
import type { AgentId } from "../protocol/ids.ts";
import { DRAFTS_FOLDER, isInside, readDraftFile, type DraftFile } from "./draft-files.ts";
import { digest, DraftMarks, type DraftMark } from "./draft-marks.ts";
import { fieldAtFault, recordPath } from "./draft-record.ts";
import type { AnyFault } from "./faults.ts";
import type { Mound } from "./mound.ts";

/** What of an open mound it takes: so that the daemon can put its own queue in front. */
export type DraftMound = Pick<Mound, "submit" | "fetch" | "read" | "clone" | "ports" | "line">;

export type DraftOutcome = SubmittedDraft | FaultyDraft;

export interface SubmittedDraft {
  readonly kind: "submitted";
  readonly draft: DraftFile;
  readonly accepted: Accepted;
  /** Where its record lies, seen from the working tree. */
  readonly record: string;
  /**
   * Why the file is still there: it lies elsewhere than below drafts/, somebody has changed it
   * meanwhile, or the system does not let go of it.
   */
  readonly left: "elsewhere" | "changed" | "stuck" | undefined;
}

export interface FaultyDraft {
  readonly kind: "fault";
  readonly draft: DraftFile;
  readonly fault: AnyFault;
  /** Counted from 1, where it is known. */
  readonly line: number | undefined;
}

/** Drafts in one chain: few enough that each is answered soon, many enough for a folder of them. */
const BATCH = 200;
/** How often a draft may change under our eyes before it is left to its author. */
const LOOKS = 5;

/** Submits one draft that is in no file: nothing tells it from the same wish once more. */
export async function submitText(
  mound: DraftMound,
  agent: AgentId,
  name: string,
  bytes: Uint8Array,
): Promise<DraftOutcome> {
  const draft = { path: "", name };
  const read = readDraft(bytes, agent);
  if (!read.ok)
    return {
      kind: "fault",
      draft,
      ...faultAt({ code: "draft-invalid", draft: name, ...read.error }),
    };
  const [outcome] = await mound.submit(agent, [read.value.command]);
  return answered(mound, { draft, read: read.value }, outcome!, 0);
}

/** A draft that is read and marked, on its way to the line. */
interface Taken {
  readonly draft: DraftFile;
  readonly read: ReadDraft;
  readonly mark: DraftMark;
  /** Whether no earlier process may have submitted it. */
  readonly fresh: boolean;
}

/** Submits drafts of one agent, in order, and says what became of each. */
export async function submitDrafts(
  mound: DraftMound,
  agent: AgentId,
  drafts: readonly DraftFile[],
): Promise<readonly DraftOutcome[]> {
  // A file has one mark, by whatever path it was named.
  const folder = await realPath(join(mound.clone.workTree, DRAFTS_FOLDER));
  const files = await Promise.all(
    drafts.map(async ({ path, name }) => ({ path: await realPlace(path), name })),
  );
  const desk = new DraftDesk(mound, agent, folder);
  await desk.sweep();
  const outcomes: DraftOutcome[] = [];
  for (let at = 0; at < files.length; at += BATCH)
    outcomes.push(...(await desk.submit(files.slice(at, at + BATCH))));
  return outcomes.map((outcome, at) => ({ ...outcome, draft: drafts[at]! }));
}

/** The folder of a file without links on the way; the file itself may be one, which is then refused. */
async function realPlace(path: string): Promise<string> {
  return join(await realPath(dirname(path)), basename(path));
}

async function realPath(path: string): Promise<string> {
  return realpath(path).catch(() => path);
}

class DraftDesk {
  readonly #mound: DraftMound;
  readonly #agent: AgentId;
  readonly #marks: DraftMarks;
  /** Where drafts are removed; elsewhere they are left. */
  readonly #folder: string;

  constructor(mound: DraftMound, agent: AgentId, folder: string) {
    const { clone, ports } = mound;
    this.#mound = mound;
    this.#agent = agent;
    this.#marks = new DraftMarks(join(moundFolder(clone.commonDir), DRAFTS_FOLDER), ports);
    this.#folder = folder;
  }

  sweep(): Promise<void> {
    return this.#marks.sweep(this.#folder);
  }

  async submit(drafts: readonly DraftFile[]): Promise<readonly DraftOutcome[]> {
    const outcomes = new Map<DraftFile, DraftOutcome>();
    const taken: Taken[] = [];
    for (const draft of drafts) {
      const one = await this.#take(draft);
      if (one.ok) taken.push(one.value);
      else outcomes.set(draft, { kind: "fault", draft, ...faultAt(one.error) });
    }
    const answers = await this.#send(taken);
    for (const [at, one] of taken.entries())
      outcomes.set(
        one.draft,
        await this.#settle(one, answers[at]!, laterProgress(at, taken, answers)),
      );
    return drafts.map((draft) => outcomes.get(draft)!);
  }

  async #send(taken: readonly Taken[]): Promise<readonly Outcome[]> {
    if (taken.length === 0) return [];
    const commands = taken.map(({ read }) => read.command);
    const nonces = taken.map(({ mark }) => mark.nonce);
    return this.#mound.submit(this.#agent, commands, { nonces });
  }

  /**
   * Reads a draft and marks it. It is read again once the mark stands, for until then another process
   * may have submitted and removed it.
   */
  async #take(draft: DraftFile): Promise<Result<Taken, AnyFault>> {
    let bytes = await readDraftFile(draft);
    for (let look = 0; look < LOOKS; look += 1) {
      if (!bytes.ok) return bytes;
      const read = readDraft(bytes.value, this.#agent);
      if (!read.ok) return err({ code: "draft-invalid", draft: draft.name, ...read.error });
      const content = digest(bytes.value);
      const marked = await this.#mark(draft, content);
      if (!marked.ok) return marked;
      const again = await readDraftFile(draft);
      if (again.ok && digest(again.value) === content)
        return ok({ draft, read: read.value, ...marked.value });
      const gone = !again.ok && again.error.code === "draft-missing";
      if (gone || marked.value.fresh) await this.#marks.drop(marked.value.mark);
      bytes = again;
    }
    const detail = "it changes all the time";
    return err({ code: "draft-unreadable", draft: draft.name, detail });
  }

  async #mark(
    draft: DraftFile,
    content: string,
  ): Promise<Result<Pick<Taken, "mark" | "fresh">, AnyFault>> {
    const { mark, fresh } = await this.#marks.begin(draft.path, content);
    if (fresh) return ok({ mark, fresh });
    if (this.#marks.isBusy(mark))
      return err({ code: "draft-busy", draft: draft.name, pid: mark.pid });
    if (mark.content !== content) {
      // What it said before may have landed: then this is an edit that came too late.
      const fetched = await this.#mound.fetch();
      if (!fetched.ok) return fetched;
      const { nonce } = mark;
      if (await this.#mound.read((view) => view.get(`nonce/${nonce}`) !== undefined)) {
        const found = await findOperation(nonce, this.#mound.line.tip, this.#mound.ports.history);
        return err({
          code: "draft-changed",
          draft: draft.name,
          task: found?.answer.tasks[0],
        });
      }
    }
    return ok({ mark: await this.#marks.renew(mark, content), fresh });
  }

  async #settle(one: Taken, outcome: Outcome, later: number): Promise<DraftOutcome> {
    const { mark, fresh } = one;
    const said = await answered(this.#mound, one, outcome, later);
    if (said.kind === "submitted") return { ...said, left: await this.#remove(mark) };
    // Under an earlier mark it may still land, whatever is said to this try.
    if (fresh && said.fault.code !== "outcome-unknown") await this.#marks.drop(mark);
    return said;
  }

  async #remove(mark: DraftMark): Promise<SubmittedDraft["left"]> {
    if (!isInside(this.#folder, mark.path)) {
      await this.#marks.drop(mark);
      return "elsewhere";
    }
    try {
      return (await this.#marks.consume(mark)) === "removed" ? undefined : "changed";
    } catch (error) {
      // The mark stays, so that the file is not taken for a new wish.
      if ((error as NodeJS.ErrnoException).code === undefined) throw error;
      return "stuck";
    }
  }
}

async function answered(
  mound: DraftMound,
  { draft, read }: Pick<Taken, "draft" | "read">,
  outcome: Outcome,
  later: number,
): Promise<DraftOutcome> {
  const { command } = read;
  if (!outcome.ok) {
    const field = fieldAtFault(outcome.error, command);
    const line = field === undefined ? undefined : read.lineOf(field);
    return { kind: "fault", draft, fault: outcome.error, line };
  }
  const accepted = outcome.value;
  const record = await mound.read((view) => recordPath(command, accepted.answer, view, later));
  return { kind: "submitted", draft, accepted, record, left: undefined };
}

function faultAt(fault: AnyFault): Pick<FaultyDraft, "fault" | "line"> {
  return { fault, line: fault.code === "draft-invalid" ? fault.line : undefined };
}

/** How many reports of progress on the same task come after this one. */
function laterProgress(at: number, taken: readonly Taken[], answers: readonly Outcome[]): number {
  const taskOf = (index: number): string | undefined => {
    const answer = answers[index];
    const reports = taken[index]?.read.command.type === "renew";
    return reports && answer?.ok === true ? answer.value.answer.tasks[0] : undefined;
  };
  const own = taskOf(at);
  if (own === undefined) return 0;
  return answers.filter((_, index) => index > at && taskOf(index) === own).length;
}
