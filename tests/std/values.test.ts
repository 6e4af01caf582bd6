import { describe, expect, it } from "vitest";
import { evaluate } from "../../src/dims/dim.ts";
import { interpretGraph } from "../../src/graph/interpret.ts";
import type { NdArray } from "../../src/ops/define/operator.ts";
import { required } from "../../src/support/fault.ts";
import { flatten } from "../../src/passes/flatten.ts";
import { lower } from "../lower/checking.ts";

type Nested = number | readonly Nested[];

function shapeOf(value: Nested): readonly number[] {
  return typeof value === "number" ? [] : [value.length, ...shapeOf(value[0] ?? 0)];
}

function flat(value: Nested): readonly number[] {
  return typeof value === "number" ? [value] : value.flatMap(flat);
}

const array = (value: Nested): NdArray => ({
  dtype: "f32",
  shape: shapeOf(value),
  data: Float64Array.from(flat(value)),
});

/** Numbers that differ from one another, without a pattern that a mistake could hide in. */
const filled = (shape: readonly number[], seed: number): NdArray => ({
  dtype: "f32",
  shape,
  data: Float64Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => Math.sin(1 + seed * 7.3 + i * 1.7)),
});

interface Run {
  readonly outputs: ReadonlyMap<string, NdArray>;
  readonly inputs: ReadonlyMap<string, NdArray>;
}

/** Runs a model in f64; parameters and states that are not given are filled. */
function run(text: string, given: Readonly<Record<string, Nested>>, mode: "training" | "inference" = "inference"): Run {
  const graph = flatten(lower(text, "M"), { mode, features: "plain" });
  const inputs = new Map<string, NdArray>();
  graph.inputs.forEach((it, index) => {
    const value = given[it.name];
    const shape = it.value.type.shape.map((dim) => (value === undefined ? evaluate(dim, new Map()) : 0));
    inputs.set(it.name, value === undefined ? filled(shape, index) : array(value));
  });
  return { outputs: interpretGraph(graph, inputs), inputs };
}

const values = (it: NdArray | undefined): readonly number[] => [...(it?.data ?? [])];

function close(actual: readonly number[], expected: readonly number[]): void {
  expect(actual.length).toBe(expected.length);
  actual.forEach((it, index) => expect(it).toBeCloseTo(expected[index] ?? Number.NaN, 9));
}

/** Two models that should compute the same, given the same. */
function same(first: string, second: string, given: Readonly<Record<string, Nested>>): void {
  const a = run(first, given);
  const b = run(second, given);
  close(values(a.outputs.get("y")), values(b.outputs.get("y")));
  expect(values(a.outputs.get("y")).some((it) => Math.abs(it) > 1e-3)).toBe(true);
}

const named = (inputs: string, result: string, body: string): string =>
  `model M: (${inputs}) -> y: ${result} {\n${body}}\n`;

const rows = [
  [1, -2, 3, 0.5],
  [0.25, 4, -1, 2],
];
const sequence = [
  [
    [0.1, -0.4],
    [0.7, 0.2],
    [-0.3, 0.9],
  ],
  [
    [0.5, 0.5],
    [-0.6, 0.1],
    [0.8, -0.2],
  ],
];

describe("values of the library's layers", () => {
  it("RMSNorm divides by the root mean square", () => {
    const { outputs } = run(named("x: f32[B, 4]", "f32[B, 4]", "  x -> n: RMSNorm(epsilon=0.0)\n"), {
      x: rows,
      "param/n.scale": [1, 2, 3, 4],
    });
    const expected = rows.flatMap((row) => {
      const root = Math.sqrt(row.reduce((sum, it) => sum + it * it, 0) / 4);
      return row.map((it, index) => (it / root) * (index + 1));
    });
    close(values(outputs.get("y")), expected);
  });

  it("LayerNorm has mean 0 and variance 1 along the last axis", () => {
    const { outputs } = run(
      named("x: f32[B, 4]", "f32[B, 4]", "  x -> LayerNorm(epsilon=0.0, center=false, scale=false)\n"),
      { x: rows },
    );
    const y = values(outputs.get("y"));
    for (const row of [y.slice(0, 4), y.slice(4)]) {
      expect(row.reduce((a, b) => a + b, 0)).toBeCloseTo(0, 9);
      expect(row.reduce((a, b) => a + b * b, 0) / 4).toBeCloseTo(1, 9);
    }
  });

  it("GroupNorm of one group is a norm of the whole example, of as many as channels one of each channel", () => {
    const text = (groups: number): string =>
      named("x: f32[B, 3, 2]", "f32[B, 3, 2]", `  x -> n: GroupNorm(${String(groups)}, epsilon=0.0)\n`);
    const given = { x: sequence, "param/n.scale": [1, 1], "param/n.bias": [0, 0] };
    const whole = values(run(text(1), given).outputs.get("y")).slice(0, 6);
    expect(whole.reduce((a, b) => a + b, 0)).toBeCloseTo(0, 9);
    const apart = values(run(text(2), given).outputs.get("y")).slice(0, 6);
    expect((apart[0] ?? 1) + (apart[2] ?? 1) + (apart[4] ?? 1)).toBeCloseTo(0, 9);
    expect(apart[0]).not.toBeCloseTo(whole[0] ?? 0, 3);
  });

  it("InstanceNorm is a GroupNorm of as many groups as channels", () => {
    const text = (layer: string): string =>
      named("x: f32[B, 3, 2]", "f32[B, 3, 2]", `  x -> n: ${layer}(epsilon=0.5)\n`).replace(
        "GroupNorm(",
        "GroupNorm(2, ",
      );
    const given = { x: sequence, "param/n.scale": [2, 3], "param/n.bias": [0.5, -1] };
    const [own, grouped] = ["InstanceNorm", "GroupNorm"].map((it) => values(run(text(it), given).outputs.get("y")));
    own?.forEach((it, index) => {
      expect(it).toBeCloseTo(grouped?.[index] ?? NaN, 12);
    });
    expect(own?.length).toBe(grouped?.length);
  });

  it("BatchNorm uses the batch in training, and moves its averages as Keras does", () => {
    const text = named("x: f32[B, 2]", "f32[B, 2]", "  x -> n: BatchNorm(momentum=0.9, epsilon=0.0)\n");
    const given = {
      x: [
        [1, 10],
        [3, 20],
      ],
      "param/n.scale": [1, 1],
      "param/n.bias": [0, 0],
      "state/n.mean": [0, 0],
      "state/n.variance": [1, 4],
    };
    const training = run(text, given, "training").outputs;
    close(values(training.get("y")), [-1, -1, 1, 1]);
    close(values(training.get("next/state/n.mean")), [0.2, 1.5]);
    close(values(training.get("next/state/n.variance")), [1, 6.1]);
    close(values(run(text, given).outputs.get("y")), [1, 5, 3, 10]);
  });

  it("Dropout passes everything in inference and keeps the mean of what it keeps in training", () => {
    const text = named("x: f32[B, 4]", "f32[B, 4]", "  x -> Dropout(0.5)\n");
    close(values(run(text, { x: rows }).outputs.get("y")), rows.flat());
  });

  it("UpSampling2D repeats rows and columns", () => {
    const { outputs } = run(named("x: f32[B, 2, 2, 1]", "f32[B, 4, 4, 1]", "  x -> UpSampling2D(2)\n"), {
      x: [
        [
          [[1], [2]],
          [[3], [4]],
        ],
      ],
    });
    expect(values(outputs.get("y"))).toEqual([1, 1, 2, 2, 1, 1, 2, 2, 3, 3, 4, 4, 3, 3, 4, 4]);
  });

  it("Conv1D slides over time", () => {
    const text = named("x: f32[B, T, 1]", "f32[B, T, 1]", "  x -> c: Conv1D(1, 3, padding=same)\n");
    const { outputs } = run(text, {
      x: [[[1], [2], [3], [4]]],
      "param/c.kernel": [[[1]], [[10]], [[100]]],
      "param/c.bias": [0.5],
    });
    close(values(outputs.get("y")), [210.5, 321.5, 432.5, 43.5]);
  });

  it("Conv2DTranspose undoes the strides of a convolution", () => {
    const text = named(
      "x: f32[B, 2, 1, 1]",
      "f32[B, 4, 2, 1]",
      "  x -> c: Conv2DTranspose(1, 2, stride=2, bias=false)\n",
    );
    const { outputs } = run(text, {
      x: [[[[1]], [[2]]]],
      "param/c.kernel": [
        [[[1]], [[2]]],
        [[[3]], [[4]]],
      ],
    });
    expect(values(outputs.get("y"))).toEqual([1, 2, 3, 4, 2, 4, 6, 8]);
  });

  it("DepthwiseConv2D is a convolution of each channel by itself", () => {
    const text = named("x: f32[B, 1, 1, 2]", "f32[B, 1, 1, 2]", "  x -> c: DepthwiseConv2D(1, bias=false)\n");
    expect(values(run(text, { x: [[[[3, 5]]]], "param/c.kernel": [[[[2, 10]]]] }).outputs.get("y"))).toEqual([6, 50]);
  });

  it("SimpleRNN is the scan that the reference writes out", () => {
    const cell =
      "block Cell(units: int): (x: f32[B, T, D]) {\n  param kernel: f32[D, units]\n  param recurrent: f32[units, units]\n  param bias: f32[units]\n  scan x_t in x over T with h: f32[B, units] = zeros {\n    h <- tanh(matmul(x_t, kernel) + matmul(h, recurrent) + bias)\n    emit h\n  }\n}\n\n";
    const body = (layer: string): string => named("x: f32[B, T, 2]", "f32[B, T, 3]", `  x -> cell: ${layer}\n`);
    same(body("SimpleRNN(3, sequences=true)"), cell + body("Cell(3)"), { x: sequence });
  });

  it("a reversed layer is the layer on the reversed sequence, in the sequence's order", () => {
    const body = (stages: string): string => named("x: f32[B, T, 2]", "f32[B, T, 3]", `  x -> ${stages}\n`);
    same(
      body("cell: LSTM(3, sequences=true, reverse=true)"),
      body("flip(axis=1) -> cell: LSTM(3, sequences=true) -> flip(axis=1)"),
      { x: sequence },
    );
    same(
      body("cell: GRU(3, sequences=true, reverse=true)"),
      body("flip(axis=1) -> cell: GRU(3, sequences=true) -> flip(axis=1)"),
      { x: sequence },
    );
  });

  it("the last step is that of the sequence", () => {
    const head = "f32[B, 3]";
    same(
      named("x: f32[B, 3, 2]", head, "  x -> cell: LSTM(3)\n"),
      named("x: f32[B, 3, 2]", head, "  h = x -> cell: LSTM(3, sequences=true)\n  h[:, -1]\n")
        .replace("cell: LSTM(3, seq", "LSTM(3, seq")
        .replace("  h = x -> LSTM", "  cell = x -> LSTM")
        .replace("  h[:", "  cell[:"),
      { x: sequence },
    );
  });

  it("attention of one head is softmax(q k' / sqrt(d)) v", () => {
    const library = named("x: f32[B, T, 2]", "f32[B, T, 2]", "  x -> a: MultiHeadAttention(heads=1, bias=false)(x)\n");
    const written = named("x: f32[B, T, 2]", "f32[B, T, 2]", "  x -> a: Written\n");
    const block =
      "block Written: (x: f32[B, T, D]) {\n  param wq as query: f32[D, D]\n  param wk as key: f32[D, D]\n  param wv as value: f32[D, D]\n  param wo as out: f32[D, D]\n  scores = matmul(matmul(x, wq), transpose(matmul(x, wk))) / sqrt(D)\n  matmul(matmul(softmax(scores), matmul(x, wv)), wo)\n}\n\n";
    same(library, block + written, { x: sequence });
    same(library, named("x: f32[B, T, 2]", "f32[B, T, 2]", "  x -> a: MultiHeadAttention(heads=1, bias=false)\n"), {
      x: sequence,
    });
  });

  it("heads of keys serve several of queries each, however many there are", () => {
    const grid = (a: number, b: number, c: number, seed: number): Nested =>
      Array.from({ length: a }, (_, i) =>
        Array.from({ length: b }, (__, j) => Array.from({ length: c }, (___, k) => Math.sin(seed + 9 * i + 4 * j + k))),
      );
    const given = { q: [grid(4, 3, 2, 1)], k: [grid(2, 5, 2, 2)], v: [grid(2, 5, 2, 3)] };
    const inputs = "q: f32[B, H, T, D], k: f32[B, G, S, D], v: f32[B, G, S, D]";
    const attend = (facts: string, body: string): string =>
      `model M: (${inputs}) -> y: f32[B, H, T, D] where ${facts} {\n  ${body}\n}\n`;
    const keys = "matmul(softmax(matmul(q, transpose(repeat_each(k, 2, axis=1)))), repeat_each(v, 2, axis=1))";
    same(attend("H % G == 0", "weigh_heads(softmax(match_heads(q, k)), v)"), attend("H == 2 * G", keys), given);
  });

  it("attention sees what masks say", () => {
    const attend = (more: string, layer = "MultiHeadAttention(2)"): string =>
      named(
        "x: f32[B, 3, 2]",
        "f32[B, 3, 2]",
        `  all = x[:, :, 0] == x[:, :, 0]\n  _early = logical_and(all[:, None], (range(3)[None, :] <= range(3)[:, None])[None])\n  _first = logical_and(all, (range(3) < 2)[None])\n  x -> a: ${layer}${more}\n`,
      );
    const given = { x: sequence };
    same(attend("(mask=_early)"), attend("", "MultiHeadAttention(2, causal=true)"), given);
    same(attend("(key_mask=_first)"), attend("(x[:, 0:2])"), given);
    same(attend("(mask=_early, key_mask=_first)"), attend("(x[:, 0:2], mask=_early[:, :, 0:2])"), given);
    same(
      attend("(key_mask=_first)", "MultiHeadAttention(2, causal=true)"),
      attend("(mask=_early, key_mask=_first)"),
      given,
    );
  });

  it("recurrent layers go on where others end", () => {
    const halves = (name: string, states: readonly string[]): readonly [string, string] => {
      const model = (body: string): string => named("x: f32[B, 4, 2]", "f32[B, 4, 3]", body);
      const ends = states.join(", ");
      return [
        model(`  x -> layer: ${name}(3, sequences=true)\n`),
        model(
          `  layer = ${name}(3, sequences=true, states=true)\n  (early, ${ends}) = layer(x[:, :2])\n  (late, _) = layer(x[:, 2:], ${ends})\n  concat(early, late, axis=1)\n`.replace(
            "(late, _)",
            `(late, ${states.map(() => "_").join(", ")})`,
          ),
        ),
      ];
    };
    const x = [[...required(sequence[0], "an example"), [0.3, -0.7]].slice(0, 4)];
    for (const [name, states] of [
      ["SimpleRNN", ["h"]],
      ["GRU", ["h"]],
      ["LSTM", ["h", "c"]],
    ] as const) {
      const [whole, parts] = halves(name, states);
      same(whole, parts, { x });
    }
  });
});

describe("values of the language's own constructs", () => {
  it("scans forward and back, and emits the last value", () => {
    const scan = (rest: string): string => named("x: f32[B, T, 2]", "f32[B, T, 2]", `  scan e in x over T ${rest}`);
    const given = {
      x: [
        [
          [1, 2],
          [3, 4],
          [5, 6],
        ],
      ],
    };
    expect(
      values(run(scan("with h: f32[B, 2] = zeros {\n    h <- h + e\n    emit h\n  }\n"), given).outputs.get("y")),
    ).toEqual([1, 2, 4, 6, 9, 12]);
    expect(
      values(
        run(scan("reverse with h: f32[B, 2] = zeros {\n    h <- h + e\n    emit h\n  }\n"), given).outputs.get("y"),
      ),
    ).toEqual([9, 12, 8, 10, 5, 6]);
    const last = scan("with h: f32[B, 2] = ones {\n    h <- h + e\n    emit last h * 2\n  }\n").replace(
      "y: f32[B, T, 2]",
      "y: f32[B, 2]",
    );
    expect(values(run(last, given).outputs.get("y"))).toEqual([20, 26]);
  });

  it("indexes, slices and counts from the end", () => {
    const given = { x: rows };
    const pick = (index: string, type: string): readonly number[] =>
      values(run(named("x: f32[B, 4]", type, `  x[${index}]\n`), given).outputs.get("y"));
    expect(pick(":, -1", "f32[B]")).toEqual([0.5, 2]);
    expect(pick(":, 1:3", "f32[B, 2]")).toEqual([-2, 3, 4, -1]);
    expect(pick(":, ::2", "f32[B, 2]")).toEqual([1, 3, 0.25, -1]);
    expect(pick("0", "f32[4]")).toEqual(rows[0]);
  });

  it("computes with dims, numbers and elements", () => {
    const result = (expression: string): readonly number[] =>
      values(run(named("x: f32[B, T]", "f32[B, T]", `  ${expression}\n`), { x: [[1, 2, 4, 8]] }).outputs.get("y"));
    expect(result("x * T / 2")).toEqual([2, 4, 8, 16]);
    expect(result("where(x > 2 and x < 8, 0, x)")).toEqual([1, 2, 0, 8]);
    expect(result("1 - x // 3")).toEqual([1, 1, 0, -1]);
    expect(result("x % 3 - cumsum(x, axis=1)")).toEqual([0, -1, -6, -13]);
    expect(result("cumprod(x, axis=1)")).toEqual([1, 2, 8, 64]);
    expect(result("cumprod(x, axis=1, exclusive=true, reverse=true)")).toEqual([64, 32, 8, 1]);
    expect(result("x + range(T, f32)")).toEqual([1, 3, 6, 11]);
    expect(result("(-x)")).toEqual([-1, -2, -4, -8]);
  });

  it("repeats with one set of weights or several", () => {
    const text = (how: string): string =>
      named("x: f32[B, 2]", "f32[B, 2]", `  x -> repeat 2${how} as layer { Dense(2, bias=false) }\n`).replace(
        " shared as layer",
        " shared",
      );
    const twice = run(text(" shared"), {
      x: [[1, 0]],
      "param/repeat_0.kernel": [
        [0, 2],
        [3, 0],
      ],
    });
    expect(values(twice.outputs.get("y"))).toEqual([6, 0]);
    const apart = run(text(""), {
      x: [[1, 0]],
      "param/layer.0.kernel": [
        [0, 2],
        [3, 0],
      ],
      "param/layer.1.kernel": [
        [1, 1],
        [5, 7],
      ],
    });
    expect(values(apart.outputs.get("y"))).toEqual([10, 14]);
  });
});
