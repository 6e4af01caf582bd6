import { describe, expect, it } from "vitest";
import { parametersOf } from "../../src/graph/parameters-of.ts";
import { checkFile, lower } from "./checking.ts";

const blocks = `block Stack(layers: [block] = [LayerNorm(epsilon=1e-5)], acts: [fn] = [linear]): (x: f32[B, D]) {
  x -> for Layer in layers as layer { Layer } -> for act in acts { act }
}

block Scaled(shares: [float] = [1 / 3]): (x: f32[B, D]) -> f32[B, D] { x * shares[0] }

`;
const model = (body: string): string => `${blocks}model M: (x: f32[B, 8]) -> y: f32[B, 4] {\n  ${body}\n}\n`;
const told = (text: string): readonly string[] =>
  checkFile(text).flatMap(({ code, message, help = "" }) => [`${code}: ${message}`, help]);

describe("a list of blocks or functions", () => {
  it("may have arguments bound, all, some or none", () => {
    const text = model("x -> Stack([Dense(6), LayerNorm(epsilon=1e-5), Dense(4, bias=false), LayerNorm])");
    expect(told(text)).toEqual([]);
    expect(parametersOf(lower(text, "M")).map(({ path }) => path)).toEqual([
      "stack_0.layer.0.kernel",
      "stack_0.layer.0.bias",
      "stack_0.layer.1.scale",
      "stack_0.layer.1.bias",
      "stack_0.layer.2.kernel",
      "stack_0.layer.3.scale",
      "stack_0.layer.3.bias",
    ]);
  });

  it("makes an instance at each use of an element, and takes what is still open", () => {
    const text = `block Twice(layers: [block]): (x: f32[B, D]) { x -> layers[1](4) -> layers[0] -> layers[0] }
${model("x -> Twice([Dense(units=4), Dense])")}`;
    expect(told(text)).toEqual([]);
    expect(parametersOf(lower(text, "M")).map(({ path }) => path)).toHaveLength(6);
  });

  it("is bound in a constant as in a list that is written in place", () => {
    const acts = "[leaky_relu(0.2), relu, clip(min=0, max=1)]";
    const written = model(`x -> Stack([Dense(4)], acts=${acts})`);
    const named = `const acts = ${acts}\n\n${model("x -> Stack([Dense(4)], acts=acts)")}`;
    expect(told(written)).toEqual([]);
    expect(told(named)).toEqual([]);
    const bodies = [written, named].map((it) =>
      [...lower(it, "M").functions.values()].map(({ body }) => body.nodes.length),
    );
    expect(bodies[0]).toEqual(bodies[1]);
  });

  it("says which element is none, and that an instance is not built anew", () => {
    expect(told(model("d = Dense(4)\n  x -> Stack([Dense(4), d])"))).toEqual([
      "MC3009: `layers` of `Stack` is `[block]`, and this is a list in which there is an instance of Dense, to which nothing is applied.",
      "Write the construction as the argument itself: a block given as a value is built anew at each use.",
    ]);
    expect(told(model("x -> Stack([Dense(4), 3])"))).toEqual([
      "MC3009: `layers` of `Stack` is `[block]`, and this is a list in which there is the number 3.",
      "",
    ]);
    expect(told(model("x -> Stack([Dense(4)], acts=[relu, Dense(4)])"))).toEqual([
      "MC3009: `acts` of `Stack` is `[fn]`, and this is a list in which there is the block Dense, to which nothing is applied.",
      "",
    ]);
  });
});

it("a list of real numbers may have quotients in it", () => {
  expect(told(model("x -> Dense(4) -> Scaled([1 / 3, 2])"))).toEqual([]);
});
