import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { rename } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { git } from "../contract/clone.ts";
import type { Place } from "../support/command.ts";
import { startReader, stopReader } from "../support/reader.ts";
import { cloneFor, foundSite, library, must, type Site } from "../support/site.ts";
import { until } from "../support/until.ts";

const WISH = { agents: ["ant-1", "watcher"], tasks: 1 };
const PATIENT = { withinMs: 40_000 };
const REWRITTEN = { code: "history-rewritten", message: expect.stringContaining("was rewritten") };
const SLOW = { timeout: 90_000 };

/** The whole stream, read anew. */
async function replay(place: Place): Promise<readonly string[]> {
  const reader = startReader(place);
  expect(await reader.ended).toBe(0);
  return reader.told().map(({ id }) => id);
}

/** A reader that begins with what is yet to come has written down where it stands. */
function standing({ cwd }: Place): Promise<unknown> {
  return until("the reader's place", () => existsSync(join(cwd, "c")), PATIENT);
}

/** Lands commits one after the other from a clone of its own, in this process. */
async function writer(site: Site, name = "ant-1") {
  const { cwd, environment } = await cloneFor(site, name);
  const open = must(await library.Mound.open({ dir: cwd, environment }));
  let written = 0;
  return {
    async write(count: number): Promise<void> {
      for (let n = 0; n < count; n++) {
        const title = `written ${(written += 1)}`;
        must((await open.submit(name as never, [{ type: "add", tasks: [{ title }] }]))[0]!);
      }
    },
    close: () => open.close(),
  };
}

describe("a reader that follows", () => {
  test(
    "tells what lands elsewhere by polling alone, and ends cleanly when told to",
    SLOW,
    async () => {
      const site = await foundSite(WISH);
      const place = await cloneFor(site, "watcher");
      const reader = startReader(place, "--follow", "--on", "task.*", "--cursor", "c");
      const ant = await writer(site);
      await standing(place);
      await ant.write(3);
      await until("three events", () => reader.told().length >= 3, PATIENT);
      await ant.write(2);
      await until("five events", () => reader.told().length >= 5, PATIENT);
      await ant.close();
      expect(await stopReader(reader)).toBe(0);
      expect(reader.complaints()).toBe("");
      const ids = reader.told().map(({ id }) => id);
      expect(ids).toEqual((await replay(place)).slice(-5));
    },
  );

  test(
    "killed at any moment it loses nothing, and says nothing in another order",
    SLOW,
    async () => {
      const site = await foundSite(WISH);
      const place = await cloneFor(site, "watcher");
      const ant = await writer(site);
      const ids: string[] = [];
      for (let round = 0; round < 6; round++) {
        const reader = startReader(
          place,
          "--follow",
          "--since",
          "2020-01-01T00:00:00Z",
          "--cursor",
          "c",
        );
        await ant.write(4);
        // Sometimes it has said much when it dies, and sometimes nothing.
        const enough = round % 3;
        await until("some events", () => reader.told().length >= enough, PATIENT);
        reader.child.kill("SIGKILL");
        await reader.ended;
        ids.push(...reader.told().map(({ id }) => id));
      }
      const last = startReader(
        place,
        "--follow",
        "--since",
        "2020-01-01T00:00:00Z",
        "--cursor",
        "c",
      );
      await ant.write(1);
      await ant.close();
      const all = await replay(place);
      await until("the last event", () => last.told().at(-1)?.id === all.at(-1), PATIENT);
      await stopReader(last);
      ids.push(...last.told().map(({ id }) => id));
      expect([...new Set(ids)]).toEqual(all);
    },
  );

  test("misses nothing while gc, repack and pack-refs run beside writers", SLOW, async () => {
    const site = await foundSite(WISH);
    const place = await cloneFor(site, "watcher");
    const reader = startReader(place, "--follow", "--since", "2020-01-01T00:00:00Z");
    const ant = await writer(site);
    let over = false;
    const tidying = (async () => {
      for (let round = 0; !over; round++) {
        const dir = round % 2 === 0 ? site.origin : join(place.cwd, ".git");
        await git(dir, "pack-refs", "--all");
        await git(dir, "repack", "-a", "-d", "--quiet");
        await git(dir, "gc", "--quiet");
      }
    })();
    await ant.write(25);
    await ant.close();
    const all = await replay(place);
    await until("every event", () => reader.told().length >= all.length, PATIENT);
    over = true;
    await tidying;
    expect(await stopReader(reader)).toBe(0);
    expect(reader.told().map(({ id }) => id)).toEqual(all);
  });

  test("goes on when an origin that was away is back, and says both", SLOW, async () => {
    const site = await foundSite(WISH);
    const place = await cloneFor(site, "watcher");
    const ant = await writer(site);
    const reader = startReader(place, "--follow", "--cursor", "c");
    await standing(place);
    await ant.write(1);
    await until("an event", () => reader.told().length >= 1, PATIENT);
    await rename(site.origin, `${site.origin}.away`);
    await until("the complaint", () => reader.complaints().includes("cannot be reached"), PATIENT);
    await rename(`${site.origin}.away`, site.origin);
    await ant.write(2);
    await ant.close();
    await until("all events", () => reader.told().length >= 3, PATIENT);
    await until(
      "the relief",
      () => reader.complaints().includes("The origin answers again."),
      PATIENT,
    );
    expect(await stopReader(reader)).toBe(0);
    expect(reader.told().map(({ id }) => id)).toEqual((await replay(place)).slice(-3));
  });

  test("stops with a clear word when the branch was rewritten", SLOW, async () => {
    const site = await foundSite(WISH);
    const place = await cloneFor(site, "watcher");
    const ant = await writer(site);
    const reader = startReader(place, "--follow", "--cursor", "c");
    await standing(place);
    await ant.write(2);
    await ant.close();
    await until("both events", () => reader.told().length >= 2, PATIENT);
    const kept = await git(`${place.cwd}/.git`, "show-ref", "--hash", "refs/mound/line");
    await git(site.origin, "update-ref", "refs/heads/main", "main~2");
    expect(await reader.ended).toBe(6);
    expect(reader.told().at(-1)).toMatchObject({ ok: false, error: REWRITTEN });
    expect(await git(`${place.cwd}/.git`, "show-ref", "--hash", "refs/mound/line")).toBe(kept);
    const again = startReader(place, "--cursor", "c");
    expect(await again.ended).toBe(6);
    expect(again.told()).toMatchObject([{ ok: false, error: REWRITTEN }]);
  });
});

test("a reader of the output that has seen enough is no failure", SLOW, async () => {
  // One commit with more events than a pipe holds.
  const site = await foundSite({ agents: ["watcher"], tasks: 900 });
  const { cwd, environment } = await cloneFor(site, "watcher");
  const command = join(import.meta.dirname, "../../dist/mound.js");
  const script = `"$0" "$1" events --json | head -1; echo "\${PIPESTATUS[0]}"`;
  const { stdout, stderr } = await promisify(execFile)(
    "bash",
    ["-c", script, process.execPath, command],
    { cwd, env: environment },
  );
  const [line = "", code] = stdout.trim().split("\n");
  expect(JSON.parse(line)).toMatchObject({ type: "mound.founded" });
  expect([code, stderr]).toEqual(["0", ""]);
});
