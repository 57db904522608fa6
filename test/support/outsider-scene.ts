import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { expect, onTestFinished } from "vitest";
import { outsider, type Checked } from "./outsider.ts";
import { Scribe } from "./scribe.ts";
import { testFolder } from "./site.ts";

/** A mound that is open to members: `root`, `ant-1` and `ant-2`. */
export async function founded(): Promise<Scribe> {
  const scribe = new Scribe(join(await testFolder(), "mound.git"));
  onTestFinished(() => scribe.close());
  const key = scribe.signer("root").key;
  const files = { "README.md": "# plan\n", ".mound/id": "x\n" };
  await scribe.must("root", { type: "init", name: "test", key, membership: "open", files });
  for (const agent of ["ant-1", "ant-2"])
    await scribe.must(agent, { type: "join", key: scribe.signer(agent).key });
  return scribe;
}

export async function added(scribe: Scribe, more: object = {}): Promise<string> {
  const answer = await scribe.must("root", { type: "add", tasks: [{ title: "work", ...more }] });
  return answer.tasks[0]!;
}

/** The same commits are taken and refused as by the judge. */
export async function expectAgreement(scribe: Scribe): Promise<Checked> {
  const checked = await outsider(scribe.gitDir);
  expect(checked.err).toBe("");
  const judged = scribe.verdicts.map(({ oid, verdict }) => [
    oid,
    verdict.accepted ? "accepted" : "refused",
    verdict.accepted ? "" : verdict.fault.rule,
  ]);
  const found = scribe.verdicts.map(({ oid }, at) => {
    const said = checked.refused.get(oid);
    return [oid, said === undefined ? "accepted" : "refused", judged[at]![2]];
  });
  expect(found).toEqual(judged);
  const refused = judged.filter(([, verdict]) => verdict === "refused").length;
  expect(checked.refused.size).toBe(refused);
  expect(checked.summary).toContain(
    `${judged.length} commits, ${judged.length - refused} accepted, ${refused} refused`,
  );
  expect(checked.summary).toContain(`mound ${scribe.id} at ${scribe.tip}`);
  const codes = audited(scribe);
  expect(checked.code).toBe(codes.plain);
  const strict = await outsider(scribe.gitDir, { options: ["--strict"] });
  expect(strict.code).toBe(codes.strict);
  return checked;
}

/** What the audit says of a repository that nobody judged in process, and the outsider: the same. */
export async function expectAudited(gitDir: string): Promise<Checked> {
  const checked = await outsider(gitDir);
  expect(checked.err).toBe("");
  const { status, stdout } = audit(gitDir, "--json");
  const { findings } = (JSON.parse(stdout) as { data: { findings: readonly Finding[] } }).data;
  const found = findings.map(
    ({ commit, rule, repaired }) => `${commit} ${rule}${repaired === null ? "" : " (repaired)"}`,
  );
  const refused = [...checked.refused].map(
    ([commit, said]) =>
      `${commit} ${said.split(" ")[0]}${said.endsWith(" (repaired)") ? " (repaired)" : ""}`,
  );
  // The audit tells first what is not repaired.
  expect(refused.toSorted()).toEqual(found.toSorted());
  expect(checked.code).toBe(status);
  return checked;
}

interface Finding {
  readonly commit: string;
  readonly rule: string;
  readonly repaired: string | null;
}

/**
 * As `mound audit` ends on the same repository, and would with `--strict`, but for digests: those only
 * Mound can compute.
 */
function audited(scribe: Scribe): { readonly plain: number; readonly strict: number } {
  const { status, stdout } = audit(scribe.gitDir, "--json");
  expect([0, 6]).toContain(status);
  const { findings } = (JSON.parse(stdout) as { data: { findings: readonly Finding[] } }).data;
  const rest = findings.filter(({ rule }) => rule !== "checkpoint-false");
  const open = rest.filter(({ repaired }) => repaired === null);
  return { plain: status === 6 && open.length > 0 ? 6 : 0, strict: rest.length > 0 ? 6 : 0 };
}

function audit(gitDir: string, ...options: readonly string[]) {
  const program = join(import.meta.dirname, "../../dist/audit.mjs");
  const args = [program, "--git-dir", gitDir, "--branch", "main", "--no-cache", ...options];
  return spawnSync(process.execPath, args, { encoding: "utf8", maxBuffer: 1 << 26 });
}
