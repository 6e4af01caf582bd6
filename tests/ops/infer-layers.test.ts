import { describe, expect, it } from "vitest";
import { constant, multiply, variable, type Dim } from "../../src/dims/dim.ts";
import { assume, atLeast, noFacts } from "../../src/dims/facts.ts";
import { infer, tensor, typed } from "../graph/infer-testing.ts";

const [B, C, D, H, T, U, W] = ["B", "C", "D", "H", "T", "U", "W"].map(variable);

function times(dim: Dim | undefined, factor: number): Dim {
  return multiply(dim ?? constant(0), constant(factor));
}

const large = assume(noFacts, atLeast(H ?? constant(0), constant(3)), atLeast(W ?? constant(0), constant(3)));

describe("shapes of layers", () => {
  it.each<readonly [string, readonly string[], readonly string[]]>([
    ["matmul", infer("matmul", [tensor(B, T, D), tensor(D, U)]), ["f32[B, T, U]"]],
    ["matmul, leading axes broadcast", infer("matmul", [tensor(B, 1, T, D), tensor(8, D, T)]), ["f32[B, 8, T, T]"]],
    [
      "matmul, transposed",
      infer("matmul", [tensor(B, D, T), tensor(B, U, D)], { transposeA: true, transposeB: true }),
      ["f32[B, T, U]"],
    ],
    ["a convolution", infer("conv", [tensor(B, 28, 28, 1), tensor(3, 3, 1, 32)]), ["f32[B, 26, 26, 32]"]],
    [
      "a convolution of any size",
      infer("conv", [tensor(B, H, W, C), tensor(3, 3, C, 8)], { padding: "same" }),
      ["f32[B, H, W, 8]"],
    ],
    [
      "a strided convolution of any size",
      infer("conv", [tensor(B, times(H, 2), 9, C), tensor(3, 3, C, 8)], { padding: "same", strides: [2, 2] }),
      ["f32[B, H, 5, 8]"],
    ],
    [
      "a kernel wider than the image, padded the same",
      infer("conv", [tensor(B, 2, 2, 1), tensor(5, 5, 1, 1)], { padding: "same", strides: [2, 2] }),
      ["f32[B, 1, 1, 1]"],
    ],
    [
      "a convolution without padding, of a size that is known to hold it",
      infer("conv", [tensor(B, H, W, 1), tensor(3, 3, 1, 1)], {}, large),
      ["f32[B, H - 2, W - 2, 1]"],
    ],
    [
      "a convolution in groups",
      infer("conv", [tensor(B, 8, 8, times(C, 2)), tensor(1, 1, C, 6)], { groups: constant(2) }),
      ["f32[B, 8, 8, 6]"],
    ],
    [
      "a pool whose last places are left out",
      infer("max_pool", [tensor(B, 11, 11, C)], { window: [2, 2], strides: [2, 2] }),
      ["f32[B, 5, 5, C]"],
    ],
    ["a loss", infer("cross_entropy", [tensor(B, T, 65), typed("i32", B, T)]), ["f32[]"]],
    [
      "long short-term memory",
      infer("lstm", [
        tensor(B, T, D),
        tensor(D, times(U, 4)),
        tensor(U, times(U, 4)),
        tensor(times(U, 4)),
        tensor(B, U),
        tensor(B, U),
      ]),
      ["f32[B, T, U]", "f32[B, U]", "f32[B, U]"],
    ],
    [
      "batch normalisation",
      infer("batch_norm_training", [tensor(B, H, W, C), tensor(C), tensor(C)]),
      ["f32[B, H, W, C]", "f32[C]", "f32[C]"],
    ],
    ["a causal mask", infer("causal_mask", [tensor(B, 4, T, T)]), ["f32[B, 4, T, T]"]],
  ])("%s", (_, found, expected) => {
    expect(found).toEqual(expected);
  });

  it.each<readonly [string, readonly string[], RegExp]>([
    ["matmul of vectors", infer("matmul", [tensor(D), tensor(D, U)]), /takes matrices/],
    ["inner dimensions", infer("matmul", [tensor(B, T), tensor(D, U)]), /inner dimensions of matmul.*T is not D/],
    ["two element types", infer("matmul", [tensor(B, D), typed("f16", D, U)]), /one element type/],
    ["channels", infer("conv", [tensor(B, 8, 8, 3), tensor(3, 3, 4, 8)]), /channels.*3 is not 4/],
    ["a kernel too large", infer("conv", [tensor(B, 2, 8, 3), tensor(3, 3, 3, 8)]), /padded height.*at least 3/],
    ["a kernel that may be too large", infer("conv", [tensor(B, H, 8, 3), tensor(3, 3, 3, 8)]), /at least 3/],
    [
      "groups that do not divide",
      infer("conv", [tensor(B, 8, 8, 4), tensor(1, 1, 2, 3)], { groups: constant(2) }),
      /2 must divide 3/,
    ],
    ["a pool too large", infer("avg_pool", [tensor(B, 1, 4, 3)], { window: [2, 2], strides: [2, 2] }), /at least 2/],
    [
      "pads as large as the window",
      infer("max_pool", [tensor(B, 4, 4, 3)], {
        window: [2, 2],
        strides: [2, 2],
        padding: [2, 0, 0, 0],
      }),
      /smaller than its window/,
    ],
    ["one-hot labels", infer("cross_entropy", [tensor(B, 10), typed("i32", B, 10)]), /rank of the logits/],
    ["labels of another batch", infer("cross_entropy", [tensor(B, 10), typed("i32", T)]), /labels and the logits/],
    ["targets of another shape", infer("mse", [tensor(B, 1), tensor(B)]), /rank|shape/],
    [
      "gates",
      infer("gru", [tensor(B, T, D), tensor(D, 12), tensor(4, 12), tensor(2, 16), tensor(B, 4)]),
      /bias of gru.*16 is not 12/,
    ],
    [
      "the batch of a state",
      infer("simple_rnn", [tensor(B, T, D), tensor(D, U), tensor(U, U), tensor(U), tensor(T, U)]),
      /batch of the initial state/,
    ],
    ["a rate of one", infer("dropout", [tensor(B), typed("u32", 2)], { rate: 1 }), /below 1/],
    ["a mask that is not square", infer("causal_mask", [tensor(B, T, D)]), /last two axes/],
    ["scale of another size", infer("layer_norm", [tensor(B, D), tensor(U), tensor(D)]), /the scale and the last axis/],
  ])("reject %s", (_, found, expected) => {
    expect(found.join("; ")).toMatch(expected);
  });
});
