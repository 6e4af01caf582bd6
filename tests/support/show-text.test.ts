import { describe, expect, it } from "vitest";
import { showLines, showName, showText, toJson } from "../../src/support/show-text.ts";

describe("showText", () => {
  it.each([
    ["\u001b[31m", "\\u{1b}[31m"],
    ["a\r\nb\tc\0", "a\\u{d}\\u{a}b\\u{9}c\\u{0}"],
    ["\u007f\u0085\u009b", "\\u{7f}\\u{85}\\u{9b}"],
    ["\u202e\u2066\u200b\u200d\ufeff\u2028", "\\u{202e}\\u{2066}\\u{200b}\\u{200d}\\u{feff}\\u{2028}"],
    ["\ud800x\udc00", "\\u{d800}x\\u{dc00}"],
    ["\u{e0041}", "\\u{e0041}"],
    ["Grüße, 世界 😀 שלום é", "Grüße, 世界 😀 שלום é"],
  ])("%j", (text, shown) => {
    expect(showText(text)).toBe(shown);
  });

  it("cuts at whole characters", () => {
    expect(showText("abcdefgh", 8)).toBe("abcdefgh");
    expect(showText("abcdefghi", 8)).toBe("abcde...");
    expect(showText("abcd😀efgh", 8)).toBe("abcd...");
    expect(showName("x".repeat(61))).toBe(`${"x".repeat(57)}...`);
    expect(showName("\u001b".repeat(1000))).toBe(`${"\\u{1b}".repeat(57)}...`);
  });

  it("keeps lines where they are meant", () => {
    expect(showLines("a\nb\u001b")).toBe("a\nb\\u{1b}");
  });
});

describe("toJson", () => {
  it("means the same, and shows every character", () => {
    const value = { "\u202e": ["\u009b", "\u{e0041}", "\u001b\n", "\ud800", "é"] };
    const text = toJson(value, 2);
    expect(JSON.parse(text)).toEqual(value);
    expect(text.replaceAll("\n", "")).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}]/u);
  });
});
