import { describe, expect, it } from "vitest";
import { formatDim } from "../../src/dims/dim.ts";
import { depthOf } from "../../src/graph/depth-of.ts";
import { measure } from "../../src/graph/measure.ts";
import { type } from "../autodiff/gradient-testing.ts";
import { lower } from "../lower/checking.ts";
import { formatType } from "../../src/lower/values.ts";
import { func, moduleOf } from "../passes/module-testing.ts";

const row = type("f32", "B", 8);

const dense = func(
  "Dense",
  { x: row },
  { parameters: { kernel: type("f32", 8, 8), bias: type("f32", 8) } },
  (body, { x }) => {
    const { b } = body;
    return [b.add(b.matmul(x, body.param("kernel", type("f32", 8, 8))), body.param("bias", type("f32", 8)))];
  },
);

const norm = func("RunningNorm", { x: row }, { states: { mean: type("f32", 8) } }, (body, { x }) => [
  body.training(
    (inner) => inner.b.sub(x, inner.b.mean(x, [0])),
    (inner) => inner.b.sub(x, inner.state("mean", type("f32", 8))),
  ),
]);

const double = func("double", { x: row }, { flavor: "fn" }, ({ b }, { x }) => [b.add(x, x)]);

const model = func("Net", { x: row }, { flavor: "model", results: ["y"] }, (body, { x }) => {
  const first = body.call(norm, "norm_0", body.call(dense, "dense_0", x));
  const deep = body.repeat("layer", 3, false, first, (inner, h) => inner.call(dense, "", h));
  const again = body.repeat("loop", 5, true, body.call(double, "", deep), (inner, h) => inner.call(dense, "cell", h));
  return [again];
});

describe("measure", () => {
  const measured = measure(moduleOf(model, dense, norm, double));

  it("gives a row for every instance of the model's own body", () => {
    expect(
      measured.layers.map((it) => [
        it.path,
        it.kind,
        formatDim(it.trainable),
        formatDim(it.nonTrainable),
        formatDim(it.flops),
      ]),
    ).toEqual([
      ["dense_0", "Dense", "72", "0", "136 * B"],
      ["norm_0", "RunningNorm", "0", "8", "8 * B"],
      ["layer.0", "Dense", "72", "0", "136 * B"],
      ["layer.1", "Dense", "72", "0", "136 * B"],
      ["layer.2", "Dense", "72", "0", "136 * B"],
      ["loop", "Dense", "72", "0", "680 * B"],
    ]);
  });

  it("adds up the model: shared parameters once, their work every time", () => {
    expect(formatDim(measured.trainable)).toBe("360");
    expect(formatDim(measured.nonTrainable)).toBe("8");
    expect(formatDim(measured.total)).toBe("368");
    // Nine applications of Dense, one of the norm in inference, one doubling.
    expect(formatDim(measured.flops)).toBe("1240 * B");
    // Two results of 8 f32 elements a Dense, one for each of the others.
    expect(formatDim(measured.activationBytes)).toBe("640 * B");
  });
});

it("lists what a scan constructs, with what it gives at one step and costs at all of them", () => {
  const text = `model M: (x: f32[B, T, 8]) -> y: f32[B, T, 2] {
  scan e in x over T with h: f32[B, 2] = zeros {
    h <- (e -> Dense(8)) -> head: Dense(2, bias=false)
    emit h
  }
}
`;
  const rows = measure(lower(text, "M")).layers;
  expect(rows.map((it) => [it.path, it.outputs.map(formatType), formatDim(it.trainable), formatDim(it.flops)])).toEqual(
    [
      ["dense_0", ["f32[B, 8]"], "72", "136 * B * T"],
      ["head", ["f32[B, 2]"], "16", "32 * B * T"],
    ],
  );
});

describe("depth", () => {
  const depth = (body: string, blocks = ""): number =>
    depthOf(lower(`${blocks}\nmodel M: (x: f32[B, 8]) -> y: f32[B, 8] {\n${body}\n}\n`, "M"));

  it.each([
    ["nothing that learns", "  x -> relu -> Dropout(0.5)", 0],
    ["a row", "  x -> Dense(8) -> relu -> BatchNorm -> Dense(8)", 3],
    ["the longer of two branches", "  a = x -> Dense(8)\n  b = x -> Dense(4) -> Dense(8)\n  (a + b) -> Dense(8)", 3],
    ["a repeat", "  x -> repeat 5 as layer { Dense(8) -> LayerNorm }", 10],
    ["one that is shared", "  cell = Dense(8)\n  x -> cell -> cell -> cell", 3],
    ["a loop", "  x -> for u in [8, 8, 8] { Dense(u) }", 3],
  ])("counts the layers of %s", (_, body, layers) => {
    expect(depth(body)).toBe(layers);
  });

  it("goes into blocks, whatever these own beside, and counts what a scan applies once", () => {
    const blocks = `block Pair: (x: f32[B, 8]) -> f32[B, 8] {
  param by: f32[8] = ones
  x * by -> Dense(8) -> Dense(8)
}
block Own: (x: f32[B, 8]) -> f32[B, 8] {
  param by: f32[8] = ones
  x * by
}`;
    expect(depth("  x -> Pair -> Own -> Pair", blocks)).toBe(5);
    expect(depth("  reshape(x, [B, 4, 2]) -> LSTM(8) -> Dense(8)")).toBe(2);
  });
});
