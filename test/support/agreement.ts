import { expect } from "vitest";
import { readPlainBody } from "../../src/protocol/plain-body.ts";
import { readYamlBody } from "../../src/protocol/yaml-body.ts";

/** The fast reader says nothing, or what the package says. */
export function expectAgreement(text: string): void {
  const plain = readPlainBody(text);
  if (plain === undefined) return;
  const yaml = readYamlBody(text);
  expect(yaml.ok ? [...yaml.value] : yaml.error).toEqual([...plain]);
}
