import { execFileSync } from "node:child_process";
import { recordNamespace } from "../../src/protocol/signature.ts";
import { lockTamperings } from "./lock-tamperings.ts";
import type { Scribe, Sealed, Written } from "./scribe.ts";
import { deskOf, HOUR, MINUTE, type Desk, type Tamperings } from "./tampering-desk.ts";
import { wronglyDeclined } from "./tampering-declines.ts";

/** Ways to break the rules about a task that ant-1 holds under token 1; each name begins with the rule. */
export function tamperings(scribe: Scribe, task: string): Tamperings {
  const desk = deskOf(scribe, task);
  return {
    ...badlySigned(scribe, desk),
    ...fenced(scribe, desk),
    ...misplaced(scribe, desk),
    ...falselyCounted(scribe, desk),
    ...wronglyDeclined(scribe, task, desk),
    ...falselyDeclared(scribe, desk),
    ...lockTamperings(scribe),
  };
}

function badlySigned(scribe: Scribe, { lock, claim, byAnt1 }: Desk): Tamperings {
  return {
    "LN4 the commit is signed by another": async () => ({
      author: "ant-1",
      files: { [lock]: await claim("ant-1", "1") },
      signer: scribe.made("stranger"),
    }),
    "RE7 the record is signed by another": async () =>
      byAnt1({ [lock]: await claim("ant-1", "1", {}, { signers: [scribe.signer("ant-2")] }) }),
    "RE6 other bytes are signed": async () =>
      byAnt1({ [lock]: await claim("ant-1", "1", {}, { forged: "kind: claim\n" }) }),
    "RE6 another mound's": async () =>
      byAnt1({
        [lock]: await claim("ant-1", "1", {}, { namespace: recordNamespace("0".repeat(52)) }),
      }),
    "RE6 another namespace": async () =>
      byAnt1({ [lock]: await claim("ant-1", "1", {}, { namespace: "git" }) }),
    "RE6 not signed": async () => byAnt1({ [lock]: (await claim("ant-1", "1")).split("---\n")[0] }),
    "RE2 cut": async () => byAnt1({ [lock]: (await claim("ant-1", "1")).slice(0, -40) }),
    "RE6 wrapped otherwise": async () =>
      byAnt1({
        [lock]: (await claim("ant-1", "1"))
          .replace(/^(U1NI.{66})(.{30})/m, "$1\n$2")
          .replace(/^(U1NI.{40})(.*)\n/m, "$1\n$2"),
      }),
    "LN5 in another's name": async () => ({
      author: "ant-2",
      files: { [lock]: await claim("ant-1", "1") },
    }),
  };
}

function fenced(scribe: Scribe, { folder, lock, at, claim, attempt, byAnt1 }: Desk): Tamperings {
  return {
    "CL4 over a live claim": async () => ({
      author: "ant-2",
      files: { [lock]: await claim("ant-2", "1") },
    }),
    "CL1 over a live claim, with the next token": async () => ({
      author: "ant-2",
      files: { [lock]: await claim("ant-2", "2") },
    }),
    "CL4 a finish by a stranger": async () => ({
      author: "ant-2",
      files: {
        [lock]: undefined,
        [`${folder}/attempts/1.yaml`]: await attempt("ant-2", "1", "done"),
      },
    }),
    "CL4 a finish under another token": async () =>
      byAnt1({
        [lock]: undefined,
        [`${folder}/attempts/2.yaml`]: await attempt("ant-1", "2", "done"),
      }),
    "AT1 expired too soon": async () => ({
      author: "ant-2",
      files: {
        [lock]: await claim("ant-2", "2"),
        [`${folder}/attempts/1.yaml`]: await attempt("ant-2", "1", "expired"),
      },
    }),
    "PA3 the lock alone goes": async () => byAnt1({ [lock]: undefined }),
    "PA3 the lock stays": async () =>
      byAnt1({ [`${folder}/attempts/1.yaml`]: await attempt("ant-1", "1", "done") }),
    "PA3 a task goes": async () => byAnt1({ [`${folder}/task.yaml`]: undefined }),
    "CL13 longer than allowed": async () =>
      byAnt1({ [lock]: await claim("ant-1", "1", { until: at(9 * HOUR) }) }),
    "CL2 a renewal that is none": async () =>
      byAnt1({ [lock]: await claim("ant-1", "1", { until: at(MINUTE) }) }),
    "LN3 in the future": async () =>
      byAnt1({ [lock]: await claim("ant-1", "1", { at: at(10 * MINUTE), until: at(2 * HOUR) }) }),
    "LN2 back in time": async () => ({
      ...byAnt1({ [lock]: await claim("ant-1", "1") }),
      time: scribe.now - HOUR,
    }),
    "RE8 a nonce again": async () =>
      byAnt1({
        [lock]: await claim("ant-1", "1", {
          nonce: /nonce: (\S+)/.exec(scribeText(scribe, "agents/ant-1/agent.yaml"))![1],
        }),
      }),
    "RE10 never landed": async () =>
      byAnt1({ [lock]: await claim("ant-1", "1", { seen: "0".repeat(40) }) }),
  };
}

function misplaced(scribe: Scribe, { lock, claim, byAnt1 }: Desk): Tamperings {
  const agent = (name: string, key: string, more: object = {}, sealed: Sealed = {}) =>
    scribe.record(
      "agent",
      `agents/${name}/agent.yaml`,
      { agent: name, key: scribe.signer(key).key, ...more },
      sealed,
    );
  return {
    "RE5 at another place": async () =>
      byAnt1({ "tasks/00/claim.lock": await claim("ant-1", "1") }),
    "RE3 no such kind": async () => byAnt1({ "x.yaml": "kind: x\n" }),
    "RE2 no map": async () => byAnt1({ "x.yaml": "- a\n" }),
    "RE2 a key twice": async () => byAnt1({ "x.yaml": "kind: claim\nkind: claim\n" }),
    "RE2 carriage returns": async () => byAnt1({ "x.yaml": "kind: claim\r\n" }),
    "RE2 no UTF-8": async () => ({
      author: "ant-1",
      files: { "x.yaml": new Uint8Array([0x6b, 0xff, 0x0a]) },
    }),
    "RE2 a NUL": async () => byAnt1({ "x.yaml": "kind: \0\n" }),
    "RE4 a field too many": async () =>
      byAnt1({
        [lock]: (await claim("ant-1", "1")).replace("kind: claim\n", "kind: claim\ncolour: red\n"),
      }),
    "RE1 too large": async () => byAnt1({ "x.yaml": "a".repeat(20_000) }),
    "PA1 not in the grammar": async () => byAnt1({ "Tasks/x": "a" }),
    "PA4 furniture": async () => byAnt1({ ".mound/verify.sh": "exit 0\n" }),
    "AG7 another's record": async () => ({
      author: "ant-2",
      files: {
        "agents/ant-1/agent.yaml": await scribe.record("agent", "agents/ant-1/agent.yaml", {
          agent: "ant-1",
          key: scribe.signer("ant-1").key,
          by: "ant-2",
          status: "revoked",
        }),
      },
    }),
    "AG3 a key that is another's": async () => ({
      author: "ant-9",
      signer: scribe.signer("ant-2"),
      files: {
        "agents/ant-9/agent.yaml": await scribe.record(
          "agent",
          "agents/ant-9/agent.yaml",
          { agent: "ant-9", key: scribe.signer("ant-2").key },
          { signers: [scribe.signer("ant-2")] },
        ),
      },
    }),
    "AG6 a new key that has not signed": async () =>
      byAnt1({
        "agents/ant-1/agent.yaml": await scribe.record("agent", "agents/ant-1/agent.yaml", {
          agent: "ant-1",
          key: scribe.made("new").key,
        }),
      }),
    "MO3 settings by a member": async () =>
      byAnt1({
        "mound.yaml": await scribe.record(
          "mound",
          "mound.yaml",
          {
            protocol: "1",
            name: "x",
            membership: "open",
            roots: [`ant-1 ${scribe.signer("ant-1").key}`],
            threshold: "1",
          },
          { signers: [scribe.signer("ant-1")] },
        ),
      }),
    "LN4 a stranger joins with another's signature": async () => ({
      author: "ant-8",
      signer: scribe.signer("ant-2"),
      files: { "agents/ant-8/agent.yaml": await agent("ant-8", "ant-8") },
    }),
  };
}

/** What ant-1 says that it can do, and cannot say so. */
function falselyDeclared(scribe: Scribe, { byAnt1 }: Desk): Tamperings {
  const path = "agents/ant-1/capabilities.yaml";
  const able = async (more: object): Promise<Written> =>
    byAnt1({
      [path]: await scribe.record("capabilities", path, {
        agent: "ant-1",
        skills: ["git", "sh"],
        ...more,
      }),
    });
  const tags = Array.from({ length: 17 }, (_, n) => `t${n}`).join(" ");
  return {
    "CP2 more than it can carry": () => able({ load: "3", capacity: "2" }),
    "CP2 two at a time, which it has not said": () => able({ load: "2" }),
    "CP3 a skill twice": () => able({ skills: ["git", "git"] }),
    "CP3 a tag that is a skill": () => able({ tags: ["gpu", "sh"] }),
    "CP4 the name of another skill": () => able({ skill_names: ["rust Rust"] }),
    "CP4 two texts of one skill": () => able({ skill_texts: ["sh one: two", "git x", "sh three"] }),
    "RE4 a name without a name": () => able({ skill_names: ["git"] }),
    "RE4 too many tags of a skill": () => able({ skill_tags: [`git ${tags}`] }),
    "LN5 for another": async () => ({ ...(await able({})), author: "ant-2" }),
    "RE1 ten thousand tags": () =>
      able({ tags: Array.from({ length: 10_000 }, (_, n) => `t${n}`) }),
  };
}

/** Checkpoints by ant-1 that say of a commit what is not so. */
function falselyCounted(scribe: Scribe, { at, byAnt1 }: Desk): Tamperings {
  const numberOf = (commit: string): string =>
    `${scribe.verdicts.findIndex(({ oid }) => oid === commit) + 1}`;
  const checkpoint = async (commit: string, more: object = {}, place = commit) => {
    const path = `checkpoints/${place}/ant-1.yaml`;
    const said = { commit, number: numberOf(commit), digest: "0".repeat(64), agent: "ant-1" };
    return byAnt1({ [path]: await scribe.record("checkpoint", path, { ...said, ...more }) });
  };
  const first = (): string => scribe.verdicts[0]!.oid;
  return {
    "CK1 of a commit that never landed": () => checkpoint("1".repeat(40), { number: "1" }),
    "CK1 of one that its author had not seen": () => checkpoint(scribe.tip!, { seen: first() }),
    "CK2 under another number": () => checkpoint(scribe.tip!, { number: "1" }),
    "CK3 of the same commit again": async () => {
      const answer = { commit: scribe.verdicts[1]!.oid, number: 2, digest: "0".repeat(64) };
      await scribe.must("ant-1", { type: "checkpoint", ...answer });
      return checkpoint(answer.commit, { at: at(1_000), digest: "1".repeat(64) });
    },
    "PA3 a checkpoint goes": async () =>
      byAnt1({ [`checkpoints/${scribe.verdicts[1]!.oid}/ant-1.yaml`]: undefined }),
    "RE4 a number that is none": () => checkpoint(scribe.tip!, { number: "01" }),
    "RE4 a digest that is none": () => checkpoint(scribe.tip!, { digest: "0".repeat(63) }),
    "RE5 at the place of another": () => checkpoint(scribe.tip!, {}, first()),
  };
}

function scribeText(scribe: Scribe, path: string): string {
  return execFileSync("git", ["--git-dir", scribe.gitDir, "show", `main:${path}`], {
    encoding: "utf8",
  });
}
