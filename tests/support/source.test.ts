import { describe, expect, it } from "vitest";
import { inFile, positionAt, textOf } from "../../src/support/source.ts";

describe("a piece of a file", () => {
  const file = { path: "a.model", text: "one\ntwo three\n" };
  const piece = { path: "a.model", text: "two three\n", place: { file, offset: 4 } };
  const span = { file: piece, start: 4, end: 9 };

  it("has places of its file", () => {
    expect(positionAt(piece, 4)).toEqual({ line: 2, column: 5 });
    expect(inFile(span)).toEqual({ file, start: 8, end: 13 });
    expect(textOf(span)).toBe("three");
    expect(textOf(inFile(span))).toBe("three");
  });

  it("is left alone where it is the file", () => {
    const whole = { file, start: 0, end: 3 };
    expect(inFile(whole)).toBe(whole);
  });
});
