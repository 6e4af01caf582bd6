import { readdirSync, readFileSync } from "node:fs";

/** A `.model` text of so many lines or some more: copies of the specs, what each declares under names of its own. */
export function longFile(lines: number): string {
  const specs = readdirSync("specs")
    .filter((it) => it.endsWith(".model"))
    .map((it) => readFileSync(`specs/${it}`, "utf8").replace(/^spec .*$/m, ""));
  let text = "";
  for (let copy = 1; ; copy++) {
    for (const spec of specs) {
      const names = [...spec.matchAll(/^(?:model|block|fn|data|const) (\w+)/gm)].map(([, name]) => name);
      text += `${spec.replaceAll(new RegExp(`\\b(?:${names.join("|")})\\b`, "g"), (name) => `${name}${copy}`)}\n`;
      if (text.split("\n").length > lines) return text;
    }
  }
}
