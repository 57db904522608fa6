import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { KINDS } from "../../src/protocol/kinds/index.ts";
import {
  COMMIT_BYTES,
  COMMIT_PATHS,
  IMPORT_BYTES,
  IMPORT_PATHS,
  LINE_COMMITS,
  MESSAGE_BYTES,
  RECORD_BYTES,
  RESTORE_PATHS,
} from "../../src/protocol/limits.ts";
import { isFurniture } from "../../src/protocol/paths.ts";
import { recordSchemas } from "../../src/protocol/views/schemas.ts";
import { VERIFY } from "../support/outsider.ts";

describe("the outsider's check has the lists and limits of the protocol", () => {
  const script = readFileSync(VERIFY, "utf8");

  test("[RE3] [RE4] the kinds, in the order in which they are judged, and their fields", () => {
    const listed = [...script.matchAll(/^ {2}kind\("([^"]*)", "([^"]*)", "([^"]*)"\)$/gm)];
    const common = ["kind", "at", "seen", "nonce"];
    const special = (names: Iterable<string>): readonly string[] =>
      [...names].filter((name) => !common.includes(name)).toSorted();
    const schemas = Object.entries(recordSchemas());
    expect(listed.map(([, kind]) => kind)).toEqual(KINDS.map(({ name }) => name));
    expect(
      listed.map(([, kind, fields, needed]) => [
        kind,
        special(fields!.split(" ")),
        special(needed!.split(" ")),
      ]),
    ).toEqual(
      schemas.map(([kind, { properties, required }]) => [
        kind,
        special(Object.keys(properties as object)),
        special(required as string[]),
      ]),
    );
  });

  test("[PA4] the files that carry no signatures", () => {
    const read = (path: string): string =>
      readFileSync(join(import.meta.dirname, "../../src/protocol", path), "utf8");
    const between = (text: string, from: string, to: string): string =>
      text.slice(text.indexOf(from) + from.length).split(to)[0]!;
    const source = between(read("paths.ts"), "const FURNITURE_FILES", "const FURNITURE_SEGMENT");
    const names = [...source.matchAll(/"([^"]+)"/g)].map(([, name]) => name!);
    expect(names.length).toBeGreaterThan(7);
    expect(names.every((name) => isFurniture(name.replace(/\/$/, "/x")))).toBe(true);
    // The script has them as patterns, once: a file's whole name, or the name of a folder after its dot.
    expect(script.match(/function furniture\(/g)).toHaveLength(1);
    const pattern = between(script, "function furniture(path) {", "}\n");
    const [files = "", folders = ""] = pattern
      .split("||")
      .map((part) => /\((.*)\)/.exec(part)![1]!);
    const listed = [
      ...files.replaceAll("\\", "").split("|"),
      ...folders.split("|").map((folder) => `.${folder}/`),
    ];
    expect(listed.toSorted()).toEqual(names.toSorted());
    const rule = between(read("SPEC.md"), "- **PA4** ", " carry no signatures");
    expect([...rule.matchAll(/`([^`]+)`/g)].map(([, name]) => name!).toSorted()).toEqual(
      names.toSorted(),
    );
  });

  test("[LN7] [CK2] the limits", () => {
    const numbers = (pattern: RegExp): readonly number[] =>
      (pattern.exec(script) ?? []).slice(1).map(Number);
    expect(numbers(/CHANGES > \(IMPORTING \? (\d+) : (\d+)\)/)).toEqual([
      IMPORT_PATHS,
      COMMIT_PATHS,
    ]);
    expect(numbers(/BYTES > \(IMPORTING \? (\d+) : (\d+)\)/)).toEqual([IMPORT_BYTES, COMMIT_BYTES]);
    expect(numbers(/SIZE\[\$4\] > (\d+)/)).toEqual([RECORD_BYTES]);
    expect(numbers(/CHANGES > (\d+) \|\| !restores\(\)/)).toEqual([RESTORE_PATHS]);
    expect(numbers(/MESSAGE\[COMMIT\] > (\d+)/)).toEqual([MESSAGE_BYTES]);
    expect(numbers(/field\("number"\) \+ 0 > (\d+)/)).toEqual([LINE_COMMITS]);
  });
});
