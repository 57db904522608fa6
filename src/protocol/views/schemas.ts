import * as z from "zod/mini";
import { WHOLE_NUMBER } from "../fields.ts";
import { KINDS } from "../kinds/index.ts";

type Json = Record<string, unknown>;

/**
 * A JSON Schema (draft 7, what editors read) for the body of each kind, made from the definitions
 * that the judge uses. Editors read `token: 1` as a number where the judge reads failsafe strings,
 * so that fields that may look like numbers accept both.
 */
export function recordSchemas(): Readonly<Record<string, Json>> {
  return Object.fromEntries(
    KINDS.map((kind) => {
      const schema = z.toJSONSchema(kind.fields, { target: "draft-7", io: "input" }) as Json;
      const properties = Object.entries(schema["properties"] as Record<string, Json>);
      return [
        kind.name,
        {
          ...schema,
          title: `A ${kind.name} record of a mound`,
          properties: Object.fromEntries(
            properties.map(([name, property]) => [name, widen(property)]),
          ),
          patternProperties: { "^x-": {} },
        },
      ];
    }),
  );
}

function widen(property: Json): Json {
  if (property["type"] !== "string") return property;
  if (property["pattern"] === WHOLE_NUMBER)
    return { anyOf: [{ type: "integer", minimum: 0 }, property] };
  const looksNumeric =
    typeof property["pattern"] === "string" && property["pattern"].startsWith("^[0-9");
  return looksNumeric ? { ...property, type: ["string", "number"] } : property;
}
