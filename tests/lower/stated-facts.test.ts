import { describe, expect, it } from "vitest";
import { formatRelation } from "../../src/dims/facts.ts";
import { checkFile, codesOfFile, lower, onlyFinding } from "./checking.ts";

const stating = (where: string, body = "x"): string =>
  `const width = 4\nconst big = 99999999 * 999999999\nmodel M: (x: f32[B, T]) -> y: f32[B, T] where ${where} {\n  ${body}\n}\n`;

describe("a fact of a header", () => {
  it.each([
    ["not (T > 4)", "T <= 4"],
    ["not T == 4", "T != 4"],
    ["not (not (T < 9))", "T < 9"],
    ["not T % 4 == 0", "T % 4 != 0"],
    ["not T >= width", "T < 4"],
  ])("may be the opposite of another: %s", (where, wanted) => {
    expect(lower(stating(where), "M").facts.relations.map(formatRelation)).toEqual([wanted]);
  });

  it.each([
    ["T == 4 or T == 8", "One of two equations holds where a product is 0: `(T - 4) * (T - 8) == 0`."],
    [
      "T == 4 or (T == width - 1)",
      "One of two equations holds where a product is 0: `(T - 4) * (T - (width - 1)) == 0`.",
    ],
    ["width == 4 and (T > 4 or B > 4)", "One of two is as large where the larger is: `max(T, B) > 4`."],
    ["T <= 4 or B <= 4", "One of two is as small where the smaller is: `min(T, B) <= 4`."],
    ["T <= 4 or T <= 5", "State the one that the body needs, or write a block for each case."],
    ["not (T == 4 and B == 4)", "State the one that the body needs, or write a block for each case."],
  ])("does not choose: %s", (condition, help) => {
    expect(onlyFinding(stating(condition))).toMatchObject({ code: "MC3108", help });
  });

  it.each([
    ["T == [4, 8]", "It is one of them where a product is 0: `(T - 4) * (T - 8) == 0`."],
    ["[4, B - 1] == T + 1", "It is one of them where a product is 0: `(T + 1 - 4) * (T + 1 - (B - 1)) == 0`."],
    ["T != [4, 8]", "It is none of them where a product is not 0: `(T - 4) * (T - 8) != 0`."],
    ["T > [4, 8]", undefined],
    ["T == []", undefined],
    ["T == [4, 2.5]", undefined],
  ])("looks no size up in a list: %s", (condition, help) => {
    const { code, help: told } = onlyFinding(stating(condition));
    expect([code, told]).toEqual(["MC3008", help]);
  });

  it.each([
    ["T", "A number is no condition: compare it, `T > 1`."],
    ["T % width", "A number is no condition: compare it, `T % width == 0`."],
    ["width", "A number is no condition: compare it, `width > 1`."],
  ])("is no number: %s", (condition, help) => {
    expect(onlyFinding(stating(condition))).toMatchObject({ code: "MC3034", help });
  });

  it("is told to be a comparison where it is made of several", () => {
    const { code, help } = onlyFinding(stating("T > 4 or T == 2"));
    expect(code).toBe("MC3108");
    expect(help).toBe("State the one that the body needs, or write a block for each case.");
  });

  it.each([
    ["T >= 4.5", "T >= 5"],
    ["T > 4.5", "T >= 5"],
    ["T < 4.5", "T <= 4"],
    ["T <= 4.5", "T <= 4"],
    ["4.5 <= T", "T >= 5"],
    ["4.5 > T", "T <= 4"],
  ])("is of whole numbers: %s", (where, wanted) => {
    const { code, help } = onlyFinding(stating(where));
    expect(code).toBe("MC3008");
    expect(help).toBe(`\`T\` is a whole number: write \`${wanted}\`.`);
    expect(codesOfFile(stating(wanted))).toEqual([]);
  });

  it.each(["T == 4.5", "T != 4.5"])("is no question of a number that is not whole: %s", (where) => {
    expect(onlyFinding(stating(where)).help).toBe("`T` is a whole number.");
  });

  it.each(["T == 99999999 * 999999999", "T == big", "T <= 9007199254740993", "big >= T"])(
    "is of numbers that are exact: %s",
    (where) => {
      const { code, message } = onlyFinding(stating(where));
      expect(code).toBe("MC3008");
      expect(message).toContain("whole numbers that are exact");
      expect(message).toContain("too large to be exact");
    },
  );

  it("has braces in its message that take names alone", () => {
    const found = checkFile(stating('T > 4, "{T}, {T + 1} and {T"'));
    expect(found.map((it) => `${it.code} ${it.message}`)).toEqual([
      "MC2050 `{T + 1}` is shown as it stands: braces take one name.",
    ]);
  });
});

describe("a name that a size does not get", () => {
  it("is told where it would", () => {
    const [first] = checkFile("model M: (x: f32[2 * N, D]) -> y: f32[D] {\n  x[0]\n}\n");
    expect(first?.help).toBe(
      "A dim is introduced by an input in which it stands alone, as `T` in `f32[B, T]`. Here is D.",
    );
    const near = checkFile("model M: (x: f32[B, Time]) -> y: f32[B, Tine] {\n  x\n}\n");
    expect(near[0]?.help).toBe("Did you mean `Time`?");
  });
});

describe("an element type that another input fixes", () => {
  it("is called by its name", () => {
    const text =
      "model M: (x: f32[A], z: i32[C]) -> y: f32[A, C] {\n  (a, b) = meshgrid(x, z, indexing=ij)\n  a + b\n}\n";
    expect(onlyFinding(text).message).toBe(
      "The elements of `y` of `meshgrid` must be f32, as those of the inputs before it are, and they are i32.",
    );
  });
});
