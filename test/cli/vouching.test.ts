import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, realpathSync, writeFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Cli } from "../support/cli.ts";

const dir = realpathSync(mkdtempSync(join(tmpdir(), "mound-test-vouching-")));
const cli = new Cli(dir, "home");
const STRANGER = `SHA256:${"A".repeat(43)}`;

beforeAll(async () => {
  await cli.ok("init m --as root");
  for (const agent of ["ant-1", "ant-2"]) await cli.ok(`-C m join --as ${agent}`);
  await cli.ok("init other --as queen");
});
afterAll(() => rm(dir, { recursive: true, force: true, maxRetries: 5 }));

/** Refused with this exit code and fault. */
async function expectFault(line: string, code: number, fault: string): Promise<string> {
  const ran = await cli.run(`${line} --json`);
  expect([line, ran.code, ran.json.error.code]).toEqual([line, code, fault]);
  expect(ran.json.error.fix).not.toBe("");
  return ran.json.error.message;
}

describe("mound vouch", () => {
  test("vouches, says the same anew, lists it and takes it back", async () => {
    const said = await cli.ok(
      "-C m vouch ant-1 --level high --until 30d --reason work --as root --json",
    );
    expect(said.json.data.vouch).toMatchObject({
      subject: "ant-1",
      issuer: "root",
      level: "high",
      scope: "all",
      reason: "work",
      counts: true,
      joined: true,
    });
    await cli.ok(["-C", "m", "vouch", "ant-1", "--for", "lang.*", "--reason", "x", "--as", "root"]);
    const { json } = await cli.ok("-C m vouches ant-1 --json");
    expect(json.data.vouches).toMatchObject([{ scope: "lang.*", level: "medium", reason: "x" }]);
    expect((await cli.ok("-C m vouches")).out).toMatch(/^ant-1 {2}by root {2}medium {2}lang\.\*/);
    await cli.ok("-C m unvouch ant-1 --as root");
    expect((await cli.ok("-C m vouches ant-1")).out).toContain("Nobody vouches for ant-1");
    await expectFault("-C m unvouch ant-1 --as root", 3, "vouch-missing");
  });

  test("of a key that has not joined waits for it", async () => {
    await expectFault("-C m vouch ant-9 --reason x --as root", 4, "vouch-wrong");
    const { out } = await cli.ok(`-C m vouch ant-9 --key ${STRANGER} --reason x --as root`);
    expect(out).toContain(`it waits for the key ${STRANGER} to join`);
    await cli.ok("-C m unvouch ant-9 --as root");
  });

  test("refuses what makes no sense, and says what does", async () => {
    const lines: readonly (readonly [string, number, string])[] = [
      ["vouch ant-1", 2, "usage"],
      ["vouch --reason x", 2, "usage"],
      ["vouch ant-1 --level superb --reason x", 2, "usage"],
      ["vouch ant-1 --until soon --reason x", 2, "usage"],
      ["vouch ant-1 --key SHA256:x --reason x", 2, "usage"],
      ["vouch ANT --reason x", 2, "usage"],
      ["vouch ant-1 --until 2020-01-01 --reason x", 4, "vouch-wrong"],
      ["vouch ant-1 --until 400d --reason x", 4, "vouch-wrong"],
      ["vouch ant-1 --for A* --reason x", 2, "field-invalid"],
      [`vouch ant-1 --key ${STRANGER} --reason x`, 4, "vouch-wrong"],
      ["vouch root --reason x", 4, "vouch-wrong"],
      ["unvouch ghost", 3, "vouch-missing"],
      ["denounce ant-1 --reason x", 2, "usage"],
      ["denounce ant-1 --proof head --reason x", 2, "usage"],
      ["denounce ant-1 --proof 0000000 --reason x", 3, "commit-unknown"],
      ["denounce ant-1 --withdraw", 3, "denounce-missing"],
      ["vouch export ghost", 3, "vouches-none"],
      ["vouch import nowhere", 2, "usage"],
    ];
    for (const [line, code, fault] of lines)
      await expectFault(`-C m ${line} --as root`, code, fault);
  });

  test("neither for one's operator nor for who has the same", async () => {
    for (const arm of ["arm-1", "arm-2"]) await cli.ok(`-C m join --operator root --as ${arm}`);
    expect(await expectFault("-C m vouch arm-1 --reason x --as root", 4, "vouch-wrong")).toContain(
      "operator",
    );
    await expectFault("-C m vouch root --reason x --as arm-1", 4, "vouch-wrong");
    await expectFault("-C m vouch arm-2 --reason x --as arm-1", 4, "vouch-wrong");
  });
});

test("a vouch for who is revoked waits for nothing", async () => {
  await cli.ok("-C m join --as gone");
  await cli.ok("-C m vouch gone --reason x --as root");
  await cli.ok("-C m leave --as gone");
  expect((await cli.ok("-C m vouches gone")).out).toContain("waits for the key");
  await cli.ok("-C m agent revoke gone --as root");
  expect((await cli.ok("-C m vouches gone")).out).toContain("counts for nothing: who it is for is");
  const { json } = await cli.ok("-C m vouches gone --json");
  expect(json.data.vouches).toMatchObject([{ counts: false, flaw: "revoked", joined: false }]);
});

describe("mound denounce", () => {
  test("slashes where the roots say so, and not again; is listed, and taken back", async () => {
    const { json } = await cli.ok("-C m log -n 1 --json");
    const proof: string = json.meta.tip!;
    const words = `-C m denounce ant-2 --proof ${proof.slice(0, 10)} --reason liar`;
    await expectFault(`${words} --severity half --as ant-1`, 4, "signers-too-few");
    const plain = await cli.ok(`${words} --as ant-1 --json`);
    expect(plain.json.data).toMatchObject({ proof, slash: null });
    const taken = await cli.ok(`${words} --severity half --with root --as ant-1 --json`);
    expect(taken.json.data).toMatchObject({ proof, slash: "half" });
    await expectFault(`${words} --severity whole --as root`, 4, "denounce-wrong");
    await expectFault(`${words} --severity most --as root`, 2, "usage");
    await expectFault(`${words} --with root --as ant-1`, 2, "usage");
    await expectFault(`${words} --severity whole --with ant-2 --as root`, 4, "not-a-root");
    const { out } = await cli.ok("-C m vouches ant-2");
    expect(out).toContain(`ant-2 is denounced by ant-1 for ${proof.slice(0, 12)}: liar`);
    expect(out).toContain("ant-2 was slashed (half)");
    const back = await cli.ok("-C m denounce ant-2 --withdraw --as ant-1");
    expect(back.out).toContain("what a slash took from it comes back with time.");
    // Of whom nothing was taken, nothing is said to come back.
    await cli.ok(`-C m denounce root --proof ${proof.slice(0, 10)} --reason liar --as ant-1`);
    const whole = await cli.ok("-C m denounce root --withdraw --as ant-1");
    expect(whole.out).toBe("ant-1 has taken back what it said against root.\n");
    expect((await cli.ok("-C m vouches ant-2")).out).not.toContain("denounced by");
  });
});

describe("vouches of another mound", () => {
  let file: string;
  const again = (name: string, change: (text: string) => string): string => {
    writeFileSync(join(dir, name), change(file));
    return name;
  };

  beforeAll(async () => {
    for (const issuer of ["root", "ant-2"])
      await cli.ok(`-C m vouch ant-1 --level high --reason tested --as ${issuer}`);
    await cli.ok("-C m vouch export ant-1 -o ../ant-1.vouches");
    file = readFileSync(join(dir, "ant-1.vouches"), "utf8");
  });

  test("are checked by ssh-keygen as the file itself says", () => {
    const lines = file.split("\n").filter((line) => line.startsWith("#   "));
    const script = lines
      .slice(0, 4)
      .map((line) => line.slice(4).replaceAll("FILE", "../ant-1.vouches"));
    const cwd = mkdtempSync(join(dir, "outside-"));
    const sh = () => execFileSync("sh", ["-ec", script.join("\n")], { cwd, encoding: "utf8" });
    expect(sh()).toContain('Good "record@');
    writeFileSync(join(dir, "ant-1.vouches"), file.replace("reason: tested", "reason: adored"));
    expect(sh).toThrow();
    writeFileSync(join(dir, "ant-1.vouches"), file);
  });

  test("are shown, and count for nothing by themselves", async () => {
    const { json } = await cli.ok("-C other vouch import ../ant-1.vouches --json");
    expect(json.data).toMatchObject({ subject: "ant-1", vouch: null, commit: null });
    expect(json.data.vouches).toMatchObject([
      { issuer: "ant-2", level: "high", here: null, over: false },
      { issuer: "root", level: "high", here: null, over: false },
    ]);
    expect((await cli.ok("-C other vouches --json")).json.data.vouches).toEqual([]);
    const shown = await cli.ok("-C other vouch import ../ant-1.vouches");
    expect(shown.out).toMatch(/^The signatures are good: 2 vouches for ant-1 /);
    expect(shown.err).toContain("Nothing of it counts here");
  });

  test("are cited by the importer's own", async () => {
    const line = "-C other vouch import ../ant-1.vouches --level low --agent worker --as queen";
    const { json } = await cli.ok(`${line} --json`);
    const { fingerprint } = json.data;
    expect(json.data.vouch).toMatchObject({
      subject: "worker",
      issuer: "queen",
      level: "low",
      fingerprint,
      joined: false,
      reason: expect.stringMatching(/^vouched for in m \(\w{16}\) by ant-2, root$/),
    });
    const record = readFileSync(join(dir, "other/vouches/worker/queen.yaml"), "utf8");
    const { mound, vouches } = json.data;
    for (const { issuer, digest } of vouches) {
      expect(record).toContain(`${mound.id} ${issuer} SHA256:`);
      expect(record).toContain(digest);
    }
  });

  test("are refused by name where anything was changed", async () => {
    const flaws: readonly (readonly [string, (text: string) => string, RegExp])[] = [
      [
        "body",
        (text) => text.replace("reason: tested", "reason: adored"),
        /ant-2\.yaml .*changed after/,
      ],
      ["level", (text) => text.replace("level: high", "level: low"), /ant-2\.yaml .*changed after/],
      [
        "mound",
        (text) => text.replace(/^mound: .*$/m, `mound: ${"0".repeat(52)}`),
        /another mound/,
      ],
      [
        "key",
        (text) => text.replace(/^(signer: ant-2 .*) \S+$/m, "$1 AAAA"),
        /not signed with the key/,
      ],
      ["cut", (text) => text.slice(0, -200), /root\.yaml/],
      ["twice", (text) => text + text.slice(text.indexOf("\n======= ") + 1), /twice/],
      ["place", (text) => text.replaceAll("vouches/ant-1", "vouches/ant-7"), /ant-7/],
      [
        "subject",
        (text) => text.replace("subject: ant-1", "subject: ant-7"),
        /another name or key/,
      ],
      ["none", (text) => text.slice(0, text.indexOf("\n======= ") + 1), /no record/],
      ["more", (text) => `colour: red\n${text}`, /colour: red/],
      ["newer", (text) => text.replace("vouches: 1", "vouches: 2"), /newer/],
      ["garbage", () => "\u0001garbage\n", /no file of vouches/],
      ["empty", () => "", /no file of vouches/],
    ];
    for (const [name, change, words] of flaws) {
      const line = `-C other vouch import ../${again(name, change)} --level high --as queen`;
      expect([name, await expectFault(line, 2, "vouch-file-wrong")]).toEqual([
        name,
        expect.stringMatching(words),
      ]);
    }
  });

  test("that are over, or taken back, are not taken along", async () => {
    await cli.ok("-C m unvouch ant-1 --as ant-2");
    const { json } = await cli.ok("-C m vouch export ant-1 --json");
    expect(json.data).toMatchObject({ subject: "ant-1", issuers: ["root"], file: null });
    await cli.ok("-C m unvouch ant-1 --as root");
    await expectFault("-C m vouch export ant-1", 3, "vouches-none");
  });
});
