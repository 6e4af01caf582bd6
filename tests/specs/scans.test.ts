import { describe, expect, it } from "vitest";
import { buildInferenceGraph } from "../../src/autodiff/build-evaluation-graph.ts";
import { interpretGraph } from "../../src/graph/interpret.ts";
import { arrayOf } from "../../src/ops/define/nd-array.ts";
import { baseKey, fold, placeKey, uniform } from "../../src/ops/random/counter.ts";
import { referenceTarget } from "../../src/passes/pipeline.ts";
import { lower } from "../lower/checking.ts";
import { loadData, trainingOf } from "./spec-testing.ts";
import { trainAlike } from "./train-alike.ts";

/** What a step of a scan may do: construct what owns parameters, and draw. Trained on both runtimes. */

const sequences = `data D {
  source: synthetic_sequences(count=32, length=5, features=5, classes=4, seed=3)
  x: f32[5, 5] = raw.x
  label: class(4)[5] = raw.label
}
`;
const section = (loss: string): string =>
  `train M on D {\n  loss: ${loss}\n  optimizer: adam(lr=0.01)\n  batch: 8\n  seed: 5\n}\n`;
const model = (body: string, before = ""): string =>
  `${before}model M: (x: f32[B, T, 5]) -> y: f32[B, T, 4] {\n${body}\n}\n${sequences}${section("cross_entropy(y, label)")}`;
const each = (stages: string, reverse = ""): string =>
  `  scan e in x over T${reverse} with h: f32[B, 4] = zeros {\n    h <- ${stages}\n    emit h\n  }`;

const specs: Readonly<Record<string, string>> = {
  "layers that are constructed inside": model(
    `  c = Dense(4)\n${each("tanh((h -> Dense(4)) + (e -> inner: Dense(6, activation=relu) -> c))")}`,
  ),
  "a repeat inside": model(each("(concat(h, e, axis=-1) -> Dense(4)) + (h -> repeat 2 { Dense(4) -> tanh })")),
  dropout: model(each("tanh(h + (e -> Dense(4) -> Dropout(0.3)))")),
  "draws from the end": model(each("h * 0.5 + (e -> Dense(4)) + 0.1 * normal_like(h)", " reverse")),
  "draws in several places, in copies and in branches": model(
    `  d = Dropout(0.2)
  a = x -> d -> Dense(4)
  b = scan e in x, k in a over T with h: f32[B, 4] = zeros {
    n = when training { 0.1 * uniform_like(h) } else { h * 0 }
    g = (e -> d -> Dense(4)) -> repeat 2 { Noisy }
    i = for _ in range(2) { h -> dropout(0.1) }
    h <- tanh(g + i[0] - i[1] + n + k)
    emit h
  }
  b -> repeat 2 as layer { Cell }`,
    `block Noisy: (x: f32[B, D]) -> f32[B, D] {
  d = Dense(D)
  d(x) + d(x -> Dropout(0.2)) + 0.1 * normal_like(x)
}
block Cell: (x: f32[B, T, D]) -> f32[B, T, D] {
  scan e in x over T with h: f32[B, D] = zeros { h <- (e + h) -> Dense(D) -> Dropout(0.2)
    emit h }
}
`,
  ),
  "scans that nest": model(
    `  param kernel: f32[4, 5] = glorot_uniform
  scan e in x over T reverse with h: f32[B, 4] = zeros {
    inner = scan w in kernel over 1 reverse with s: f32[B, 4] = h { s <- s * 0.5 + w + 0.1 * normal_like(s) }
    h <- tanh((e -> Dense(4)) + inner) -> dropout(0.1)
    emit h
  }`,
  ),
  "a gradient through a step that draws": `model M: (x: f32[B, T, 5]) -> (y: f32[B, T, 4], slope: f32[B, T, 5]) {
  z = tanh(x)
  d = Dropout(0.4)
  y = scan e in z over T with h: f32[B, 4] = zeros {
    h <- tanh(h + (e -> d -> Dense(4)) + (e -> repeat 2 { Dropout(0.3) } -> Dense(4)))
    emit h
  }
  (y, gradient(y, z))
}
${sequences}${section("cross_entropy(y, label) + 0.1 * mean(square(slope))")}`,
  "examples that end at lengths of their own": `model M: (x: f32[B, T, 5], n: i32[B]) -> y: f32[B, T, 4] {
  (ahead, h) = scan e in x over T until n with h: f32[B, 4] = zeros {
    h <- tanh((concat(e, h, axis=-1) -> Dense(4)) -> Dropout(0.1))
    emit h
    emit last h
  }
  back = scan e in x, a in ahead over T until n reverse with g: f32[B, 4] = h, c: f32[B, 4] = 0 {
    c <- 0.9 * c + a
    g <- tanh((concat(e, g, axis=-1) -> Dense(4)) + c)
    emit g
  }
  concat(ahead, back, axis=-1) -> Dense(4)
}
data D {
  source: synthetic_sequences(count=32, length=5, features=5, classes=4, seed=3)
  x: f32[5, 5] = raw.x
  n: i32[] = cast(raw.label[:, 0], i32) + 1
  label: class(4)[5] = raw.label
}
${section("cross_entropy(y, label)")}`,
  "a feature whose steps draw": `model M: (x: f32[B, T, 5]) -> y: f32[B, T, 4] {
  x -> Dense(4)
}
data D {
  source: synthetic_sequences(count=32, length=5, features=5, classes=4, seed=3)
  x: f32[5, 5] = walk(raw.x)
  label: class(4)[5] = raw.label
}
fn walk: (x: f32[B, T, D]) -> f32[B, T, D] {
  scan e in x over T reverse with h: f32[B, D] = zeros {
    h <- 0.9 * h + 0.1 * normal_like(h)
    emit e + h
  }
}
${section("cross_entropy(y, label)")}`,
};

describe("what a step of a scan does", () => {
  it.each(Object.entries(specs))(
    "trains alike on both runtimes: %s",
    async (_, text) => {
      const program = trainingOf(text);
      const dataset = await loadData(program, "main.model");
      const losses = await trainAlike(program, dataset, { batches: 4, batch: 8 });
      expect(new Set(losses.flat()).size).toBe(4);
    },
    60_000,
  );
});

describe("the key of a draw in a scan", () => {
  it("is that of its place, under the key of the step folded with the places of the scans around", () => {
    const text = `model M: (x: f32[2, 3]) -> y: f32[2, 3, 2] {
  scan e in x over 1 reverse {
    all = scan one in e over 0 { emit uniform_like(zeros([2])) }
    emit all
  }
}
`;
    const seed = [7, 0] as const;
    const graph = buildInferenceGraph(lower(text, "M"), referenceTarget);
    const inputs = new Map([
      ["x", arrayOf("f32", [2, 3], [0, 0, 0, 0, 0, 0])],
      ["seed", arrayOf("u32", [2], seed)],
      ["step", arrayOf("i64", [], [4])],
    ]);
    const expected = [0, 1].flatMap((inner) =>
      [0, 1, 2].flatMap((outer) => {
        const key = placeKey(fold(fold(baseKey(seed, 4), outer), inner), "uniform_like_0");
        return [uniform(key, 0), uniform(key, 1)];
      }),
    );
    expect(Array.from(interpretGraph(graph, inputs).get("y")?.data ?? [])).toEqual(expected);
  });
});
