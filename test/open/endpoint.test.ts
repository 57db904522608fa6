import {
  chmodSync,
  chownSync,
  mkdirSync,
  realpathSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { endpointOf, hasEndpoint, prepareEndpoint } from "../../src/open/endpoint.ts";
import { temporary } from "../keys/openssh.ts";

function modeOf(path: string): string {
  return (statSync(path).mode & 0o777).toString(8);
}

/** A clone's git directory in a folder whose path has about so many characters. */
function clone(length: number): string {
  const folder = realpathSync(temporary());
  const gitDir = join(folder, "x".repeat(Math.max(1, length - folder.length - 1)), ".git");
  mkdirSync(gitDir, { recursive: true });
  return gitDir;
}

test("it lies in the git directory, in a folder for this user alone", () => {
  const gitDir = clone(40);
  const endpoint = endpointOf(gitDir);
  expect(endpoint).toBe(join(gitDir, "mound/daemon/socket"));
  prepareEndpoint(endpoint);
  expect(modeOf(dirname(endpoint))).toBe("700");
});

test("a folder that others could enter is closed to them", () => {
  const endpoint = endpointOf(clone(40));
  mkdirSync(dirname(endpoint), { recursive: true });
  chmodSync(dirname(endpoint), 0o777);
  prepareEndpoint(endpoint);
  expect(modeOf(dirname(endpoint))).toBe("700");
});

test("where a path is too long for a socket, it has a short one that is its own", () => {
  const [one, other] = [endpointOf(clone(150)), endpointOf(clone(150))];
  for (const endpoint of [one, other]) {
    expect(Buffer.byteLength(endpoint)).toBeLessThanOrEqual(103);
    prepareEndpoint(endpoint);
    expect(modeOf(dirname(endpoint))).toBe("700");
  }
  expect(one).not.toBe(other);
});

test("it is the same one by whichever way the clone was reached, and whatever TMPDIR says", () => {
  const gitDir = clone(150);
  const link = join(temporary(), "link");
  symlinkSync(dirname(gitDir), link);
  const endpoint = endpointOf(gitDir);
  const before = process.env["TMPDIR"];
  process.env["TMPDIR"] = "/var/tmp/elsewhere";
  expect(endpointOf(gitDir)).toBe(endpoint);
  if (before === undefined) delete process.env["TMPDIR"];
  else process.env["TMPDIR"] = before;
  const longer = join(link, "..", "y".repeat(120));
  symlinkSync(dirname(gitDir), longer);
  expect(endpointOf(join(longer, ".git"))).toBe(endpoint);
});

test("on Windows it is a named pipe", () => {
  expect(endpointOf(clone(40), "win32")).toMatch(/^\\\\\.\\pipe\\mound-[0-9a-f]{24}$/);
});

test("nobody listens where there is no socket", () => {
  const endpoint = endpointOf(clone(40));
  expect(hasEndpoint(endpoint)).toBe(false);
  prepareEndpoint(endpoint);
  expect(hasEndpoint(endpoint)).toBe(false);
  writeFileSync(endpoint, "");
  expect(hasEndpoint(endpoint)).toBe(true);
});

test("a folder that is a link is not taken for a folder", () => {
  const endpoint = endpointOf(clone(40));
  const elsewhere = temporary();
  mkdirSync(dirname(dirname(endpoint)), { recursive: true });
  symlinkSync(elsewhere, dirname(endpoint));
  writeFileSync(join(elsewhere, "socket"), "");
  expect(hasEndpoint(endpoint)).toBe(false);
  expect(() => prepareEndpoint(endpoint)).toThrow("belongs to another user");
});

test.skipIf(process.getuid?.() !== 0)(
  "what answers in a folder of somebody else is no daemon",
  () => {
    const endpoint = endpointOf(clone(40));
    prepareEndpoint(endpoint);
    writeFileSync(endpoint, "");
    chownSync(dirname(endpoint), 12_345, 12_345);
    expect(hasEndpoint(endpoint)).toBe(false);
    expect(() => prepareEndpoint(endpoint)).toThrow("belongs to another user");
  },
);
