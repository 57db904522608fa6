/** A daemon that somebody treats badly, and what must hold of it afterwards. */
import { statSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import { git } from "../contract/clone.ts";
import { endpointOf } from "../../src/open/endpoint.ts";
import { mound, type Place, type Ran } from "./command.ts";
import { type Live, startDaemon } from "./live.ts";
import { cloneFor, countCommits, foundSite, journalOf, type Site } from "./site.ts";
import { RawClient } from "./sockets.ts";

export interface Besieged {
  readonly site: Site;
  /** The clone of the daemon; its commands act for `ant`. */
  readonly ant: Place;
  readonly socket: string;
  daemon: Live;
  /** What a client of the daemon's own build says. */
  readonly build: string;
}

/** A mound at a bare repository, a clone of `ant`'s, and a daemon there that tells its phases. */
export async function besieged({
  tasks = 4,
  agents = ["ant", "bee"],
  ...options
}: {
  readonly tasks?: number;
  readonly agents?: readonly string[];
  readonly url?: string;
  readonly environment?: NodeJS.ProcessEnv;
  readonly arguments?: readonly string[];
  /** Makes of the site what the test is about, before the daemon starts. */
  readonly prepare?: (site: Site) => Promise<Site>;
} = {}): Promise<Besieged> {
  const founded = await foundSite({ agents, tasks });
  const site = (await options.prepare?.(founded)) ?? founded;
  const ant = await cloneFor(site, "ant", options.url);
  const daemon = await startDaemon(
    { ...ant, environment: { ...ant.environment, MOUND_TRACE: "1", ...options.environment } },
    ...(options.arguments ?? []),
  );
  const socket = socketOf(ant);
  return { site, ant, socket, daemon, build: await buildOf(socket) };
}

export function socketOf({ cwd }: Place): string {
  return endpointOf(join(cwd, ".git"));
}

/** As another agent in the same clone. */
export function as(place: Place, agent: string): Place {
  return { ...place, environment: { ...place.environment, MOUND_AGENT: agent } };
}

async function buildOf(socket: string): Promise<string> {
  const client = await RawClient.open(socket);
  client.send('{"id":1,"build":"another","type":"status"}\n');
  const { error } = (await client.answer(1)) as { error: { code: string; detail: string } };
  client.socket.destroy();
  expect(error.code).toBe("other-build");
  return error.detail.split(" ").at(-1)!;
}

/** A request as a client of the daemon's build sends it. */
export function ask({ build }: Besieged, id: number, more: object): string {
  return `${JSON.stringify({ id, build, ...more })}\n`;
}

/** Whether a command went through the daemon: it opened no mound of its own then. */
export function throughDaemon({ phases }: Ran): boolean {
  return !phases.includes("turn");
}

/**
 * It serves a normal command, what it said is at the origin, both repositories are sound, and nothing
 * is left in doubt.
 */
export async function expectWell({ site, ant, daemon, socket }: Besieged): Promise<void> {
  const before = await countCommits(site.origin);
  const added = await mound(ant, "task", "add", "all is well");
  expect(added).toMatchObject({ code: 0, json: { ok: true } });
  expect(throughDaemon(added)).toBe(true);
  expect(await countCommits(site.origin)).toBe(before + 1);
  const task = added.json!.data!.task.id;
  const claimed = await mound(ant, "claim", task);
  expect(claimed).toMatchObject({ code: 0, json: { data: { task: { id: task }, token: 1 } } });
  expect(await mound(ant, "done", task)).toMatchObject({ code: 0 });
  await expectSound(site, ant);
  expect(daemon.child.exitCode).toBeNull();
  expect((statSync(socket).mode & 0o777).toString(8)).toBe("600");
}

/** Both repositories are whole, and no operation is in doubt. */
export async function expectSound(site: Site, ant: Place): Promise<void> {
  for (const repository of [join(ant.cwd, ".git"), site.origin])
    expect(await git(repository, "fsck", "--strict", "--no-dangling")).toBe("");
  expect(await journalOf(ant)).toEqual([]);
}
