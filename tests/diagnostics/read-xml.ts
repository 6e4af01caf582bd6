/** An element of XML with its text and what is in it. */
export interface XmlElement {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly XmlElement[];
  readonly text: string;
}

const entities: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"' };

function plain(text: string): string {
  // eslint-disable-next-line no-control-regex -- these are what XML 1.0 has no way to say
  if (/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Cs}/u.test(text))
    throw new Error("a character that XML lacks");
  if (/[<>]/.test(text)) throw new Error(`unescaped: ${text}`);
  return text.replace(/&(\w*);?/g, (it, name: string) => entities[name] ?? fail(`unknown entity ${it}`));
}

function fail(message: string): never {
  throw new Error(message);
}

/** Reads XML as strictly as the standard asks, of what JUnit's form needs: elements, attributes, text. Throws where it is none. */
export function readXml(source: string): XmlElement {
  const declared = /^<\?xml version="1\.0" encoding="UTF-8"\?>\n/.exec(source)?.[0] ?? fail("no declaration");
  let rest = source.slice(declared.length);
  const take = (pattern: RegExp): RegExpExecArray | undefined => {
    const found = pattern.exec(rest) ?? undefined;
    if (found !== undefined) rest = rest.slice(found[0].length);
    return found;
  };
  const element = (): XmlElement => {
    const [, name = ""] = take(/^<([a-z][\w-]*)/) ?? fail(`no element at ${rest.slice(0, 40)}`);
    const attributes: Record<string, string> = {};
    for (let it = take(/^ ([a-z]+)="([^"<]*)"/); it !== undefined; it = take(/^ ([a-z]+)="([^"<]*)"/)) {
      const [, key = "", value = ""] = it;
      if (key in attributes) fail(`${key} twice`);
      attributes[key] = plain(value);
    }
    const children: XmlElement[] = [];
    let text = "";
    if (take(/^\/>/) !== undefined) return { name, attributes, children, text };
    if (take(/^>/) === undefined) fail(`no end of a tag at ${rest.slice(0, 40)}`);
    for (;;) {
      text += plain(take(/^[^<]+/)?.[0] ?? "");
      const [, end] = take(/^<\/([\w-]+)>/) ?? [];
      if (end === name) return { name, attributes, children, text };
      if (end !== undefined) fail(`</${end}> ends <${name}>`);
      children.push(element());
    }
  };
  const root = element();
  if (rest.trim() !== "") fail(`text behind the end: ${rest}`);
  return root;
}
