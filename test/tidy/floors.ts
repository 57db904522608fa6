import { files, type Finding, type Tree } from "./source.ts";
import { type Import, imports } from "./syntax.ts";

/** From the ground up. What stands on one floor never imports another of the same floor. */
const FLOORS = [
  ["base"],
  ["protocol"],
  ["app"],
  ["git", "keys", "memory"],
  ["open"],
  ["open"],
  ["daemon", "work", "relay", "mcp", "web", "sim"],
  ["cli"],
  ["audit-bin.ts", "bin.ts", "index.ts"],
];

/** The steps inside the protocol; other files at its top are the words. */
const STEPS = ["words", "rules", "kinds", "encoding", "commands", "drivers", "views"];
const FOLDERS = ["rules", "kinds", "commands", "views"];
const ENCODING = /^encode(-[a-z-]+)?\.ts$/;
const DRIVER = /^(judge|decide|fold)(-[a-z-]+)?\.ts$/;

/** Imports go down only, between the floors and between the steps of the protocol. */
export function floors(tree: Tree): readonly Finding[] {
  return files(tree, /^src\/.*\.ts$/).flatMap(([path, text]) => {
    if (floorOf(path) === -1) return [{ path, line: 1, message: strange(path) }];
    return imports(path, text).flatMap((found) => {
      const message = fault(path, found);
      return message === undefined ? [] : [{ path, line: found.line, message }];
    });
  });
}

function fault(path: string, { target }: Import): string | undefined {
  if (target === undefined || !target.startsWith("src/") || floorOf(target) === -1)
    return undefined;
  if (roomOf(path) === roomOf(target)) return stepFault(path, target);
  if (floorOf(target) < floorOf(path)) return undefined;
  if (floorOf(target) === floorOf(path)) {
    return `${roomOf(path)} and ${roomOf(target)} are of one floor: move what both need to a lower one`;
  }
  return `${roomOf(path)} is below ${roomOf(target)}: take it as an argument, or through a port`;
}

function stepFault(path: string, target: string): string | undefined {
  if (roomOf(path) !== "protocol" || stepOf(target) <= stepOf(path)) return undefined;
  const [lower, upper] = [STEPS[stepOf(path)], STEPS[stepOf(target)]];
  return `in the protocol, ${lower} come before ${upper}: move what both need down`;
}

function strange(path: string): string {
  return `${roomOf(path)} is on no floor: give it one in test/tidy/floors.ts`;
}

/** The folder in src/, or the file itself where it lies at the top of it. */
function roomOf(path: string): string {
  return path.split("/")[1] ?? "";
}

function floorOf(path: string): number {
  return FLOORS.findIndex((rooms) => rooms.includes(roomOf(path)));
}

function stepOf(path: string): number {
  const name = path.split("/")[2] ?? "";
  if (ENCODING.test(name)) return STEPS.indexOf("encoding");
  if (DRIVER.test(name)) return STEPS.indexOf("drivers");
  return FOLDERS.includes(name) ? STEPS.indexOf(name) : 0;
}
