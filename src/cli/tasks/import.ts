import { viewMatched } from "../../protocol/views/unmatched.ts";
import { act } from "../act.ts";
import { FaultError, type Context } from "../context.ts";
import { explainRule } from "../explain-rule.ts";
import { freshMound } from "../fresh.ts";
import { fileOption } from "../options.ts";
import { plural } from "../plural.ts";
import type { Report } from "../report.ts";
import { taskJson } from "../shapes.ts";
import { UsageError } from "../usage.ts";
import { checkImport, specOf } from "./import-check.ts";
import { readImportFile, type ImportEntry, type ImportFault } from "./import-file.ts";

/** Faults that a person is shown; a program gets them all. */
const SHOWN = 25;

/** `mound task import FILE|-`: many tasks in one commit, all or none. */
export async function importTasks(
  context: Context,
  [name = "-"]: readonly (string | undefined)[],
): Promise<Report> {
  const file = readImportFile((await fileOption(context, name))!);
  const { mound, notes } = await freshMound(context);
  const source = name === "-" ? "standard input" : name;
  const faults = await mound.read((view) => checkImport(file, view));
  if (faults.length > 0) throw refusal(source, faults);
  if (file.entries.length === 0)
    throw new UsageError(`There are no tasks in ${source}.`, "mound help task import");
  const { answer, commit } = await act(context, {
    type: "add",
    tasks: file.entries.map(specOf),
  }).catch((error: unknown) => {
    throw asRefusal(error, source, file.entries);
  });
  const labels = file.entries.map(({ fields }) => fields.get("label")?.value);
  const tasks = await mound.read((view, now) => {
    view.keys("able/");
    return answer.tasks.map((id) => viewMatched(view, view.get(`task/${id}`)!, now));
  });
  const unmatched = tasks.filter((task) => task.unmatched !== undefined).length;
  const lines = tasks.map(({ id }, index) =>
    labels[index] === undefined ? id : `${id}  (${String(labels[index])})`,
  );
  return {
    data: {
      tasks: tasks.map((task, index) => ({ ...taskJson(task), label: labels[index] ?? null })),
      commit: commit ?? null,
    },
    text: [
      `Added ${tasks.length} ${tasks.length === 1 ? "task" : "tasks"} in one commit.`,
      ...lines,
    ].join("\n"),
    next: ["mound task list"],
    notes: unmatched === 0 ? notes : [...notes, unmatchedNote(unmatched)],
  };
}

function unmatchedNote(count: number): string {
  return `${plural(count, "task needs", "tasks need")} what no member says that it can do; see them: mound status`;
}

function refusal(source: string, faults: readonly ImportFault[]): UsageError {
  const lines = faults.slice(0, SHOWN).map((fault) => `  line ${fault.line}: ${fault.message}`);
  if (faults.length > SHOWN) lines.push(`  and ${faults.length - SHOWN} more.`);
  const count = faults.length === 1 ? "a fault" : `${faults.length} faults`;
  const message = `Nothing was added, because there is ${count} in ${source}:\n${lines.join("\n")}`;
  return new UsageError(message, "Mend these lines and import again.", {
    code: "import-invalid",
    details: { faults },
  });
}

/** What only the newest state could tell, at the lines of the entries that it is about. */
function asRefusal(error: unknown, source: string, entries: readonly ImportEntry[]): unknown {
  if (!(error instanceof FaultError) || error.fault.code !== "entries-invalid") return error;
  const faults = error.fault.faults.map(({ entry, fault }) => ({
    line: entries[entry]!.line,
    entry,
    message: explainRule(fault).message,
  }));
  return refusal(source, faults);
}
