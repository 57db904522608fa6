import { execFileSync } from "node:child_process";
import { recordNamespace } from "../../src/protocol/signature.ts";
import { formatInstant } from "../../src/protocol/time.ts";
import { signalFile } from "../../src/protocol/topics.ts";
import type { Scribe, Sealed, Written } from "./scribe.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

type Tamperings = Readonly<Record<string, () => Promise<Written>>>;

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
    ...falselySignalled(scribe, desk, task),
  };
}

type Desk = ReturnType<typeof deskOf>;

/** What the tampering is made of: sound records, unless more is said of them. */
function deskOf(scribe: Scribe, task: string) {
  const folder = `tasks/${task.slice(0, 2)}/${task}`;
  const lock = `${folder}/claim.lock`;
  const at = (ms: number): string => formatInstant(scribe.now + ms);
  return {
    folder,
    lock,
    at,
    attempt: (agent: string, token: string, outcome: string) =>
      scribe.record("attempt", `${folder}/attempts/${token}.yaml`, { task, token, agent, outcome }),
    claim: (agent: string, token: string, more: object = {}, sealed: Sealed = {}) =>
      scribe.record("claim", lock, { task, agent, token, until: at(HOUR), ...more }, sealed),
    byAnt1: (files: Written["files"]): Written => ({ author: "ant-1", files }),
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

/** Declines of the task that ant-1 holds, and of another. */
function wronglyDeclined(scribe: Scribe, task: string, { folder, at, byAnt1 }: Desk): Tamperings {
  const declined = async (agent: string, more: object = {}): Promise<Written["files"]> => {
    const path = `${folder}/declines/${agent}.yaml`;
    const said = { task, agent, until: at(HOUR), ...more };
    return { [path]: await scribe.record("decline", path, said) };
  };
  const byAnt2 = (files: Written["files"]): Written => ({ author: "ant-2", files });
  return {
    "DE2 by who holds it": async () => byAnt1(await declined("ant-1")),
    "DE3 it ends as it begins": async () =>
      byAnt2(await declined("ant-2", { at: at(0), until: at(0) })),
    "DE3 for more than a week": async () =>
      byAnt2(await declined("ant-2", { at: at(0), until: at(7 * 24 * HOUR + 1) })),
    "LN5 for somebody else": async () => byAnt1(await declined("ant-2")),
    "RE4 for ever": async () => byAnt2(await declined("ant-2", { until: undefined })),
  };
}

/** Signals by ant-1 on what is nothing, at places that are not theirs, and too many of them. */
function falselySignalled(scribe: Scribe, { at, byAnt1 }: Desk, task: string): Tamperings {
  const signal = async (topic: string, more: object = {}, place = topic, agent = "ant-1") => {
    const path = signalFile(place, agent);
    const said = { topic, agent: "ant-1", mark: "need", strength: "5" };
    return byAnt1({ [path]: await scribe.record("signal", path, { ...said, ...more }) });
  };
  const code = "path/src/Auth/login_page.test.ts";
  return {
    "TA0 a signal on no task": () => signal("task/0000000"),
    "RE4 a task that is none": () => signal("task/../../mound", {}, code),
    "RE4 a path that climbs out": () => signal("path/../secret", {}, code),
    "RE4 a path that stays where it is": () => signal("path/src/./auth", {}, code),
    "RE4 a path from the root": () => signal("path//etc/passwd", {}, code),
    "RE4 a path that ends in a slash": () => signal("path/src/", {}, code),
    "RE4 a path with a wildcard": () => signal("path/src/*", {}, code),
    "RE4 a path whose name is too long": () => signal(`path/${"A".repeat(116)}`, {}, code),
    "RE4 a word that is a family": () => signal("path", {}, code),
    "RE4 a word with a capital": () => signal("Deploy", {}, code),
    "RE4 a negative strength": () => signal(code, { strength: "-1" }),
    "RE4 an infinite strength": () => signal(code, { strength: "Infinity" }),
    "RE4 more strength than there is": () => signal(code, { strength: "11" }),
    "RE4 a fraction": () => signal(code, { strength: "0.5" }),
    "RE4 no such mark": () => signal(code, { mark: "joy" }),
    "RE4 a half-life that is none": () => signal(code, { half_life: "0s" }),
    "SG1 a half-life that is too short": () => signal(code, { half_life: "9s" }),
    "SG1 a half-life that is too long": () => signal(code, { half_life: "30d1s" }),
    "RE5 at the place of another topic": () => signal(code, {}, code.toLowerCase()),
    "RE5 at the place of another agent": () => signal(code, {}, code, "ant-2"),
    "LN5 a signal in another's name": () => signal(code, { agent: "ant-2" }, code, "ant-2"),
    "LN3 a signal from the future": () => signal(code, { at: at(10 * MINUTE) }),
    "SG2 one signal too many": async () => {
      const topics = [code, `task/${task}`, "deploy", "c++", `path/${"x/".repeat(70)}y`];
      for (let turn = 0; turn < 60; turn++) {
        scribe.now += 1_000;
        await scribe.must("ant-1", {
          type: "signal",
          topic: topics[turn % topics.length]!,
          mark: (["need", "heat", "warn"] as const)[turn % 3]!,
          strength: (turn + 1) % 11,
        });
      }
      return signal(code, { at: at(1_000) });
    },
    "PA3 a signal goes": async () => byAnt1({ [signalFile(code, "ant-1")]: undefined }),
  };
}

function scribeText(scribe: Scribe, path: string): string {
  return execFileSync("git", ["--git-dir", scribe.gitDir, "show", `main:${path}`], {
    encoding: "utf8",
  });
}
