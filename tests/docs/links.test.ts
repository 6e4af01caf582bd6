import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { describe, expect, it } from "vitest";

const pages = [
  "README.md",
  "CONTRIBUTING.md",
  ...readdirSync("docs").flatMap((it) => (it.endsWith(".md") ? [join("docs", it)] : [])),
];

/** What GitHub calls a heading's anchor. */
const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, "")
    .replaceAll(" ", "-");

function anchorsOf(path: string): ReadonlySet<string> {
  const prose = readFileSync(path, "utf8").replace(/^(`{3,})[^]*?^\1$/gm, "");
  return new Set([...prose.matchAll(/^#+ (.+)$/gm)].map(([, heading = ""]) => anchorOf(heading)));
}

/** Links of a page to files and headings of the repository. */
function linksOf(path: string): readonly string[] {
  const prose = readFileSync(path, "utf8").replace(/^(`{3,})[^]*?^\1$/gm, "");
  return [...prose.matchAll(/\]\(([^)]+)\)/g)].map(([, to = ""]) => to).filter((it) => !/^\w+:/.test(it));
}

describe("the pages", () => {
  it.each(pages)("link to what exists, %s", (page) => {
    const broken = linksOf(page).filter((link) => {
      const [file = "", anchor] = link.split("#");
      const target = file === "" ? page : normalize(join(dirname(page), file));
      return !existsSync(target) || (anchor !== undefined && !anchorsOf(target).has(anchor));
    });
    expect(broken).toEqual([]);
  });

  it("have links at all", () => {
    expect(linksOf("README.md").length).toBeGreaterThan(5);
    expect(linksOf("docs/language.md").length).toBeGreaterThan(20);
  });
});
