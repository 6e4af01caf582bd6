import { describe, expect, it } from "vitest";
import { emitTfjs } from "../../../src/emit/tfjs/emit-tfjs.ts";
import { typeErrors } from "../tfjs/type-errors.ts";
import { unitOf } from "../tfjs/spec-unit.ts";

const blocks = `block Layer: (x: f32[B, D]) -> (y: f32[B, D], key: f32[B, D]) {
  k = x -> Dense(D) -> BatchNorm
  (x + k, k)
}
block Expert(ff: int): (x: f32[B, D]) -> f32[B, D] { x -> Dense(ff) -> Dropout(0.1) -> Dense(D) }
`;

/** The TypeScript of a model with this body, which the compiler of TypeScript takes. */
async function written(body: string, result = "y: f32[B, 8]"): Promise<string> {
  const { module, name } = unitOf(`${blocks}model M: (x: f32[B, 8]) -> ${result} {\n${body}\n}\n`);
  const text = await emitTfjs({ module, name });
  expect(typeErrors(new Map([[`${name}.ts`, text]]), "rounds")).toEqual([]);
  return text.slice(text.indexOf("\nfunction m("), text.indexOf("\n}\n", text.indexOf("\nfunction m(")));
}

describe("rounds that are alike", () => {
  it("are a loop over their instances, with an array for what is joined", async () => {
    const body = "  ys = for _ in range(3) as expert { Expert(16)(x) * 2 }\n  concat(ys, axis=-1)";
    const text = await written(body, "y: f32[B, 24]");
    expect(text).toContain("const experts: tf.Tensor[] = [];");
    expect(text).toContain("of p.expert.entries()) {");
    expect(text).toContain('within(random, "expert", i)');
    expect(text).toContain("return tf.concat(experts, 1);");
  });

  it("carry values, and collect what they emit, which may be what they carry", async () => {
    const body = `  (keys, hs, h) = for _ in range(3) as layer with h = x {
    (out, key) = h -> Layer
    h <- relu(out) + x
    emit key
    emit h
    emit last h
  }
  (h, stack(keys, axis=0), concat(hs, axis=-1))`;
    const text = await written(body, "(y: f32[B, 8], keys: f32[3, B, 8], hs: f32[B, 24])");
    expect(text).toContain("let h: tf.Tensor = x;");
    expect(text).toContain("of zip(p.layer, s.layer)) {");
    expect(text).toContain("h = h2;");
    expect(text).toContain("return [h, tf.stack(keys, 0), tf.concat(hs, 1)];");
  });

  it("carry values that trade places", async () => {
    const body =
      "  (a, _) = for _ in range(3) with a = x, b = x * 2 {\n    c = tanh(a)\n    a <- b + c\n    b <- c\n  }\n  a";
    expect((await written(body)).match(/tf\.tanh/g)).toHaveLength(1);
  });

  it("are counted where they own nothing", async () => {
    const text = await written("  for _ in range(4) with h = x { h <- tanh(h) + x }");
    expect(text).toContain("i < 4;");
    expect(text.match(/tf\.tanh/g)).toHaveLength(1);
  });

  it.each([
    ["numbers differ", "  sum(stack(for i in range(3) { tanh(x * i) }, axis=0), axis=0)", 3],
    ["an element is read alone", "  ys = for _ in range(3) { tanh(x) }\n  concat(ys, axis=-1)[:, :8] + ys[0]", 3],
    [
      "elements are joined in another order",
      "  ys = for _ in range(2) { tanh(x) }\n  concat(reversed(ys), axis=0)[:0 + 1] + x",
      2,
    ],
    ["types differ", "  h = for _ in range(2) with h = x { h <- tanh(concat(h, x, axis=-1)) }\n  h[:, :8]", 2],
    ["it is one round", "  ys = for _ in range(1) { tanh(x) }\n  concat(ys, axis=-1)", 1],
  ])("are written out where %s", async (_, body, times) => {
    expect((await written(body)).match(/tf\.tanh/g)).toHaveLength(times);
  });
});
