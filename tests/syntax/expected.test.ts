import { describe, expect, it } from "vitest";
import { applyFixes } from "../../src/diagnostics/apply-fixes.ts";
import { checkFile } from "../lower/checking.ts";

const model = (body: string, header = "(x: f32[B, 4]) -> y: f32[B, 4]"): string =>
  `model M: ${header} {\n  ${body}\n}\n`;
const section = (entry: string): string => `data D {\n  source: synthetic_digits(count=640)\n  ${entry}\n}\n`;

describe("what is expected where an odd word stands", () => {
  it.each([
    [
      "a type of a hyperparameter",
      "model M(n: = 3): (x: f32[B, 4]) -> y: f32[B, 4] {\n  x\n}\n",
      "a hyperparameter's type such as `int`",
    ],
    ["a fact", model("x", "(x: f32[B, 4]) -> y: f32[B, 4] where ..."), "a fact such as `T >= 2`"],
    ["a place", model("x[:, |]"), "a place, a slice such as `1:3`, or `None`"],
    ["what runs through a list", model('for "s" in [1, 2] { x }'), "a name, as in `for part in parts`"],
    ["a carry of a loop", model("for i in [1, 2] with * = x { x }"), "a name, as in `for part in parts with sum = 0`"],
    [
      "what a scan runs through",
      model("scan -> Dense(4)"),
      "a name, as in `scan x_t in x over T with h: f32[B, 4] = zeros`",
    ],
    [
      "names of a loop",
      model("for (1, 2) in zip([1], [2]) { x }"),
      "a name, as in `for (part, weight) in zip(parts, weights)`",
    ],
    ["a key", section("3: 4"), "an entry such as `epochs: 10`"],
    ["a result", "model M: (x: f32[B, 4]) -> = {\n  x\n}\n", "a type"],
    ["a dim", "model M: (x: f32[B, =]) -> y: f32[B, 4] {\n  x\n}\n", "a dim"],
  ])("is said: %s", (_, text, expected) => {
    const [found] = checkFile(text);
    expect(found?.message.replace(/^Expected (.*), but found .*$/, "$1")).toBe(expected);
  });

  const shares = "Shares stand beside their names: `split: train 0.8, validate 0.1, test 0.1`.";
  const inParentheses =
    "What belongs to a word stands behind it in parentheses, as in `optimizer: adam(lr=0.001)`; several values are separated by commas.";

  it.each([
    ["split: train: 0.8", "Expected the share of `train`, but found `:`.", shares, "split: train 0.8"],
    ["split: {train: 0.8}", "Expected a value, but found `{`.", shares, undefined],
    ["clip: norm: 1", "Expected one colon, behind `clip`, but found another.", inParentheses, undefined],
    ["clip: { norm: 1 }", "Expected a value, but found `{`.", inParentheses, undefined],
    [
      "seed: 3 batch: 4",
      "This entry should have ended before `batch`.",
      "Start a new line for a new entry.",
      undefined,
    ],
  ])("is said of an entry that is written otherwise: %s", (entry, message, help, fixed) => {
    const text = section(entry);
    const found = checkFile(text).filter(({ code }) => code.startsWith("MC1"));
    expect(found.map((it) => [it.message, it.help])).toEqual([[message, help]]);
    if (fixed !== undefined) expect(applyFixes(text, found, () => true).text).toBe(section(fixed));
  });
});
