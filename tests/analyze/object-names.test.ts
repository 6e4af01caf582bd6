import { describe, expect, it } from "vitest";
import { checkSource } from "../../src/compiler.ts";

/** What is found in a text, by code. */
const codes = (text: string): readonly string[] =>
  checkSource({ path: "net.model", text }, { read: () => undefined, resolve: (_, to) => to }).map((it) => it.code);

const spec = `const width = 8
fn scaled(by: float): (x: float[...S]) -> float[...S] { x * by }
block Mlp(units: [int], act: fn = relu, order: before | after = after): (x: f32[B, D]) -> f32[B, 4] {
  h = x -> for u in units { Dense(u) -> act } -> when order == before { LayerNorm(epsilon=1e-5) }
  stem = h -> Dense(width, activation=leaky_relu(alpha=0.3), init=normal(stddev=0.1))
  sum(stem, axis=-1, keep=true) -> Dense(4)
}
model Net(k: int = 2): (x: f32[B, 3]) -> logits: f32[B, 2] {
  x -> Mlp([4, k]) -> repeat 2 as layer { Dense(4, activation=tanh) } -> scaled(by=0.5) -> head: Dense(2)
}
data Points {
  source: csv("points.csv")
  split: train 0.8, test 0.2, seed 1
  clean: drop_missing
  x: f32[3] = stack(raw.a, raw.b, raw.c, axis=-1) -> standardize
  label: class(2) = raw.label
}
train small: Net(k=3) on Points {
  loss: cross_entropy(logits, label)
  optimizer: adam(lr=cosine(peak=0.1, warmup=2), beta1=0.8)
  metrics: accuracy(logits, label)
  epochs: 2
  clip: global_norm(1.0)
  stop: early(train.loss, patience=3)
}
test small on Points { expect accuracy >= 0.5 }
budget Net { params <= 250k, flops <= 12M at B=1 }
`;

describe("names that JavaScript gives every object", () => {
  const plain = spec.replace(/"[^"]*"/g, (it) => " ".repeat(it.length));
  const words = [...plain.matchAll(/[A-Za-z_]\w*/g)];

  it("mean what any other name does, wherever one can stand", () => {
    expect(codes(spec)).toEqual([]);
    for (const { 0: word, index } of words) {
      const withName = (name: string): readonly string[] =>
        codes(`${spec.slice(0, index)}${name}${spec.slice(index + word.length)}`);
      const place = spec.slice(0, index).split("\n").length;
      const expected = withName("anythingelse");
      expect({ place, word, codes: withName("constructor") }).toEqual({ place, word, codes: expected });
    }
  });

  it("may all be had but one", () => {
    for (const name of ["constructor", "toString", "hasOwnProperty", "valueOf"])
      expect(codes(`model M: (${name}: f32[B, 4]) -> y: f32[B, 4] { ${name} + 1 }\n`)).toEqual([]);
    expect(codes("model M: (__proto__: f32[B, 4]) -> y: f32[B, 4] { __proto__ + 1 }\n")).toEqual(["MC1036"]);
    expect(codes('data D {\n  source: csv("d.csv")\n  x: f32[] = raw["__proto__"]\n}\n')).toEqual(["MC1036"]);
  });
});
