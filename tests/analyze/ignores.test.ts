import { describe, expect, it } from "vitest";
import { createChecker } from "../../src/compiler.ts";
import { ignoresCatalog } from "../../src/diagnostics/catalog/ignores.ts";
import { applyFixes } from "../../src/diagnostics/apply-fixes.ts";
import { formatSource } from "../../src/format/format.ts";
import { textOf } from "../../src/support/source.ts";
import { checkFile, codesOfFile, host } from "../lower/checking.ts";

const model = (...lines: readonly string[]): string =>
  `model M: (x: f32[B, 4]) -> y: f32[B, 2] {\n${lines.map((it) => `  ${it}\n`).join("")}}\n`;

describe("the catalog of ignore comments", () => {
  it.each(Object.entries(ignoresCatalog))("%s: the bad example yields it, the good one nothing", (code, entry) => {
    expect(codesOfFile(entry.bad)).toEqual([code]);
    expect(codesOfFile(entry.good)).toEqual([]);
  });
});

describe("an ignore comment", () => {
  it("silences warnings on the line below it, over other comments and blank lines", () => {
    expect(
      codesOfFile(model("# modelc-ignore MC2004: later", "# more", "", "h = x -> Dense(3)", "x -> Dense(2)")),
    ).toEqual([]);
  });

  it("silences warnings at the end of their line", () => {
    expect(codesOfFile(model("h = x -> Dense(3) #modelc-ignore MC2004 : later", "x -> Dense(2)"))).toEqual([]);
  });

  it("names several codes", () => {
    const header =
      "model M(n: int = 2): (x: f32[B, 4], m: f32[B, 4]) -> y: f32[B, 2] { # modelc-ignore MC2006, MC2005: later";
    expect(codesOfFile(`${header}\n  x -> Dense(2)\n}\n`)).toEqual([]);
  });

  it("speaks of one line and of its codes alone", () => {
    const found = checkFile(
      model("h = x -> Dense(3) # modelc-ignore MC2004: later", "g = x -> Dense(3)", "x -> Dense(2)"),
    );
    expect(found.map((it) => [it.code, it.message])).toEqual([["MC2004", "`g` is never used."]]);
    expect(codesOfFile(model("# modelc-ignore MC2005: later", "h = x -> Dense(3)", "x -> Dense(2)"))).toEqual([
      "MC2004",
      "MC1051",
    ]);
  });

  it("silences no error, and says so", () => {
    const found = checkFile(model("x -> Dense(3) # modelc-ignore MC3001: it is right"));
    expect(found.map((it) => it.code)).toEqual(["MC1050", "MC3012"]);
    expect(found[0]?.message).toBe("`MC3001` is an error, and no comment silences errors.");
    expect(found[0]?.span && textOf(found[0].span)).toBe("MC3001");
  });

  it.each([
    ["# modelc-ignore", "This comment does not say which warning it silences."],
    ["# modelc-ignore: all", "This comment does not say which warning it silences."],
    ["# modelc-ignore MC2004", "This comment does not say why `MC2004` may be ignored."],
    ["# modelc-ignore MC2004:", "This comment does not say why `MC2004` may be ignored."],
    ["# modelc-ignore MC2004 later: perhaps", "A colon is missing before the reason."],
    ["# modelc-ignore MC2004, MC20041: later", "There is no code `MC20041`."],
    ["# modelc-ignore mc2004: later", "There is no code `mc2004`."],
    ...["## modelc-ignore", "# modelc-disable", "# modelc_ignore", "# Modelc-Ignore", "# modelc-ignore-next-line"].map(
      (it) => [`${it} MC2004: later`, `\`${it}\` silences nothing: what silences begins with \`# modelc-ignore\`.`],
    ),
  ])("%s: %s", (comment, message) => {
    const found = checkFile(model(`h = x -> Dense(3) ${comment}`, "x -> Dense(2)")).filter(
      (it) => it.code !== "MC2004",
    );
    expect(found.map((it) => [it.code, it.message])).toEqual([["MC1050", message]]);
  });

  it("offers the right letters of a code", () => {
    const [, finding] = checkFile(model("h = x -> Dense(3) # modelc-ignore mc2004: later", "x -> Dense(2)"));
    const [first] = checkFile(model("h = x -> Dense(3) # modelc-ignore mc2004: later", "x -> Dense(2)"));
    const fixes = [first, finding].flatMap((it) => it?.fix?.edits ?? []);
    expect(fixes.map(({ span, text }) => [textOf(span), text])).toEqual([["mc2004", "MC2004"]]);
  });

  it("that no code follows speaks of nothing", () => {
    const [finding, ...others] = checkFile(`${model("x -> Dense(2)")}# modelc-ignore MC2004: later\n\n# more\n`);
    expect(others).toEqual([]);
    expect(finding?.message).toBe("No code follows that this comment could speak of: it silences nothing.");
  });

  it.each(["## modelc-ignore", "# modelc_ignore"])("%s on a line of its own is mended by its fix", (begin) => {
    const text = model(`${begin} MC2004: later`, "h = x -> Dense(3)", "x -> Dense(2)");
    const found = checkFile(text);
    expect(found.map((it) => it.code).toSorted()).toEqual(["MC1050", "MC2004"]);
    expect(checkFile(applyFixes(text, found, () => true).text)).toEqual([]);
  });

  it("is no comment in a string, and none that begins otherwise", () => {
    expect(
      codesOfFile(`const a = "# modelc-ignore"\n\n${model("x -> Dense(2) # modelc-ignores what it knows")}`),
    ).toEqual([]);
  });

  it.each([
    ["  # modelc-ignore MC2004: gone\n", ""],
    [" # modelc-ignore MC2004: gone", ""],
  ])("that silences nothing can be removed: %j", (comment, without) => {
    const text = comment.endsWith("\n")
      ? model("x -> Dense(2)").replace("  x", `${comment}  x`)
      : model(`x -> Dense(2)${comment}`);
    const [finding, ...others] = checkFile(text);
    expect([finding?.code, others]).toEqual(["MC1051", []]);
    const [edit] = finding?.fix?.edits ?? [];
    const fixed = edit && text.slice(0, edit.span.start) + edit.text + text.slice(edit.span.end);
    expect(fixed).toBe(text.replace(comment, without));
  });

  it("is not called idle beside an error, in a file for others to use, or of what only a training finds", () => {
    const comment = "# modelc-ignore MC2004: later";
    expect(codesOfFile(model(`x -> Dense(3) ${comment}`))).toEqual(["MC3012"]);
    expect(codesOfFile(`block A: (x: f32[B, 4]) -> f32[B, 2] {\n  x -> Dense(2) ${comment}\n}\n`)).toEqual([]);
    expect(codesOfFile(model("x -> Dense(2) # modelc-ignore MC4046, MC3202: later"))).toEqual([]);
  });

  it("silences what is found in a file that is imported, without being idle there", () => {
    const block =
      "block A: (x: f32[B, 4]) -> f32[B, 2] {\n  h = x -> Dense(3) # modelc-ignore MC2004: later\n  x -> Dense(2) # modelc-ignore MC2005: idle\n}\n";
    const main = `import { A } from "./a.model"\n\n${model("x -> A")}`;
    const found = createChecker({ ...host, read: (path) => ({ path, text: block }) }).check({
      path: "main.model",
      text: main,
    });
    expect(found).toEqual([]);
  });
});

describe("an ignore comment in a file that is edited", () => {
  it("moves with its line, and counts as soon as it is there", () => {
    const checker = createChecker(host);
    const codes = (text: string): readonly string[] => checker.check({ path: "main.model", text }).map((it) => it.code);
    const silenced = model("h = x -> Dense(3) # modelc-ignore MC2004: later", "x -> Dense(2)");
    const open = silenced.replace(/ #.*/, "");
    expect(codes(open)).toEqual(["MC2004"]);
    expect(codes(silenced)).toEqual([]);
    expect(codes(`const a = 3\n\n\n${silenced}`)).toEqual([]);
    expect(codes(open)).toEqual(["MC2004"]);
    expect(codes(silenced.replace("h = x -> Dense(3)", "h = x"))).toEqual([]);
    expect(codes(silenced.replace("x -> Dense(2)", "h -> Dense(2)"))).toEqual(["MC1051"]);
  });
});

describe("the formatter", () => {
  it.each([
    model("# modelc-ignore MC2004: later", "h = x->Dense(3)", "x -> Dense(2)"),
    model("h = x->Dense(3)   # modelc-ignore MC2004: later", "x -> Dense(2)"),
    model(
      "h = x->Dense(3)->Dense(300, activation=relu)->Dense(300, activation=relu)->Dense(300, activation=relu) # modelc-ignore MC2004: later",
      "x -> Dense(2)",
    ),
    model("", "", "# modelc-ignore MC2004: later", "# and more", "h = x", "    -> Dense(3)", "x -> Dense(2)"),
    "model M(n:int=2): # modelc-ignore MC2006: later\n  (x: f32[B, 4]) -> y: f32[B, 2] { x -> Dense(2) }\n",
    "model M(\n  # modelc-ignore MC2006: later\n  n:int=2,\n): (x: f32[B, 4]) -> y: f32[B, 2] { x -> Dense(2) }\n",
    `import { Head } from "./layers.model" # modelc-ignore MC2031: later\n\n${model("x->Dense(2)")}`,
    "model M(n:int=2):(x: f32[B, 4])->y: f32[B, 2] { # modelc-ignore MC2006: later\n x -> Dense(2) }\n",
    model("y = when training { # modelc-ignore MC2004: later", "x -> Dense(2) } else { x }", "x->Dense(2)").replace(
      "Dense(2) }",
      "Dense(4) }",
    ),
  ])("keeps comments where they silence: %#", async (text) => {
    expect(codesOfFile(text)).toEqual([]);
    const formatted = await formatSource(text, "main.model");
    expect(codesOfFile(formatted)).toEqual([]);
    expect(await formatSource(formatted, "main.model")).toBe(formatted);
  });
});
