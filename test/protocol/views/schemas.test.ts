import { describe, expect, test } from "vitest";
import { encodeBody } from "../../../src/protocol/encode.ts";
import { KINDS } from "../../../src/protocol/kinds/index.ts";
import { recordSchemas } from "../../../src/protocol/views/schemas.ts";

interface Schema {
  readonly $schema: string;
  readonly required: readonly string[];
  readonly additionalProperties: boolean;
  readonly properties: Readonly<
    Record<
      string,
      { readonly type?: unknown; readonly anyOf?: readonly { readonly type: string }[] }
    >
  >;
  readonly patternProperties: Readonly<Record<string, unknown>>;
}

const schemas = recordSchemas() as unknown as Readonly<Record<string, Schema>>;

test("there is one schema for each kind, and no other", () => {
  expect(Object.keys(schemas).toSorted()).toEqual(KINDS.map((kind) => kind.name).toSorted());
});

describe.each(KINDS.map((kind) => kind.name))("%s", (name) => {
  const schema = schemas[name]!;

  test("is of the draft that editors read, closed but for x- keys", () => {
    expect(schema.$schema).toBe("http://json-schema.org/draft-07/schema#");
    expect(schema.additionalProperties).toBe(false);
    expect(Object.keys(schema.patternProperties)).toEqual(["^x-"]);
  });

  test("names every field of the kind, and demands what the judge demands", () => {
    const kind = KINDS.find((candidate) => candidate.name === name)!;
    expect(Object.keys(schema.properties)).toEqual(Object.keys(kind.fields.shape));
    expect(schema.required).toEqual(expect.arrayContaining(["kind", "at", "nonce"]));
    for (const field of schema.required) {
      const without = Object.fromEntries(
        Object.keys(kind.fields.shape)
          .filter((other) => other !== field)
          .map((other) => [other, "x"]),
      );
      const issues = kind.fields.safeParse(without).error?.issues ?? [];
      expect(issues.map((issue) => issue.path[0])).toContain(field);
    }
  });
});

test("a number may be written as YAML writes numbers, where the judge reads text", () => {
  expect(schemas["claim"]!.properties["token"]!.anyOf?.map((choice) => choice.type)).toEqual([
    "integer",
    "string",
  ]);
  expect(schemas["claim"]!.properties["nonce"]!.type).toEqual(["string", "number"]);
  expect(schemas["claim"]!.properties["agent"]!.type).toBe("string");
});

test("a record's first line leads editors to its schema, from wherever it lies", () => {
  const body = encodeBody("claim", "tasks/k3/k3f9qz7/claim.lock", { task: "k3f9qz7" });
  expect(body.split("\n")[0]).toBe(
    "# yaml-language-server: $schema=../../../.mound/schema/claim.json",
  );
  expect(encodeBody("mound", "mound.yaml", {}).split("\n")[0]).toBe(
    "# yaml-language-server: $schema=.mound/schema/mound.json",
  );
});
