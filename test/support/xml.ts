/** A strict reader of the small part of XML that a chart needs: no entities but five, no comments, no sections. */

export interface Element {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  /** What stands directly in it. */
  text: string;
}

/** In the order of their start tags; throws where the document is not well-formed. */
export function elementsOf(document: string): readonly Element[] {
  const elements: Element[] = [];
  const open: Element[] = [];
  let at = 0;
  while (at < document.length) {
    const end = document[at] === "<" ? document.indexOf(">", at) + 1 : nextTag(document, at);
    const token = document.slice(at, end);
    if (end === 0) throw new Error(`a tag is not closed: ${document.slice(at, at + 40)}`);
    at = end;
    if (!token.startsWith("<")) addText(open.at(-1), token);
    else if (token.startsWith("</")) {
      const closed = open.pop();
      if (token !== `</${closed?.name}>`) throw new Error(`${token} closes ${closed?.name}`);
    } else {
      const element = start(token);
      if (open.length === 0 && elements.length > 0) throw new Error(`a second root: ${token}`);
      elements.push(element);
      if (!token.endsWith("/>")) open.push(element);
    }
  }
  if (open.length > 0) throw new Error(`${open.at(-1)!.name} is not closed`);
  return elements;
}

function nextTag(document: string, at: number): number {
  const next = document.indexOf("<", at);
  return next < 0 ? document.length : next;
}

function addText(element: Element | undefined, text: string): void {
  if (element !== undefined) element.text += plain(text);
  else if (text.trim() !== "") throw new Error(`text outside the root: ${text}`);
}

function start(token: string): Element {
  const [, name, rest] = /^<([A-Za-z]+)((?: [A-Za-z:-]+="[^"<]*")*)\/?>$/.exec(token) ?? [];
  if (name === undefined) throw new Error(`not a tag: ${token}`);
  const attributes: Record<string, string> = {};
  for (const [, key = "", value = ""] of rest!.matchAll(/ ([A-Za-z:-]+)="([^"]*)"/g)) {
    if (key in attributes) throw new Error(`${key} is there twice: ${token}`);
    attributes[key] = plain(value);
  }
  return { name, attributes, text: "" };
}

const ENTITIES: Readonly<Record<string, string>> = {
  amp: "&",
  lt: "<",
  gt: ">",
  quot: '"',
  apos: "'",
};

function plain(text: string): string {
  return text.replaceAll(/&([a-z]*;?)/g, (whole, name: string) => {
    const character = name.endsWith(";") ? ENTITIES[name.slice(0, -1)] : undefined;
    if (character === undefined) throw new Error(`not an entity: ${whole}`);
    return character;
  });
}
