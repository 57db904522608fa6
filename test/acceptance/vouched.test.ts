import { join } from "node:path";
import { expect, test } from "vitest";
import { mound, type Ran } from "../support/command.ts";
import { cloneFor, environmentIn, foundSite } from "../support/site.ts";

function expectRefused(ran: Ran, exit: number, code: string): string {
  expect([ran.code, ran.json?.error?.code]).toEqual([exit, code]);
  return ran.json!.error!.fix;
}

function expectDone(ran: Ran): Ran {
  expect([ran.code, ran.json?.error]).toEqual([0, undefined]);
  return ran;
}

test(
  "[AG9] a stranger with a clone of its own is refused until two members vouch for it, and then works",
  { timeout: 240_000 },
  async () => {
    const site = await foundSite({ agents: ["ant-1", "ant-2"], tasks: 1 });
    const [task] = site.tasks;
    const home = await cloneFor(site, "home");
    // Its keys are its own, and nobody else's are there.
    const away = await cloneFor(
      { ...site, environment: environmentIn(join(site.dir, "far")) },
      "far-clone",
    );
    const members = (...words: string[]) => mound(home, ...words);
    const stranger = (...words: string[]) => mound(away, ...words, "--as", "ant-9");

    expectDone(await members("config", "set", "membership", "vouched", "--as", "root"));
    const fix = expectRefused(await stranger("join"), 4, "vouches-missing");
    const [, fingerprint] = /--key (SHA256:\S+) /.exec(fix)!;
    expectRefused(await stranger("claim", task!), 4, "not-a-member");

    const vouch = (issuer: string, name = "ant-9", ...more: string[]) =>
      members("vouch", name, "--reason", "we have met", "--as", issuer, ...more);
    expectDone(await vouch("root", "ant-9", "--key", fingerprint!));
    expectRefused(await stranger("join"), 4, "vouches-missing");
    // Who is a member and not trusted yet has no say in it.
    expectDone(await vouch("ant-2", "ant-9", "--key", fingerprint!));
    expectRefused(await stranger("join"), 4, "vouches-missing");
    expectDone(await vouch("root", "ant-1", "--level", "high"));
    expectDone(await vouch("ant-1", "ant-9", "--key", fingerprint!));

    expectDone(await stranger("join"));
    expectDone(await stranger("claim", task!));
    expectDone(await stranger("done", task!));
    // A thief of the name has another key, for which nobody has spoken.
    const thief = await cloneFor(
      { ...site, environment: environmentIn(join(site.dir, "thief")) },
      "thief-clone",
    );
    expectRefused(await mound(thief, "join", "--as", "ant-9"), 4, "agent-exists");
    expectRefused(await mound(thief, "join", "--as", "ant-8"), 4, "vouches-missing");

    const audit = expectDone(await members("audit"));
    expect(audit.json?.ok).toBe(true);
    const listed = expectDone(await members("vouches", "ant-9")).json!.data as unknown as {
      readonly vouches: readonly { readonly issuer: string; readonly counts: boolean }[];
    };
    expect(listed.vouches.map(({ issuer, counts }) => [issuer, counts])).toEqual([
      ["ant-1", true],
      ["ant-2", true],
      ["root", true],
    ]);
  },
);
