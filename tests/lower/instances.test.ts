import { describe, expect, it } from "vitest";
import { codesOf, countOf, entryOf, lower, nodesOf, onlyFinding, parametersOf } from "./checking.ts";

const paths = (text: string, name = "M"): readonly string[] => [...parametersOf(lower(text, name)).keys()];

describe("paths of instances", () => {
  it("numbers by snake-case kind, counting what owns parameters", () => {
    const text =
      "model M: (x: f32[B, 9, 9, 3]) -> y: f32[B, 2] {\n  x -> Conv2D(4, 3, bias=false) -> relu -> MaxPool2D(2) -> Conv2D(4, 3, bias=false) -> Flatten -> Dense(8, bias=false) -> Dense(2, bias=false)\n}\n";
    expect(paths(text)).toEqual(["conv2d_0.kernel", "conv2d_1.kernel", "dense_0.kernel", "dense_1.kernel"]);
  });

  it("takes names from labels, from bindings of one construction and of a value through one stage", () => {
    const text = `model M: (x: f32[B, 4]) -> y: f32[B, 4] {
  first = Dense(4, bias=false)
  a = x -> first
  b = a -> Dense(4, bias=false)
  c = b -> stem: Dense(4, bias=false) -> relu
  d = c -> Dense(4, bias=false) -> relu
  d -> Dense(4, bias=false)
}
`;
    expect(paths(text)).toEqual(["first.kernel", "b.kernel", "stem.kernel", "dense_0.kernel", "dense_1.kernel"]);
  });

  it("shares what is bound once and used twice", () => {
    const shared =
      "model M: (a: f32[B, 4], b: f32[B, 4]) -> y: f32[B, 2] {\n  fc = Dense(2)\n  (a -> fc) + (b -> fc)\n}\n";
    const apart = "model M: (a: f32[B, 4], b: f32[B, 4]) -> y: f32[B, 2] {\n  (a -> Dense(2)) + (b -> Dense(2))\n}\n";
    expect(countOf(lower(shared, "M"))).toBe(10);
    expect(countOf(lower(apart, "M"))).toBe(20);
  });

  it("skips numbers that are given as names", () => {
    const text =
      "model M: (x: f32[B, 4]) -> y: f32[B, 4] {\n  x -> Dense(4, bias=false) -> dense_0: Dense(4, bias=false)\n}\n";
    expect(paths(text)).toEqual(["dense_1.kernel", "dense_0.kernel"]);
  });

  it("builds a block that is given as a value anew at each use", () => {
    const text =
      "block Twice(Unit: block): (x: f32[B, D]) {\n  x -> Unit -> Unit\n}\n\nmodel M: (x: f32[B, 4]) -> y: f32[B, 4] {\n  x -> Twice(Dense(4, bias=false))\n}\n";
    expect(paths(text)).toEqual(["twice_0.dense_0.kernel", "twice_0.dense_1.kernel"]);
  });

  it("reads a parameter of an instance", () => {
    const text =
      "model M: (t: i32[B, T]) -> y: f32[B, T, 9] {\n  e = Embedding(9, 4)\n  matmul(t -> e, transpose(e.table))\n}\n";
    const entry = entryOf(lower(text, "M"));
    expect(entry.body.nodes.find((it) => it.kind === "parameter")).toMatchObject({ path: "e.table" });
  });

  it("lowers one function for each distinct instantiation", () => {
    const text = "model M: (x: f32[B, 4]) -> y: f32[B, 3] {\n  x -> Dense(4) -> Dense(4) -> Dense(3)\n}\n";
    expect([...lower(text, "M").functions.keys()]).toEqual(["Dense", "Dense_2", "M"]);
  });
});

describe("repeat and for", () => {
  it("is one node where all copies have one type", () => {
    const text =
      "model M(n: int = 3): (x: f32[B, 4]) -> y: f32[B, 4] {\n  x -> repeat n as layer { Dense(4, bias=false) -> relu }\n}\n";
    const module = lower(text, "M");
    expect(entryOf(module).body.nodes).toMatchObject([
      { kind: "repeat", count: 3, source: "n", path: "layer", shared: false },
    ]);
    expect([...parametersOf(module).keys()]).toEqual(["layer.0.kernel", "layer.1.kernel", "layer.2.kernel"]);
  });

  it("writes the copies out where they differ, under the same paths", () => {
    const text =
      "model M: (x: f32[B, 8]) -> y: f32[B, 4] {\n  x -> repeat 2 as layer { Dense(4, bias=false) -> relu }\n}\n";
    const module = lower(text, "M");
    expect(nodesOf(entryOf(module)).map((it) => it.kind)).not.toContain("repeat");
    expect([...parametersOf(module)]).toEqual([
      ["layer.0.kernel", 32],
      ["layer.1.kernel", 16],
    ]);
  });

  it("names several instances of a copy, and numbers what has no name", () => {
    const text =
      "model M: (x: f32[B, 4]) -> y: f32[B, 4] {\n  x -> repeat 2 { Dense(4, bias=false) -> out: Dense(4, bias=false) } -> repeat 1 { Dense(4, bias=false) }\n}\n";
    expect(paths(text)).toEqual([
      "repeat_0.0.dense_0.kernel",
      "repeat_0.0.out.kernel",
      "repeat_0.1.dense_0.kernel",
      "repeat_0.1.out.kernel",
      "repeat_1.0.kernel",
    ]);
  });

  it("shares one set of weights, passes through at 0, and runs through lists", () => {
    const shared = "model M: (x: f32[B, 4]) -> y: f32[B, 4] {\n  x -> repeat 5 shared { Dense(4) }\n}\n";
    expect([...parametersOf(lower(shared, "M"))]).toEqual([
      ["repeat_0.kernel", 16],
      ["repeat_0.bias", 4],
    ]);
    const none = "model M(n: int = 0): (x: f32[B, 4]) -> y: f32[B, 4] {\n  x * 2 -> repeat n { Dense(4) }\n}\n";
    expect(countOf(lower(none.replace("x * 2 ->", "(x * 2) ->"), "M"))).toBe(0);
    const list =
      "model M(units: [int] = [3, 5]): (x: f32[B, 4]) -> y: f32[B, 5] {\n  x -> for u in units { Dense(u) }\n}\n";
    expect([...parametersOf(lower(list, "M"))]).toEqual([
      ["for_0.0.kernel", 12],
      ["for_0.0.bias", 3],
      ["for_0.1.kernel", 15],
      ["for_0.1.bias", 5],
    ]);
  });

  it("applies an instance from outside in every copy", () => {
    const text =
      "model M: (x: f32[B, 4]) -> y: f32[B, 4] {\n  fc = Dense(4, bias=false)\n  x -> repeat 2 { fc -> Dense(4, bias=false) }\n}\n";
    expect(paths(text)).toEqual(["fc.kernel", "repeat_0.0.kernel", "repeat_0.1.kernel"]);
  });
});

describe("random keys", () => {
  const keys = (text: string): readonly string[] =>
    [...lower(text, "M").functions.values()].flatMap((func) =>
      nodesOf(func).flatMap((it) => (it.kind === "key" ? [`${func.name}:${it.path}`] : [])),
    );

  it("come from the place in the model", () => {
    const text = "model M: (x: f32[B, 4]) -> y: f32[B, 4] {\n  x -> Dropout(0.5) -> Dropout(0.5)\n}\n";
    expect(keys(text)).toEqual(["Dropout:dropout_0"]);
    const calls = nodesOf(entryOf(lower(text, "M"))).flatMap((it) => (it.kind === "call" ? [it.instance] : []));
    expect(calls).toEqual(["dropout_0", "dropout_1"]);
  });

  it("are inserted where an operator draws", () => {
    expect(keys("model M: (x: f32[B, 4]) -> y: f32[B, 4] {\n  x + normal_like(x) * normal_like(x)\n}\n")).toEqual([
      "M:normal_like_0",
      "M:normal_like_1",
    ]);
  });

  it("are absent where nothing is drawn", () => {
    expect(keys("model M(rate: float = 0.0): (x: f32[B, 4]) -> y: f32[B, 4] {\n  x -> Dropout(rate)\n}\n")).toEqual([]);
  });
});

describe("mistakes with instances", () => {
  it("shows both uses of weights that would need two shapes", () => {
    const finding = onlyFinding(
      "model M: (a: f32[B, 4], b: f32[B, 5]) -> y: f32[B, 2] {\n  fc = Dense(2)\n  (a -> fc) + (b -> fc)\n}\n",
    );
    expect(finding).toMatchObject({ code: "MC3018", at: "fc" });
    expect(finding.message).toContain("`kernel` would be f32[5, 2] here, where it is f32[4, 2] already");
    expect(finding.labels.map((it) => it.message)).toContain("first applied here");
  });

  it("wants a recipe, not an instance, where a block is expected", () => {
    const text =
      "block Twice(Unit: block): (x: f32[B, D]) {\n  x -> Unit -> Unit\n}\n\nmodel M: (x: f32[B, 4]) -> y: f32[B, 4] {\n  fc = Dense(4)\n  x -> Twice(fc)\n}\n";
    expect(onlyFinding(text).help).toContain("built anew at each use");
  });

  it("says nothing more of what rests on a mistake", () => {
    expect(
      codesOf(
        "model M: (x: f32[B, 4]) -> y: f32[B, 9] {\n  h = x -> Dense(2.5)\n  g = h + 1 -> Dense(3)\n  g * h\n}\n",
      ),
    ).toEqual(["MC3009"]);
  });
});
