import { describe, expect, it } from "vitest";
import { add, constant, formatDim, multiply, variable, withLabel } from "../../src/dims/dim.ts";
import { assume, atLeast, divides, noFacts } from "../../src/dims/facts.ts";
import { createShapeChecker } from "../../src/graph/check-shapes.ts";
import { operators } from "../../src/ops/registry.ts";
import { infer, tensor, typed } from "./infer-testing.ts";

const B = variable("B");
const T = variable("T");
const D = variable("D");
const H = variable("H");

describe("shape rules", () => {
  it.each<readonly [string, readonly string[], readonly string[]]>([
    ["broadcasting", infer("add", [tensor(B, 1, D), tensor(T, 1)]), ["f32[B, T, D]"]],
    ["a comparison", infer("less", [tensor(B), tensor()]), ["bool[B]"]],
    ["where", infer("where", [typed("bool", B, 1), tensor(D), tensor()]), ["f32[B, D]"]],
    ["a reduction", infer("sum", [tensor(B, T, D)], { axes: [0, 2] }), ["f32[T]"]],
    ["a reduction that keeps axes", infer("mean", [tensor(B, T)], { axes: [1], keep: true }), ["f32[B, 1]"]],
    ["argmax", infer("argmax", [tensor(B, T)], { axis: 1 }), ["i32[B]"]],
    [
      "reshape of symbolic sizes",
      infer("reshape", [tensor(B, 4, T)], { shape: [multiply(B, constant(2)), multiply(T, constant(2))] }),
      ["f32[2 * B, 2 * T]"],
    ],
    ["concat", infer("concat", [tensor(B, T), tensor(B, 3)], { axis: 1 }), ["f32[B, T + 3]"]],
    [
      "slice of what must be there",
      infer("slice", [tensor(add(T, constant(2)))], { axis: 0, start: constant(2), size: T }),
      ["f32[T]"],
    ],
    [
      "strided slice",
      infer("slice", [tensor(multiply(T, constant(2)))], { axis: 0, start: constant(0), size: T, step: 2 }),
      ["f32[T]"],
    ],
    [
      "pad_constant",
      infer("pad_constant", [tensor(B, T)], { before: [constant(0), constant(1)], after: [constant(0), constant(2)] }),
      ["f32[B, T + 3]"],
    ],
    ["gather", infer("gather", [tensor(100, D), typed("i32", B, T)]), ["f32[B, T, D]"]],
    [
      "uneven split of a literal",
      infer("split", [tensor(7)], { axis: 0, sections: [constant(4), constant(3)] }),
      ["f32[4]", "f32[3]"],
    ],
    [
      "split under a fact",
      infer("split", [tensor(D)], { axis: 0, count: 2 }, assume(noFacts, divides(constant(2), D))),
      ["f32[D // 2]", "f32[D // 2]"],
    ],
    ["unstack", infer("unstack", [tensor(B, 2)], { axis: 1 }), ["f32[B]", "f32[B]"]],
    ["stack", infer("stack", [tensor(B), tensor(B)], { axis: 1 }), ["f32[B, 2]"]],
    [
      "heads split off under a fact",
      infer(
        "rearrange",
        [tensor(B, T, D)],
        { pattern: "b t (h d) -> b h t d", names: ["h"], sizes: [H] },
        assume(noFacts, divides(H, D)),
      ),
      ["f32[B, H, T, D // H]"],
    ],
    [
      "heads joined",
      infer("rearrange", [tensor(B, 12, T, 64)], { pattern: "b h t d -> b t (h d)" }),
      ["f32[B, T, 768]"],
    ],
    [
      "einsum",
      infer("einsum", [tensor(B, T, D), tensor(B, 5, D)], { equation: "b q d, b k d -> b q k" }),
      ["f32[B, T, 5]"],
    ],
    [
      "einsum over leading axes",
      infer("einsum", [tensor(B, T, D), tensor(D, 7)], { equation: "... d, d e -> ... e" }),
      ["f32[B, T, 7]"],
    ],
    ["range", infer("range", [], { size: T }), ["i32[T]"]],
    ["one_hot", infer("one_hot", [typed("i32", B)], { depth: constant(10) }), ["f32[B, 10]"]],
  ])("give the type of %s", (_, found, wanted) => {
    expect(found).toEqual(wanted);
  });

  it.each<readonly [string, readonly string[], RegExp]>([
    [
      "sizes that may differ",
      infer("add", [tensor(B), tensor(T)]),
      /axes 0 of the operands of `\+` must be equal, and B is not T/,
    ],
    [
      "element types that differ",
      infer("add", [tensor(), typed("i32")]),
      /must have one element type, and f32 is not i32/,
    ],
    [
      "integers where floats are needed",
      infer("exp", [typed("i32")]),
      /x of exp must be of a floating point type, and it is i32/,
    ],
    ["too few operands", infer("add", [tensor()]), /add takes 2 inputs, and 1 are given/],
    [
      "an axis out of range",
      infer("sum", [tensor(B)], { axes: [1] }),
      /axis 1 of sum does not exist: the operand has 1 axis/,
    ],
    ["an axis named twice", infer("sum", [tensor(B)], { axes: [0, 0] }), /sum names an axis twice/],
    [
      "a reshape that loses elements",
      infer("reshape", [tensor(B, 3)], { shape: [B] }),
      /numbers of elements of a reshape must be equal, and 3 \* B is not B/,
    ],
    [
      "a permutation that is none",
      infer("transpose", [tensor(B, T)], { perm: [0, 0] }),
      /perm of transpose must name each of the 2 axes once/,
    ],
    [
      "a slice beyond the end",
      infer("slice", [tensor(T)], { axis: 0, start: constant(1), size: T }),
      /must reach as far as it is read/,
    ],
    ["pieces that do not come out", infer("split", [tensor(D)], { axis: 0, count: 2 }), /2 must divide D/],
    [
      "more pieces than elements",
      infer("split", [tensor(4)], { axis: 0, count: 3 }),
      /cannot cut 4 elements into 3 equal pieces/,
    ],
    ["unstack of an unknown size", infer("unstack", [tensor(B)]), /known when it is compiled/],
    [
      "heads that may not come out",
      infer("rearrange", [tensor(B, D)], { pattern: "b (h d) -> b h d", names: ["h"], sizes: [constant(8)] }),
      /8 must divide D/,
    ],
    [
      "a pattern of another rank",
      infer("rearrange", [tensor(B)], { pattern: "a b -> b a" }),
      /the left side has 2 axes, and the operand has 1/,
    ],
    [
      "an axis that a pattern drops",
      infer("rearrange", [tensor(B, T)], { pattern: "a b -> a" }),
      /the axis b stands on the left alone/,
    ],
    [
      "two unknown sizes",
      infer("rearrange", [tensor(B)], { pattern: "(a b) -> a b" }),
      /the sizes of a and b are not known/,
    ],
    [
      "contracted sizes that differ",
      infer("einsum", [tensor(3), tensor(4)], { equation: "i, i ->" }),
      /the sizes of the axis i/,
    ],
    [
      "an axis from nowhere",
      infer("einsum", [tensor(3)], { equation: "i -> j" }),
      /the axis j stands on the right alone/,
    ],
    [
      "bounds the wrong way round",
      infer("clip", [tensor(B)], { min: 1, max: 0 }),
      /the lower bound of clip, 1, is above/,
    ],
    ["an argument that is unknown", infer("clip", [tensor(B)], { mni: 1 }), /clip has no argument mni/],
    ["an argument that is missing", infer("cumsum", [tensor(B)]), /`cumsum` needs the argument `axis`/],
  ])("reject %s", (_, found, message) => {
    expect(found.join("\n")).toMatch(message);
  });

  it("shows values at which a relation fails", () => {
    expect(infer("add", [tensor(3), tensor(4)])).toEqual([
      "axes 0 of the operands of `+` must be equal, and 3 is not 4",
    ]);
    expect(infer("add", [tensor(B), tensor(T)]).join()).toMatch(/for instance at .*B = \d/);
    const facts = assume(noFacts, atLeast(T, constant(3)));
    expect(infer("slice", [tensor(T)], { axis: 0, start: constant(2), size: constant(1) }, facts)).toEqual(["f32[1]"]);
  });

  it("pass the names of axes along", () => {
    const named = withLabel(constant(28), "H");
    const found = operators.relu.infer({
      operands: [{ dtype: "f32", shape: [B, named] }],
      attributes: {},
      check: createShapeChecker(noFacts, () => undefined),
    });
    expect(found?.[0]?.shape.map((dim) => dim.label ?? formatDim(dim))).toEqual(["B", "H"]);
  });
});
