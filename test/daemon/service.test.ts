import { execFile } from "node:child_process";
import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, onTestFinished, test } from "vitest";
import { type Service, serviceText, type ServiceKind } from "../../src/daemon/service.ts";

const run = promisify(execFile);

const PLAIN: Service = {
  node: "/usr/bin/node",
  command: "/opt/mound/dist/mound.js",
  folder: "/home/ada/plan",
  args: [],
};
/** Everything that one of the two formats could misread, in every place where a path may stand. */
const ODD = `a b  c%h%%$HOME\${X}"'\\n&amp;<x>]]>--#;é\\`;
/** The same without what systemd refuses in the path of a program. */
const ODD_PROGRAM = ODD.replace(/["'\\]/g, "");
const HOSTILE: Service = {
  node: `/opt/${ODD_PROGRAM}/node`,
  command: `/opt/${ODD}/mound.js`,
  folder: `/home/${ODD}/plan`,
  args: ["--submit", "--as", "ant-1", ODD],
  environment: { PATH: `/bin:/${ODD}`, MOUND_HOME: `/${ODD}` },
};

function text(kind: ServiceKind, service: Service): string {
  const made = serviceText(kind, service);
  expect(made.ok).toBe(true);
  return made.ok ? made.value : "";
}

function argvOf({ node, command, folder, args }: Service): readonly string[] {
  return [node, command, "-C", folder, "watch", ...args];
}

describe("the systemd unit", () => {
  test("says where it goes, restarts after failures, and starts the watcher of the clone", () => {
    const unit = text("systemd", PLAIN);
    expect(unit).toMatch(/~\/\.config\/systemd\/user\/(mound-watch-plan-\w{6})\.service/);
    expect(unit).toMatch(/systemctl --user enable --now mound-watch-plan-\w{6}\.service\n/);
    expect(unit).toContain("\nRestart=on-failure\n");
    expect(unit).toContain(
      '\nExecStart="/usr/bin/node" "/opt/mound/dist/mound.js" "-C" "/home/ada/plan" "watch"\n',
    );
  });

  test("systemd reads it without a complaint, and reads the paths back as they are", async () => {
    if (!(await present("systemd-analyze"))) return expect(process.platform).not.toBe("win32");
    const folder = await mkdtemp(join(tmpdir(), "mound-test-unit-"));
    onTestFinished(() => rm(folder, { recursive: true }));
    const node = join(folder, ODD_PROGRAM, "node");
    await mkdir(join(node, ".."));
    await writeFile(node, "#!/bin/sh\n");
    await chmod(node, 0o755);
    const unit = join(folder, "mound.service");
    await writeFile(unit, text("systemd", { ...HOSTILE, node }));
    // It looks whether the program is there, so a path that is misread is a complaint.
    const { stdout, stderr } = await run("systemd-analyze", ["verify", "--man=no", unit]);
    expect(
      `${stdout}${stderr}`.split("\n").filter((line) => line.includes("mound.service")),
    ).toEqual([]);
    return expect(systemdWords(text("systemd", { ...HOSTILE, node }))).toEqual(
      argvOf({ ...HOSTILE, node }),
    );
  });
});

describe("the launchd agent", () => {
  test("says where it goes, restarts after failures, and starts the watcher of the clone", () => {
    const plist = text("launchd", PLAIN);
    expect(plist).toMatch(/~\/Library\/LaunchAgents\/mound-watch-plan-\w{6}\.plist/);
    const found = parsePlist(plist);
    expect(found["ProgramArguments"]).toEqual(argvOf(PLAIN));
    expect(found["KeepAlive"]).toEqual({ SuccessfulExit: false });
    expect(found["RunAtLoad"]).toBe(true);
    expect(found["Label"]).toMatch(/^mound-watch-plan-\w{6}$/);
  });

  test("is strict XML that gives the paths back as they are", () => {
    const found = parsePlist(text("launchd", HOSTILE));
    expect(found["ProgramArguments"]).toEqual(argvOf(HOSTILE));
    expect(found["EnvironmentVariables"]).toEqual(HOSTILE.environment);
  });
});

test("clones of one name have services of different names", () => {
  const names = ["/home/ada/plan", "/home/bob/plan"].map(
    (folder) => parsePlist(text("launchd", { ...PLAIN, folder }))["Label"],
  );
  expect(new Set(names).size).toBe(2);
});

test.each(["a\nExecStart=/bin/evil", "a\u0000b", "a\u001bb", "a\u0085b", "a\ud800b"])(
  "a control character is refused: %j",
  (odd) => {
    for (const kind of ["systemd", "launchd"] as const) {
      const service = { ...PLAIN, folder: `/home/${odd}` };
      expect(serviceText(kind, service)).toEqual({
        ok: false,
        error: { code: "service-unfit", text: `/home/${odd}` },
      });
    }
  },
);

test("a program that systemd refuses in any spelling is refused, and no matter for launchd", () => {
  const service = { ...PLAIN, node: `/opt/a"b/node` };
  expect(serviceText("systemd", service)).toEqual({
    ok: false,
    error: { code: "service-unfit", text: `/opt/a"b/node` },
  });
  expect(parsePlist(text("launchd", service))["ProgramArguments"]).toEqual(argvOf(service));
});

async function present(program: string): Promise<boolean> {
  return run(program, ["--version"]).then(
    () => true,
    () => false,
  );
}

/** The words of ExecStart by the rules of systemd.syntax(7) and systemd.service(5). */
function systemdWords(unit: string): readonly string[] {
  const line = /^ExecStart=(.*)$/m.exec(unit)![1]!;
  return [...line.matchAll(/"((?:[^"\\]|\\.)*)"(?: |$)/g)].map(([, word], at) => {
    const plain = word!.replace(/\\(.)/g, "$1").replaceAll("%%", "%");
    return at === 0 ? plain : plain.replaceAll("$$", "$");
  });
}

type Plist = string | number | boolean | readonly Plist[] | { readonly [key: string]: Plist };

/** A reader of just the XML that a property list needs; anything else throws. */
function parsePlist(source: string): { readonly [key: string]: Plist } {
  const head = /^<\?xml [^>]*\?>\s*<!DOCTYPE [^>]*>\s*<!--((?:(?!--)[^])*)-->\s*/.exec(source)!;
  let rest = source.slice(head[0].length);
  const take = (pattern: RegExp): RegExpExecArray => {
    const match = new RegExp(`^\\s*(?:${pattern.source})`).exec(rest);
    if (match === null) throw new Error(`not a property list: ${rest.slice(0, 40)}`);
    rest = rest.slice(match[0].length);
    return match;
  };
  const content = (coded: string) =>
    coded.replace(/&#(\d+);/g, (_, code) => String.fromCharCode(Number(code)));
  const value = (): Plist => {
    const [, tag, empty] = take(/<(dict|array|string|integer|true|false)(\/?)>/);
    if (empty === "/") return tag === "true";
    if (tag === "string") return content(take(/((?:[^<&]|&#\d+;)*)<\/string>/)[1]!);
    if (tag === "integer") return Number(take(/(\d+)<\/integer>/)[1]);
    const items: Plist[] = [];
    const entries: [string, Plist][] = [];
    while (!new RegExp(`^\\s*</${tag}>`).test(rest)) {
      if (tag === "array") items.push(value());
      else entries.push([content(take(/<key>((?:[^<&]|&#\d+;)*)<\/key>/)[1]!), value()]);
    }
    take(new RegExp(`</${tag}>`));
    return tag === "array" ? items : Object.fromEntries(entries);
  };
  take(/<plist version="1.0">/);
  const found = value();
  take(/<\/plist>\s*$/);
  return found as { readonly [key: string]: Plist };
}
