import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { ModelParser } from "../../grammar/parser.ts";
import { contextualWords, reservedWords, validateTokens } from "../../grammar/tokens.ts";
import { grammarArtefacts } from "../../scripts/grammar-artefacts.ts";

describe("the grammar", () => {
  it("passes all of chevrotain's checks, which running programs skip", () => {
    expect(() => new ModelParser(false)).not.toThrow();
    expect(() => {
      validateTokens();
    }).not.toThrow();
  });

  it("reserves exactly the words of the reference", () => {
    expect([...reservedWords].sort()).toEqual(["and", "false", "for", "not", "or", "scan", "true", "when"]);
    expect(contextualWords.filter((it) => reservedWords.includes(it))).toEqual([]);
  });
});

describe("the generated grammar files", () => {
  const artefacts = grammarArtefacts();

  it.each(Object.keys(artefacts))("%s is up to date: `npm run generate` writes it", (path) => {
    expect(readFileSync(path, "utf8")).toBe(artefacts[path]);
  });

  it("hold a rule for every rule, each used", () => {
    const ebnf = artefacts["grammar/model.ebnf"] ?? "";
    const rules = [...ebnf.matchAll(/^([a-z]\w*) = /gm)].map((it) => it[1] ?? "");
    expect(rules).toContain("statement");
    const code = ebnf.replaceAll(/"[^"\n]*"|\?[^\n]*\?|\(\*[\s\S]*?\*\)/g, " ");
    for (const rule of rules.filter((it) => it !== "file")) {
      expect([...code.matchAll(new RegExp(`\\b${rule}\\b`, "g"))].length, rule).toBeGreaterThan(1);
    }
    const used = new Set([...code.matchAll(/\b[a-z]\w*\b/g)].map((it) => it[0]));
    for (const name of used) expect(rules, name).toContain(name);
  });

  it("have diagrams that load nothing from elsewhere", () => {
    const page = artefacts["grammar/diagrams.html"] ?? "";
    expect(page).not.toMatch(/(src|href)\s*=\s*['"](https?:|local:|\/\/)/);
    expect(page).toContain("railroad");
  });

  it("have a TextMate grammar of valid patterns", () => {
    const grammar: unknown = JSON.parse(artefacts["grammar/model.tmLanguage.json"] ?? "");
    const patterns: string[] = [];
    const walk = (value: unknown): void => {
      if (typeof value !== "object" || value === null) return;
      for (const [key, it] of Object.entries(value)) {
        if (typeof it === "string" && ["match", "begin", "end"].includes(key)) patterns.push(it);
        else walk(it);
      }
    };
    walk(grammar);
    expect(patterns.length).toBeGreaterThan(15);
    for (const it of patterns) expect(() => new RegExp(it), it).not.toThrow();
  });
});
