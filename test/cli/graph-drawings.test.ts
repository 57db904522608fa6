import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { widthOf } from "../../src/cli/graph/columns.ts";
import { graphDot } from "../../src/cli/graph/dot.ts";
import { graphMermaid } from "../../src/cli/graph/mermaid.ts";
import { pictureOf, type Picture } from "../../src/cli/graph/picture.ts";
import { graphText } from "../../src/cli/graph/text.ts";
import { sanitiseLine } from "../../src/cli/sanitise.ts";
import type { TaskId } from "../../src/protocol/ids.ts";
import { readDot, readMermaid } from "../support/drawings.ts";
import { Graph, idOf, randomTasks, type Some } from "../support/graphs.ts";
import { runs } from "../support/scale.ts";

function picture(graph: Graph, all = false): Picture {
  const read = pictureOf(graph.state, 0, undefined, all);
  if (!read.ok) throw new Error(read.error.code);
  return read.value;
}

const HOSTILE = [
  'a "quoted" one',
  'ends "',
  "back\\slash \\",
  '\\"]; "x" -> "y',
  "a]b[c](d){e}",
  "line\nbreak \\n \\N \\G",
  "<b>html</b> & &amp; &lt;",
  "`md` %%{init: {}}%% %% comment",
  "end; subgraph #quot; #35;",
  "\x1b[31mred\x07 \u202e rtl \u200b",
  "\u{1f41c} \u6f22\u5b57 e\u0301",
  "",
];

/** Two tasks with every hostile title, each waiting for the one before. */
const hostile = new Graph(
  HOSTILE.map((title, n) => ({ id: idOf(n), title, after: n === 0 ? [] : [idOf(n - 1)] })),
);

describe("drawings for other tools", () => {
  test("are what the grammars take, and say every title as it is shown elsewhere", () => {
    const drawn = picture(hostile);
    const dot = readDot(graphDot(drawn));
    const mermaid = readMermaid(graphMermaid(drawn));
    HOSTILE.forEach((title, n) => {
      const lines = [sanitiseLine(title), idOf(n), n === 0 ? "open" : "blocked"];
      expect(dot.nodes.get(idOf(n))).toEqual(lines);
      expect(mermaid.nodes.get(`t${idOf(n)}`)).toEqual(lines);
    });
  });

  test("whatever the titles, have the edges of the graph, sorted, those of a choice in another style", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 10 }),
        fc.nat(),
        fc.array(fc.string({ unit: "binary", maxLength: 20 }), { minLength: 1 }),
        (count, seed, titles) => {
          const tasks = randomTasks(count, seed, 3).map((task, n): Some => {
            return { ...task, title: titles[n % titles.length]! };
          });
          const drawn = picture(new Graph(tasks));
          const edges = drawn.edges.map(({ from, to, any }) => [
            from,
            to,
            any ? "dashed" : "solid",
          ]);
          const dot = readDot(graphDot(drawn));
          expect(dot.edges).toEqual(edges);
          const names = edges.map(([from, to]) => `${from!} ${to!}`);
          expect(names).toEqual(names.toSorted());
          expect([...dot.nodes.keys()]).toEqual(tasks.map(({ id }) => id));
          const mermaid = readMermaid(graphMermaid(drawn));
          expect(mermaid.edges).toEqual(
            edges.map(([from, to, style]) => [`t${from!}`, `t${to!}`, style]),
          );
          expect([...mermaid.nodes.keys()]).toEqual(tasks.map(({ id }) => `t${id}`));
        },
      ),
      runs(60),
    );
  });

  test("and the readers of these tests take nothing else", () => {
    const good = graphDot(picture(hostile));
    for (const bad of ['a" b', "a\\", "a\nb", "a\\N"])
      expect(() => readDot(good.replace("back", bad))).toThrow();
    expect(() => readDot(`${good}\nx`)).toThrow();
    const chart = graphMermaid(picture(hostile));
    for (const bad of ['a"b', "a%%b", "a]b", "a;\nb", "a`b"])
      expect(() => readMermaid(chart.replace("html", bad))).toThrow();
  });
});

describe("the picture in a terminal", () => {
  const claim = (agent: string) => ({
    agent: agent as never,
    token: 1,
    since: 0,
    at: 0,
    until: 1,
    nonce: "n" as never,
  });

  test("has a line for each task of a layer, what it waits for below, and the longest chain marked", () => {
    const [a, b, c, d] = [idOf(0), idOf(1), idOf(2), idOf(3)];
    const graph = new Graph([
      { id: a, title: "Design the store", claim: claim("ant-3") },
      { id: b, title: "Write it", after: [a] },
      { id: c, title: "Buy one", priority: 4 },
      { id: d, title: "Ship", after: [a], afterAny: [b, c] },
    ]);
    const { plain, painted } = graphText(picture(graph), true);
    const line = (start: string, facts: string): string =>
      `${start}${facts.padStart(80 - start.length)}`;
    expect(plain).toBe(
      [
        "4 tasks in 3 layers; the longest chain that is left has 3 (marked *).",
        "",
        "Layer 1, 2 tasks",
        line(` * > ${a}  Design the store`, "claimed by ant-3, unblocks 2"),
        line(`   o ${c}  Buy one`, "open, unblocks 1"),
        "",
        "Layer 2, 1 task",
        line(` * . ${b}  Write it`, "blocked, unblocks 1"),
        `              after ${a}`,
        "",
        "Layer 3, 1 task",
        line(` * . ${d}  Ship`, "blocked"),
        `              after ${a}`,
        `              after one of ${b}, ${c}`,
      ].join("\n"),
    );
    // oxlint-disable-next-line no-control-regex -- What a terminal is told by colours is looked for.
    expect(painted.replaceAll(/\x1b\[\d+m/g, "")).toBe(plain);
    expect(painted).not.toBe(plain);
  });

  test("is at most 80 columns wide, and no title gets out of its line", () => {
    const long = HOSTILE.map((title) => `${title} ${"\u6f22 wide ".repeat(30)}`);
    const graph = new Graph(
      long.map((title, n) => ({
        id: idOf(n),
        title,
        claim: claim("a".repeat(39)),
        after: Array.from({ length: Math.min(n, 11) }, (_, before) => idOf(before)),
      })),
    );
    const { plain, painted } = graphText(picture(graph), true);
    for (const line of plain.split("\n")) expect([line, widthOf(line) <= 80]).toEqual([line, true]);
    expect(plain.split("\n").filter((line) => line.startsWith(" *"))).toHaveLength(HOSTILE.length);
    expect(painted).not.toContain("\x07");
    expect(painted).not.toContain("\u202e");
    expect(plain).toContain("and 6 more");
  });

  test("cuts what is wide or deep, and counts the rest", () => {
    const many: Some[] = Array.from({ length: 40 }, (_, n) => ({ id: idOf(n) }));
    const deep: Some[] = Array.from({ length: 100 }, (_, n) => ({
      id: idOf(100 + n),
      after: n === 0 ? [] : ([idOf(99 + n)] as TaskId[]),
    }));
    const { plain } = graphText(picture(new Graph([...many, ...deep])), true);
    expect(plain).toContain("Layer 1, 41 tasks");
    expect(plain).toContain("      ... and 29 more\n");
    expect(plain).toContain("... and 76 tasks in 76 layers more; see them with --dot or --json.");
    expect(plain).toContain(` * o ${idOf(100)}  `);
    expect(plain).toContain("unblocks 64 or more");
    expect(graphText(picture(new Graph()), true).plain).toBe("There is nothing left to do.");
  });
});
