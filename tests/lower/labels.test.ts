import { describe, expect, it } from "vitest";
import { textOf } from "../../src/support/source.ts";
import type { Diagnostic } from "../../src/diagnostics/diagnostic.ts";
import { check as checkAll } from "./checking.ts";

/** What is found, but for inputs and parameters that a case has no use for. */
function check(text: string): readonly Diagnostic[] {
  return checkAll(text).filter(({ code }) => code !== "MC2005" && code !== "MC2022");
}

function codesOf(text: string): readonly string[] {
  return check(text).map(({ code }) => code);
}

/** The one finding. */
function onlyFinding(text: string): Diagnostic & { readonly at: string } {
  const [found, ...others] = check(text);
  if (found === undefined || others.length > 0) throw new Error(`expected one finding, got ${codesOf(text).join()}`);
  return { ...found, at: textOf(found.span) };
}

/** A model with labels of three classes and a table of three rows, and the expression under test as its result. */
function model(expression: string, result = "f32[B, 3]", label = "class(3)[B]"): string {
  return `model M: (x: f32[B, 3], label: ${label}, other: i32[B]) -> y: ${result} {\n  param table: f32[3, 3] = zeros\n  ${expression}\n}\n`;
}

/** Every operator that takes places, applied to `of` where there are `rooms` of them. */
const takers: readonly (readonly [name: string, write: (of: string, rooms: number) => readonly [string, string]])[] = [
  ["cross_entropy", (of, rooms) => [`x -> Dense(${rooms}) -> cross_entropy(${of})`, "f32[]"]],
  ["take_along", (of, rooms) => [`take_along(x -> Dense(${rooms}), ${of})`, "f32[B]"]],
  ["put_along", (of, rooms) => [`sum(put_along(${of}, x[:, 0], ${rooms}), axis=-1)`, "f32[B]"]],
  ["one_hot", (of, rooms) => [`sum(one_hot(${of}, ${rooms}), axis=-1)`, "f32[B]"]],
  ["gather", (of, rooms) => [`gather(zeros([${rooms}, 3]), ${of})`, "f32[B, 3]"]],
  ["gather along an axis", (of, rooms) => [`transpose(gather(zeros([3, ${rooms}]), ${of}, axis=1))`, "f32[B, 3]"]],
  ["scatter_add", (of, rooms) => [`scatter_add(${of}, x, shape=[${rooms}, 3])`, `f32[${rooms}, 3]`]],
  ["Embedding", (of, rooms) => [`${of} -> Embedding(${rooms}, 3)`, "f32[B, 3]"]],
];

describe("places of a known range", () => {
  it.each(takers)("need room for all of them: %s", (name, write) => {
    const [fits, result] = write("label", 3);
    expect(codesOf(model(fits, result))).toEqual([]);
    const [short, other] = write("label", 2);
    const found = onlyFinding(model(short, other));
    expect(found).toMatchObject({ code: "MC3020", severity: "error" });
    expect(found.message).toContain("class(3)");
    expect(found.message).toContain("room for 2");
  });

  it.each(takers)("may be of any range where nothing is known: %s", (_, write) => {
    expect(codesOf(model(...write("other", 2)))).toEqual([]);
  });

  it("is the twelve classes of a row of ten", () => {
    const text = "model M: (label: class(12)[B]) -> y: f32[B, 10] {\n  one_hot(label, 10)\n}\n";
    expect(onlyFinding(text)).toMatchObject({
      code: "MC3020",
      message: "The indices are class(12), and one_hot has room for 10.",
    });
  });

  it("are beyond it at sizes that are told, in words and as data", () => {
    const text = (where: string): string =>
      `block M: (label: class(N)[B], table: f32[R, 4], x: f32[N]) ${where}{\n  (gather(table, label), x)\n}\n`;
    const found = onlyFinding(text(""));
    expect(found).toMatchObject({ code: "MC3020", at: "label", counterexample: { N: 2, R: 1 } });
    expect(found.message).toBe(
      "The indices are class(N), and gather has room for R; for example at N = 2, R = 1: 1 is less than 2.",
    );
    expect(onlyFinding(text("where N == R + 3 ")).counterexample).toEqual({ N: 4, R: 1 });
    expect(codesOf(text("where N <= R "))).toEqual([]);
    expect(onlyFinding(model("one_hot(label, 2)")).counterexample).toBeUndefined();
    // Below 0 there is no room at any size.
    const places = "block M: (at: i32[B], table: f32[R, 4]) {\n  gather(table, clip(at, -1, 0))\n}\n";
    expect(onlyFinding(places).message).toBe("The indices are numbers from -1 to 0, and gather has room for R.");
  });

  it.each([
    ["argmax(x, axis=1)", "class(3)"],
    ["range(B) % 3", "class(3)"],
    ["clip(other, 0, 2)", "class(3)"],
    ["cast(2 * label, i32) // 2", undefined],
  ])("is known of what is made of numbers: %s", (places, numbers) => {
    expect(codesOf(model(`gather(table, ${places})`))).toEqual([]);
    if (numbers === undefined) return;
    const found = onlyFinding(model(`gather(table[0:2], ${places})`).replace("class(3)[B]", "i32[B]"));
    expect(found.code).toMatch(/MC30[24]0/);
    expect(found.message).toContain(numbers);
  });

  it("is declared of the inputs of blocks", () => {
    const block = "block Pick: (label: class(2)[B]) -> f32[B, 2] {\n  one_hot(label, 2)\n}\n";
    expect(onlyFinding(block + model("label -> Pick", "f32[B, 2]"))).toMatchObject({ code: "MC3020", at: "label" });
    expect(codesOf(block + model("label -> Pick", "f32[B, 2]", "class(2)[B]"))).toEqual([]);
    expect(codesOf(block + model("other -> Pick", "f32[B, 2]"))).toEqual([]);
  });

  it("is declared of results", () => {
    expect(onlyFinding(model("label", "class(2)[B]"))).toMatchObject({ code: "MC3020" });
    expect(codesOf(model("label", "class(3)[B]"))).toEqual([]);
    expect(onlyFinding(model("label + 1", "class(3)[B]"))).toMatchObject({ code: "MC3040", severity: "warning" });
  });

  it("is known of the elements of a scan", () => {
    const text = (rooms: number): string =>
      `model M: (label: class(3)[B, T]) -> y: f32[B, T, ${rooms}] {\n  scan t in label over T {\n    emit one_hot(t, ${rooms})\n  }\n}\n`;
    expect(codesOf(text(3))).toEqual([]);
    expect(codesOf(text(2))).toEqual(["MC3020"]);
  });
});

describe("what keeps a range", () => {
  it.each([
    "label + 0",
    "0 + label",
    "label - 0",
    "label * 1",
    "label // 1",
    "cast(label, i64)",
    "cast(cast(label, f32), i32)",
    "reshape(label, [B])",
    "where(other > 0, label, 0)",
    "where(other > 0, label, 2)",
    "minimum(label, other) -> maximum(0)",
    "label % 3",
    "clip(label * 7, 0, 2)",
    "concat(label[0:1], label[1:], axis=0)",
    "gather(label, range(B))",
    "2 - label",
  ])("%s", (places) => {
    const header = places.startsWith("concat")
      ? model(`gather(table, ${places})`).replace(" {", " where B >= 2 {")
      : undefined;
    expect(codesOf(header ?? model(`gather(table, ${places})`))).toEqual([]);
  });

  it.each([
    "label + 0",
    "label * 1",
    "where(other > 0, label, 0)",
    "where(other > 0, 1, label)",
    "where(other > 0, label, 3)",
  ])("and with it what does not fit: %s", (places) => {
    expect(onlyFinding(model(`gather(table[0:2], ${places})`))).toMatchObject({ code: "MC3020" });
  });
});

describe("what loses a range", () => {
  it.each([
    ["label + 1", "numbers from 1 to 3"],
    ["label - 1", "numbers from -1 to 1"],
    ["label * 2", "class(5)"],
    ["label + other", undefined],
    ["where(other > 0, label, other) + 0", undefined],
    ["abs(label - 4)", undefined],
  ])("is named at the use: %s", (places, left) => {
    const [found, ...others] = check(model(`gather(table, ${places})`));
    expect(others).toEqual([]);
    expect(found).toMatchObject({ code: "MC3040", severity: "warning" });
    expect(found?.help).toContain(`clip(${places}, 0, `);
    if (left === undefined) expect(found?.message).not.toContain("after arithmetic");
    else expect(found?.message).toContain(`after arithmetic they are ${left}`);
  });

  it("is no arithmetic on numbers of which nothing was known", () => {
    expect(codesOf(model("gather(table, other + 1)"))).toEqual([]);
    expect(codesOf(model("gather(table, other * other - 2)"))).toEqual([]);
  });
});
