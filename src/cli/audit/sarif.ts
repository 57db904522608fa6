import { sha256Text } from "../../base/sha256.ts";
import { sanitise, sanitiseJson } from "../sanitise.ts";
import { ruleTitle } from "./rules.ts";
import type { AuditView, Shown } from "./shown.ts";

const SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json";
/** GitHub takes in no result without a place; what is of no file is shown at this one. */
const NO_PATH = "mound.yaml";

/** The findings as SARIF 2.1.0, in the shape that code scanning takes in. */
export function auditSarif(view: AuditView, version: string): string {
  const ids = [...new Set(view.findings.map(({ rule }) => rule))].toSorted();
  const titles = new Map(view.findings.map(({ rule, title }) => [rule, title]));
  const run = {
    tool: {
      driver: {
        name: "mound audit",
        semanticVersion: version,
        rules: ids.map((id) => ruleOf(id, titles.get(id) ?? ruleTitle(id))),
      },
    },
    automationDetails: { id: "mound-audit/" },
    columnKind: "utf16CodeUnits",
    results: view.findings.map((finding) => resultOf(finding, ids, view.strict)),
  };
  const log = { $schema: SCHEMA, version: "2.1.0", runs: [run] };
  return `${sanitiseJson(JSON.stringify(log, undefined, 1))}\n`;
}

function ruleOf(id: string, title: string) {
  return {
    id,
    shortDescription: { text: title },
    fullDescription: { text: title },
    help: { text: `${title}\nWhat is left of a refused commit is put right with: mound repair` },
    defaultConfiguration: { level: "error" },
    properties: { tags: ["mound"], "problem.severity": "error", precision: "very-high" },
  };
}

function resultOf(finding: Shown, ids: readonly string[], strict: boolean) {
  const { rule, repaired, path, paths, commit, code, message, advice, author, number } = finding;
  const uri = path ?? paths[0] ?? NO_PATH;
  const fingerprint = hex(`${rule}\n${uri}\n${commit}`);
  const by = author === "" ? "" : ` (author ${author})`;
  return {
    ruleId: rule,
    ruleIndex: ids.indexOf(rule),
    level: repaired === undefined || strict ? "error" : "note",
    message: { text: sanitise(`${message} In commit ${commit}${by}. ${advice}`) },
    locations: [
      {
        physicalLocation: {
          artifactLocation: { uri: relativeUri(uri) },
          region: { startLine: 1 },
        },
      },
    ],
    partialFingerprints: {
      primaryLocationLineHash: `${fingerprint}:1`,
      "mound/v1": fingerprint,
    },
    properties: { code, commit, number, repaired: repaired ?? null },
  };
}

/** A path as a reference that stays below the root of the repository, whatever a stranger named it. */
function relativeUri(path: string): string {
  const segments = sanitise(path).split("/");
  return segments.map((part) => (part === ".." ? "%2E%2E" : encodeURIComponent(part))).join("/");
}

function hex(text: string): string {
  return Buffer.from(sha256Text(text)).toString("hex").slice(0, 32);
}
