import { chmodSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { signWithFile } from "../../src/keys/ssh-tools.ts";
import { temporary } from "./openssh.ts";

/** A program of this name that does what the script says. */
function program(name: string, script: string): string {
  const folder = temporary();
  writeFileSync(join(folder, name), `#!/bin/sh\n${script}\n`);
  chmodSync(join(folder, name), 0o700);
  return folder;
}

test("ssh-keygen is given the payload, plain arguments, and little of the environment", async () => {
  const seen = temporary();
  const folder = program(
    "ssh-keygen",
    `cat > ${seen}/stdin; env > ${seen}/env; echo "$@" > ${seen}/args`,
  );
  const environment = {
    PATH: `${folder}:/usr/bin:/bin`,
    HOME: "/home/ant",
    SSH_AUTH_SOCK: "/tmp/agent",
    SSH_ASKPASS: "/bin/askpass",
    DISPLAY: ":0",
    LC_ALL: "de_DE.UTF-8",
    GIT_DIR: "/elsewhere",
    NODE_OPTIONS: "--no-warnings",
    LD_PRELOAD: "",
    API_TOKEN: "hidden",
  };
  const payload = Buffer.of(0, 0xff, 0x0a, 0x0d);
  const request = { payload, namespace: "record@x", environment, token: false };
  expect(await signWithFile("/keys/-odd name", request)).toEqual({ ok: true, value: "" });
  expect(readFileSync(join(seen, "stdin"))).toEqual(payload);
  expect(readFileSync(join(seen, "args"), "utf8")).toBe("-Y sign -n record@x -f /keys/-odd name\n");
  // What a shell or macOS adds by itself is not ours.
  const lines = readFileSync(join(seen, "env"), "utf8").trim().split("\n");
  const ours = lines
    .filter((line) => !/^(PWD|OLDPWD|SHLVL|_|__CF_USER_TEXT_ENCODING)=/.test(line))
    .toSorted();
  expect(ours).toEqual([
    "DISPLAY=:0",
    "HOME=/home/ant",
    "LC_ALL=C",
    `PATH=${folder}:/usr/bin:/bin`,
    "SSH_ASKPASS=/bin/askpass",
    "SSH_AUTH_SOCK=/tmp/agent",
  ]);
});

test("what ssh-keygen says is the fault, without its small talk", async () => {
  const folder = program(
    "ssh-keygen",
    "echo Signing data on standard input >&2; echo 'no touch' >&2; exit 255",
  );
  const environment = { PATH: `${folder}:/usr/bin:/bin` };
  const request = { payload: Buffer.from("x"), namespace: "n", environment, token: false };
  expect(await signWithFile("/key", request)).toEqual({ ok: false, error: "no touch" });
});

test("a program that fails in silence is a fault too, and so is one that never reads", async () => {
  const folder = program("ssh-keygen", "exit 3");
  const environment = { PATH: `${folder}:/usr/bin:/bin` };
  const payload = Buffer.alloc(1024 * 1024);
  const request = { payload, namespace: "n", environment, token: false };
  const error = "ssh-keygen failed without a word";
  expect(await signWithFile("/key", request)).toEqual({ ok: false, error });
});
