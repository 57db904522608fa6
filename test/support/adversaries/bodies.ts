/** YAML that is more than a flat map of texts, in records that their author has signed. */
import type { Attack } from "./attack.ts";

const PATH = "tasks/zz/zzzzzz1/task.yaml";

function body(
  name: string,
  text: (head: string) => string,
  [rule, code]: readonly [string, string] = ["RE2", "record-malformed"],
): Attack {
  return {
    name,
    rule,
    code,
    build: async (scene) => {
      const fields = { id: "zzzzzz1", creator: "mallory", title: "yaml" };
      const [whole] = Object.values(await scene.record("task", fields));
      const [head = ""] = Buffer.from(whole!).toString().split("---\n");
      const files = await scene.record(
        "task",
        {},
        { path: PATH, text: text(head), by: ["mallory"] },
      );
      return scene.commit({ author: "mallory", files });
    },
  };
}

/** A record of these bytes, whatever they are, with no signature. */
function bytes(name: string, content: Uint8Array): Attack {
  return {
    name,
    rule: "RE2",
    code: "record-malformed",
    build: (scene) => scene.commit({ author: "mallory", files: { [PATH]: content } }),
  };
}

const FIELD = ["RE4", "field-invalid"] as const;
const LAUGHS = Array.from({ length: 9 }, (_, at) => {
  const inner = at === 0 ? "lol" : `*l${at - 1}`;
  return `x-${at}: &l${at} [${Array.from({ length: 10 }, () => inner).join(", ")}]\n`;
}).join("");

export const BODIES: readonly Attack[] = [
  body("a billion laughs", (head) => head + LAUGHS),
  body(
    "three hundred anchors and their aliases",
    (head) =>
      head +
      Array.from({ length: 300 }, (_, at) => `x-a${at}: &a${at} v\nx-b${at}: *a${at}\n`).join(""),
  ),
  body(
    "a map of 64 KB",
    (head) => head + Array.from({ length: 6_000 }, (_, at) => `x-${at}: y\n`).join(""),
    ["RE1", "record-too-large"],
  ),
  body(
    "as many keys as fit",
    (head) => head + Array.from({ length: 1_200 }, (_, at) => `x-${at}: y\n`).join(""),
  ),
  body("lists in lists", (head) => `${head}x-deep: ${"[".repeat(5_000)}${"]".repeat(5_000)}\n`),
  body("maps in maps", (head) => `${head}x-deep: ${"{a: ".repeat(2_000)}b${"}".repeat(2_000)}\n`),
  body("a key that is there twice", (head) => `${head}title: again\n`),
  body("__proto__ as a key", (head) => `${head}__proto__: x\n`, FIELD),
  body("constructor as a key", (head) => `${head}constructor: x\n`, FIELD),
  body("a merge key", (head) => `${head}<<: {title: x}\n`),
  body("a second document", (head) => `${head}...\ntitle: more\n`),
  body("a tag", (head) => `${head}x-tag: !!js/function "x"\n`),
  body("a tag of one's own", (head) => `%TAG ! tag:example.com,2000:\n${head}`),
  body("a key that is a map", (head) => `${head}? {a: b}\n: c\n`),
  body("a number beyond counting", (head) => `${head}attempts: 99999999999999999999\n`, FIELD),
  body("a number that is none", (head) => `${head}attempts: .nan\n`, FIELD),
  body("a tab", (head) => `${head}x-tab:\tx\n`),
  body("a NUL", (head) => `${head}x-nul: a\u0000b\n`),
  body("an escape of the terminal", (head) => `${head}x-esc: "\u001b[2J"\n`),
  body("carriage returns", (head) => head.replaceAll("\n", "\r\n")),
  body("a byte order mark", (head) => `\ufeff${head}`),
  body("a conflict that nobody resolved", (head) => `${head}<<<<<<< ours\n`),
  body("nothing at all", () => "\n"),
  body("a list", () => "- kind: task\n"),
  bytes("UTF-16", Buffer.from("\ufeffkind: task\n", "utf16le")),
  bytes("bytes that are no text", Buffer.from([0xc3, 0x28, 0xa0, 0xff, 0x0a])),
  bytes("an empty file", Buffer.alloc(0)),
];
