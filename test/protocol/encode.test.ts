import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { encodeBody } from "../../src/protocol/encode.ts";
import { KINDS } from "../../src/protocol/kinds/index.ts";
import { readRecord } from "../../src/protocol/record.ts";
import { readYamlBody } from "../../src/protocol/yaml-body.ts";
import { expectAgreement } from "../support/agreement.ts";
import { bodyOf, entries } from "../support/bodies.ts";
import { runs } from "../support/scale.ts";

describe("what is written", () => {
  test("is read again as it was, whatever the text", () => {
    fc.assert(
      fc.property(entries, (fields) => {
        const body = bodyOf(fields);
        const record = readRecord("a.yaml", new TextEncoder().encode(body));
        expect(record.ok ? Object.fromEntries(record.value.body) : record.error).toEqual({
          kind: "task",
          ...fields,
        });
        expectAgreement(body);
      }),
      runs(500),
    );
  });

  test("is read the same by the package alone", () => {
    fc.assert(
      fc.property(entries, (fields) => {
        const yaml = readYamlBody(bodyOf(fields));
        expect(yaml.ok ? Object.fromEntries(yaml.value) : yaml.error).toEqual({
          kind: "task",
          ...fields,
        });
      }),
      runs(500),
    );
  });

  test("has its fields in the order of the kind, an editor's modeline, and x- keys last", () => {
    const body = encodeBody("claim", "tasks/aa/aaaaaa1/claim.lock", {
      nonce: "n",
      "x-a": "1",
      token: "7",
      task: "aaaaaa1",
      agent: undefined,
    });
    expect(body).toBe(
      "# yaml-language-server: $schema=../../../.mound/schema/claim.json\nkind: claim\ntask: aaaaaa1\ntoken: 7\nnonce: n\nx-a: 1\n",
    );
  });

  test("every kind of the table has its own name and can be written", () => {
    expect(new Set(KINDS.map(({ name }) => name)).size).toBe(KINDS.length);
    for (const { name, fields } of KINDS) {
      expect(Object.keys(fields.shape)[0]).toBe("kind");
      expect(encodeBody(name, "a.yaml", {})).toContain(`kind: ${name}\n`);
    }
  });
});
