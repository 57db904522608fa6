/** Readers of the two drawing languages that take what the tools' grammars take, and nothing else. */

export interface DotGraph {
  /** Labels by id, escapes undone, a line each. */
  readonly nodes: ReadonlyMap<string, readonly string[]>;
  readonly edges: readonly (readonly [from: string, to: string, style: string])[];
}

/** The grammar of Graphviz' documentation: a strict part of it, without subgraphs and ports. */
export function readDot(text: string): DotGraph {
  const tokens = [...text.matchAll(/\s+|"(?:[^"\\\n]|\\[^\n])*"|->|[{}[\];=,]|[A-Za-z_]\w*|\d+/gy)]
    .map(([token]) => token)
    .filter((token) => token.trim() !== "");
  const read = text.replaceAll(/\s+|"(?:[^"\\\n]|\\[^\n])*"|->|[{}[\];=,]|[A-Za-z_]\w*|\d+/g, "");
  if (read !== "") throw new Error(`no token of DOT: ${JSON.stringify(read.slice(0, 40))}`);
  let at = 0;
  const take = (wanted?: RegExp | string): string => {
    const token = tokens[at++] ?? "the end";
    const fits =
      wanted === undefined || (typeof wanted === "string" ? token === wanted : wanted.test(token));
    if (!fits) throw new Error(`token ${at}: ${String(wanted)} was due, and not ${token}`);
    return token;
  };
  const id = (): string => take(/^("|\w)/);
  const attributes = (): Map<string, string> => {
    const found = new Map<string, string>();
    if (tokens[at] !== "[") return found;
    take("[");
    while (tokens[at] !== "]") {
      const name = id();
      take("=");
      found.set(name, id());
      if (tokens[at] === ",") take(",");
    }
    take("]");
    return found;
  };
  const nodes = new Map<string, readonly string[]>();
  const edges: (readonly [string, string, string])[] = [];
  take("digraph");
  id();
  take("{");
  while (tokens[at] !== "}") {
    const first = id();
    if (tokens[at] === "=") {
      take("=");
      id();
    } else if (tokens[at] === "->") {
      take("->");
      const second = id();
      edges.push([quoted(first), quoted(second), attributes().get("style") ?? "solid"]);
    } else {
      const label = attributes().get("label");
      if (first !== "node") nodes.set(quoted(first), labelLines(label ?? ""));
    }
    take(";");
  }
  take("}");
  if (at !== tokens.length) throw new Error("there is something after the end");
  return { nodes, edges };
}

function quoted(token: string): string {
  if (!/^"[0-9a-z-]+"$/.test(token)) throw new Error(`an id that is not quoted: ${token}`);
  return token.slice(1, -1);
}

function labelLines(token: string): readonly string[] {
  if (!token.startsWith('"')) throw new Error("a label that is not quoted");
  const text = token.slice(1, -1).replaceAll(/\\(.)/g, (_, char: string) => {
    if (char === "n") return "\n";
    if (char !== '"' && char !== "\\") throw new Error(`an escape that means something: ${char}`);
    return char;
  });
  return text.split("\n").map((line) => {
    if (/&(?!amp;)/.test(line)) throw new Error(`an entity: ${line}`);
    return line.replaceAll("&amp;", "&");
  });
}

/** Flowcharts as Mound writes them: nothing in a line may mean anything but a node or an edge. */
export function readMermaid(text: string): DotGraph {
  const [head, style, ...lines] = text.split("\n");
  if (head !== "flowchart LR" || style !== "  classDef critical stroke-width:3px")
    throw new Error("it does not begin as a flowchart");
  const nodes = new Map<string, readonly string[]>();
  const edges: (readonly [string, string, string])[] = [];
  for (const line of lines) {
    const node =
      /^ {2}(t[0-9a-z]{7})\["((?:[\p{L}\p{N} .,:_/-]|#\d+;|<br\/>)*)"\](?::::critical)?$/u.exec(
        line,
      );
    const edge = /^ {2}(t[0-9a-z]{7}) (-->|-\.->) (t[0-9a-z]{7})$/.exec(line);
    if (node !== null) {
      const label = node[2]!
        .split("<br/>")
        .map((part) =>
          part.replace(/#(\d+);/g, (_, code: string) => String.fromCodePoint(Number(code))),
        );
      nodes.set(node[1]!, label);
    } else if (edge !== null)
      edges.push([edge[1]!, edge[3]!, edge[2] === "-->" ? "solid" : "dashed"]);
    else throw new Error(`neither a node nor an edge: ${line}`);
  }
  return { nodes, edges };
}
