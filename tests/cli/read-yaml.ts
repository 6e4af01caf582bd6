/** A value of the YAML that this project's own files are written in: maps, lists and texts, by indents. */
export type Yaml = string | readonly Yaml[] | { readonly [key: string]: Yaml };

/** Reads YAML as far as `action.yml` and `.pre-commit-hooks.yaml` use it; throws at anything else. */
export function readYaml(text: string): Yaml {
  const lines = text
    .split("\n")
    .filter((line) => line.trim() !== "" && !/^\s*#/.test(line))
    .map((line) => ({ indent: /^ */.exec(line)?.[0].length ?? 0, said: line.trim() }));
  let at = 0;
  const block = (indent: number): Yaml => {
    const items: Yaml[] = [];
    const entries: [string, Yaml][] = [];
    for (let line = lines[at]; line?.indent === indent; line = lines[at]) {
      const item = /^- (.*)$/.exec(line.said)?.[1];
      if (item !== undefined) {
        // The map of an item goes on below its dash.
        lines[at] = { indent: indent + 2, said: item };
        items.push(/^[\w-]+:( |$)/.test(item) ? block(indent + 2) : scalar(lines[at++]?.said ?? ""));
        continue;
      }
      const [, key = "", value = ""] = /^([\w-]+):(?: (.*))?$/.exec(line.said) ?? fail(line.said);
      at++;
      const next = lines[at];
      entries.push([
        key,
        value !== "" ? scalar(value) : next !== undefined && next.indent > indent ? block(next.indent) : "",
      ]);
    }
    if (items.length > 0 && entries.length > 0) fail("a list and a map in one");
    return items.length > 0 ? items : Object.fromEntries(entries);
  };
  const read = block(0);
  if (at < lines.length) fail(lines[at]?.said ?? "");
  return read;
}

function scalar(text: string): string {
  if (/^["'].*["']$/.test(text)) return text.slice(1, -1);
  // What YAML would read otherwise: such texts want quotes.
  if (/^[[{>|&*!%@`]|: | #/.test(text) && !text.startsWith("${{")) fail(text);
  return text;
}

function fail(text: string): never {
  throw new Error(`this is no YAML that I know: ${text}`);
}
