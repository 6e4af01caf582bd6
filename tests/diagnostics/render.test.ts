import { describe, expect, it } from "vitest";
import type { Diagnostic } from "../../src/diagnostics/diagnostic.ts";
import { renderText } from "../../src/diagnostics/render.ts";
import { createCollector } from "../../src/diagnostics/collector.ts";
import { parseFile } from "../../src/syntax/parse.ts";

function check(text: string): readonly Diagnostic[] {
  const collector = createCollector();
  parseFile({ path: "specs/a.model", text }, collector);
  return collector.diagnostics;
}

const piped = "model M: (x: f32[B, 4]) -> y: f32[B, 4] {\n  w = x -> Dense(4) + x\n  w\n}\n";

describe("renderText", () => {
  it("shows the place, the line, the underlines, the help and the fix", () => {
    expect(renderText(check(piped), { color: false })).toBe(
      [
        "error[MC1014]: After `->` stands one stage: `+` cannot follow it.",
        " --> specs/a.model:2:21",
        "  |",
        "2 |   w = x -> Dense(4) + x",
        "  |                     ^",
        "  |       ------------- the value before it ends with a stage",
        "  |",
        "  = help: Put the stages in parentheses, so that it is clear what the operator joins.",
        "  = fix: put the stages in parentheses",
        "",
      ].join("\n"),
    );
  });

  it("counts tabs and wide characters as a terminal draws them", () => {
    const text = renderText(check('const a = ["猫犬",\t"é", 12px]\n'), { color: false });
    const [, , , source = "", marks = ""] = text.split("\n");
    // The two wide characters take one column more each than they have code units; the tab ends at a multiple of four.
    expect(source).toBe('1 | const a = ["猫犬",  "é", 12px]');
    // Eleven columns to the bracket, seven for the text and its comma, two for the tab, five for the next element.
    expect(marks).toBe(`  | ${" ".repeat(25)}^^^^`);
  });

  it("points past the end of a line that ends too early, and of the text", () => {
    expect(renderText(check("data D"), { color: false })).toContain("1 | data D\n  |       ^");
  });

  it("cuts very long lines to the part around the mark", () => {
    const text = renderText(check(`const a = [${"1, ".repeat(300)}12px, ${"1, ".repeat(300)}]\n`), { color: false });
    for (const line of text.split("\n")) expect(line.length).toBeLessThan(200);
    const [, , , source = "", marks = ""] = text.split("\n");
    expect(source.slice(marks.indexOf("^"), marks.lastIndexOf("^") + 1)).toBe("12px");
  });

  it("uses colours only where asked", () => {
    expect(renderText(check(piped), { color: false })).not.toContain("\u001b");
    expect(renderText(check(piped), { color: true })).toContain("\u001b[31m");
  });
});
