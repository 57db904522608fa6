import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  isAgentId,
  isNonce,
  isOid,
  isTaskId,
  slug,
  TASK_ID_MAX,
  taskHead,
  type TaskId,
} from "../../src/protocol/ids.ts";
import { isLegalPath, taskFolder } from "../../src/protocol/paths.ts";
import { runs } from "../support/scale.ts";

describe("ids", () => {
  test("know their own, and nothing near", () => {
    const lists: readonly (readonly [
      (text: string) => boolean,
      readonly string[],
      readonly string[],
    ])[] = [
      [
        isOid,
        ["0".repeat(40)],
        ["", "0".repeat(39), "0".repeat(41), `${"0".repeat(39)}A`, `${"0".repeat(40)}\n`],
      ],
      [
        isAgentId,
        ["a", "ant-1", "0x_y", "a".repeat(39)],
        ["", "-a", "_a", "Ant", "a b", "a.b", "a/b", "a".repeat(40), "é", "ant\n"],
      ],
      [
        isTaskId,
        ["k3f9qz7", "k3f9qz7-fix-login"],
        [
          "",
          "k3f9qz",
          "k3f9qz7-",
          "k3f9qzi",
          "k3f9qzl",
          "k3f9qz7--a",
          "K3F9QZ7",
          `k3f9qz7-${"a".repeat(41)}`,
          "k3f9qz7\n",
        ],
      ],
      [
        isNonce,
        ["01k9v3c2m8q4x7d5"],
        ["", "01k9v3c2m8q4x7d", "01k9v3c2m8q4x7di", "01K9V3C2M8Q4X7D5"],
      ],
    ];
    for (const [is, yes, no] of lists) {
      expect(yes.filter((text) => !is(text))).toEqual([]);
      expect(no.filter((text) => is(text))).toEqual([]);
    }
    expect(taskHead("k3f9qz7-fix-login" as TaskId)).toBe("k3f9qz7");
  });
});

describe("slug", () => {
  test.each([
    ["Fix the login!", "fix-the-login"],
    ["  Größe: ändern  ", "gro-e-andern"],
    ["日本語", ""],
    ["", ""],
    ["a--b__c", "a-b-c"],
    ["../../etc/passwd", "etc-passwd"],
    ["one two three four five six seven eight nine", "one-two-three-four-five-six-seven-eight"],
    ["x".repeat(60), ""],
    [`short ${"x".repeat(60)} end`, "short"],
  ])("%j becomes %j", (title, expected) => {
    expect(slug(title)).toBe(expected);
  });

  test("whatever the title, the id that it makes is an id, and its path is legal", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 120 }), (title) => {
        const words = slug(title);
        const id = words === "" ? "k3f9qz7" : `k3f9qz7-${words}`;
        expect(id.length).toBeLessThanOrEqual(TASK_ID_MAX);
        expect(isTaskId(id)).toBe(true);
        expect(isLegalPath(`${taskFolder(id)}/attempts/1000000.yaml`)).toBe(true);
      }),
      runs(500),
    );
  });
});
