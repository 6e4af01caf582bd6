import { describe, expect, it } from "vitest";
import { constant } from "../../src/dims/dim.ts";
import type { GraphInput } from "../../src/ir/graph.ts";
import { interpretGraph } from "../../src/graph/interpret.ts";
import { sizeOf } from "../../src/ops/define/nd-array.ts";
import type { NdArray, Operator, Sample } from "../../src/ops/define/operator.ts";
import { allOperators } from "../../src/ops/registry.ts";
import { expandComposites, keepNone } from "../../src/passes/expand-composites.ts";
import { findMixedExamples } from "../../src/passes/find-mixed-examples.ts";
import { checkFile } from "../lower/checking.ts";
import { describeSample, graphOfSample, inputsOfSample } from "../ops/sample-graphs.ts";

/** The array with one example, along the first axis, replaced by the last one. */
function withLastAt(array: NdArray, example: number): NdArray {
  const size = sizeOf(array.shape.slice(1));
  const data = array.data.slice();
  data.set(array.data.subarray(array.data.length - size), example * size);
  return { ...array, data };
}

const batches = allOperators.flatMap((operator) =>
  operator.samples
    .filter((it) => (it.operands[0]?.shape[0] ?? 0) > 2 && it.operands.every(({ dtype }) => dtype !== "u32"))
    .map((sample): readonly [string, Operator, Sample] => [
      `${operator.name} ${describeSample(sample)}`,
      operator,
      sample,
    ]),
);

describe("an operator that is said to keep examples apart", () => {
  it.each(batches)("does: %s", (_, operator, sample) => {
    const graph = expandComposites(graphOfSample(operator, sample), keepNone);
    const inputs = inputsOfSample(graph, sample);
    const size = sample.operands[0]?.shape[0] ?? 0;
    const hasExamples = ({ name }: Pick<GraphInput, "name">): boolean => inputs.get(name)?.shape[0] === size;
    const mixed = findMixedExamples(graph, constant(size), (it) => !hasExamples(it));
    const results = interpretGraph(graph, inputs);
    // What two examples change must not overlap.
    const changedBy = [0, 1].map((example) => {
      const given = new Map(
        [...inputs].map(([name, it]) => [name, hasExamples({ name }) ? withLastAt(it, example) : it]),
      );
      return interpretGraph(graph, given);
    });
    for (const [name, { data }] of results) {
      if (mixed.has(name)) continue;
      const [first, second] = changedBy.map((it) => it.get(name)?.data ?? data);
      const both = [...data.keys()].filter((at) => first?.[at] !== data[at] && second?.[at] !== data[at]);
      expect(both, name).toEqual([]);
    }
  });
});

const functions = `fn moved: (x: f32[N, M]) -> f32[N, M] { x - mean(x, over=M, keep=true) }
fn centred: (x: f32[N, M]) -> f32[N, M] { x - mean(x, over=N, keep=true) }
fn counted: (x: f32[N]) -> f32[N] { x + cast(range(N), f32) }
fn merged: (x: f32[N, M]) -> f32[N, M] { reshape(reshape(x, [N * M]) * 2, [N, M]) }
fn blurred: (x: f32[N]) -> f32[N] {
  reshape(conv(reshape(x, [1, N, 1, 1]), ones([3, 1, 1, 1]), padding=same), [N])
}
fn along: (x: f32[N, M]) -> f32[N, M] {
  scan t in x over M with h: f32[N] = zeros {
    h <- h + t
    emit h
  }
}
fn across: (x: f32[N, M]) -> f32[N, M] {
  scan t in x over N with h: f32[M] = zeros {
    h <- h + t
    emit h
  }
}
`;

const pair = "stack(raw.a, raw.b, axis=-1)";
const square = `stack(${pair}, ${pair}, axis=-1)`;
const image = `stack(${square}, axis=-1)`;
const findingsOf = (type: string, expression: string): readonly string[] =>
  checkFile(`${functions}data D {\n  source: csv("d.csv")\n  x: ${type} = ${expression}\n}\n`)
    .filter((it) => it.severity === "error")
    .map((it) => `${it.code} ${it.message}`);

describe("a feature of one example", () => {
  it.each([
    ["f32[]", "raw.a * 2 + sin(raw.b)"],
    ["f32[2]", `${pair} -> softmax`],
    ["f32[]", `sum(${pair}, axis=-1)`],
    ["f32[2]", `cumsum(${pair}, axis=-1)`],
    ["f32[2]", `flip(${pair}, axis=-1)`],
    ["f32[]", `${pair}[:, 0]`],
    ["f32[]", `variance(${pair}, axis=-1)`],
    ["i32[]", `argmax(${pair}, axis=-1)`],
    ["f32[5]", "one_hot(cast(raw.a, i32), 5)"],
    ["i32[]", "gather(range(5), cast(clip(raw.a, 0, 4), i32))"],
    ["f32[2]", `gather(${pair}, range(2), axis=1)`],
    ["f32[2]", `rearrange(gather(rearrange(${pair}, "b t -> t b"), range(2), axis=0), "t b -> b t")`],
    [
      "f32[2, 1]",
      `rearrange(gather(rearrange(${pair}, "b t -> t b"), reshape(range(2), [1, 2]), axis=0), "u t b -> b t u")`,
    ],
    ["f32[3]", 'rearrange(gather(ones([3, 5]), cast(clip(raw.a, 0, 4), i32), axis=1), "c b -> b c")'],
    ["f32[3]", `matmul(${pair}, ones([2, 3]))`],
    ["f32[3]", `einsum("b k, k m -> b m", ${pair}, ones([2, 3]))`],
    ["f32[2]", `rearrange(${pair}, "b t -> t b") -> rearrange("t b -> b t")`],
    ["f32[]", `sum(sum(rearrange(${pair}, "b t -> t b"), axis=0, keep=true), axis=0)`],
    ["f32[]", `sum(sum(rearrange(${square}, "b t u -> t b u"), axis=0), axis=-1)`],
    ["f32[4]", `pad(${pair}, before=[0, 1], after=[0, 1])`],
    ["f32[2, 2, 1]", `conv(${image}, ones([1, 1, 1, 1]))`],
    ["f32[1, 1, 1]", `max_pool(${image}, window=[2, 2], strides=[2, 2])`],
    ["f32[2]", `moved(${pair})`],
    ["f32[2]", `merged(${pair})`],
    ["f32[2]", `rearrange(2 * rearrange(${pair}, "b t -> (t b)"), "(t b) -> b t", t=2)`],
    ["f32[2]", `along(${pair})`],
    ["f32[3, 5, 1]", `resize(${image}, 3, 5)`],
    ["f32[3, 5, 1]", `resize(${image}, 3, 5, method=bicubic)`],
    ["f32[1, 3, 1]", `adaptive_avg_pool(${image}, [1, 3])`],
    ["f32[3, 3, 1]", `adaptive_max_pool(${image}, [3])`],
    ["f32[2, 2]", `sort(${square}, axis=1)`],
    ["f32[1]", `top_k(${pair}, 1)[0]`],
    ["f32[2]", `einsum("b t u, u -> b t", ${square}, ones([2]))`],
    ["f32[2, 2]", `reshape(softmax(reshape(${square}, [-1, 2])), [-1, 2, 2])`],
    ["bool[]", "raw.a > 3"],
    ["f32[]", "raw.a -> standardize"],
    ["f32[]", "standardize(raw.a) + 1"],
  ])("is taken: %s = %s", (type, expression) => {
    expect(findingsOf(type, expression)).toEqual([]);
  });

  it.each([
    ["f32[]", "raw.a - mean(raw.a)"],
    ["f32[]", "raw.a / max(raw.a, axis=0)"],
    ["f32[]", "cumsum(raw.a, axis=0)"],
    ["f32[]", "flip(raw.a, axis=0)"],
    ["f32[]", "raw.a -> softmax"],
    ["f32[]", "raw.a - raw.a[0]"],
    ["f32[]", "(raw.a - mean(raw.a)) -> standardize"],
    ["f32[]", "raw.a + mse(raw.a, raw.b)"],
    ["f32[]", "pad(raw.a, before=[1], after=[0])[1:]"],
    ["f32[]", "blurred(raw.a)"],
    ["f32[]", "counted(raw.a)"],
    ["f32[2]", `centred(${pair})`],
    ["f32[2]", `across(${pair})`],
    ["f32[]", "sort(raw.a, axis=0)"],
    ["f32[]", "raw.a + gather(raw.b, range(1), axis=0)"],
    ["f32[]", "gather(raw.b, cast(clip(raw.a, 0, 0), i32), axis=0)"],
    ["f32[2, 2]", `reshape(cumsum(reshape(${square}, [-1, 2]), axis=0), [-1, 2, 2])`],
    ["f32[2]", `matmul(${pair}, matmul(transpose(${pair}), ${pair}))`],
  ])("that depends on others is an error: %s = %s", (type, expression) => {
    expect(findingsOf(type, expression)).toEqual([
      "MC4064 One example of the feature `x` depends on the other examples of its batch.",
    ]);
  });

  it("is told of where it happens, and how to mend it", () => {
    const [found] = checkFile('data D {\n  source: csv("d.csv")\n  x: f32[] = raw.a - mean(raw.a)\n}\n');
    expect(found?.help).toContain("`-> standardize`");
    expect(found?.labels).toHaveLength(1);
  });

  it.each([
    ["f32[]", "raw.a + uniform_like(raw.a)"],
    ["f32[2]", `dropout(${pair}, rate=0.5)`],
    ["f32[]", `mean(normal_like(${pair}), axis=-1)`],
    ["f32[]", "when training { raw.a + normal_like(raw.a) } else { raw.a }"],
    ["f32[]", "raw.a -> when training { dropout(rate=0.5) }"],
    ["f32[]", "when training { raw.a + normal_like(raw.a) } else { raw.a } -> standardize"],
    ["f32[]", "(raw.a -> standardize) + normal_like(raw.a)"],
  ])("may be drawn: %s = %s", (type, expression) => {
    expect(findingsOf(type, expression)).toEqual([]);
  });

  it.each([
    "raw.a + mean(uniform_like(raw.a))",
    "flip(normal_like(raw.a), axis=0)",
    "when training { raw.a - mean(raw.a) } else { raw.a }",
    "when training { raw.a } else { raw.a - mean(raw.a) }",
  ])("may not take the draws of others, nor in one mode alone: %s", (expression) => {
    expect(findingsOf("f32[]", expression)).toEqual([
      "MC4064 One example of the feature `x` depends on the other examples of its batch.",
    ]);
  });

  it.each([
    "raw.a + uniform_like(raw.a) -> standardize",
    "when training { raw.a } else { raw.a + normal_like(raw.a) } -> standardize",
    "(raw.a -> standardize) + normal_like(raw.a) -> standardize",
  ])("is not fitted on what is drawn: %s", (expression) => {
    expect(findingsOf("f32[]", expression)).toEqual([
      "MC4069 The feature `x` is standardized after it was drawn: its mean and deviation would be those of one draw.",
    ]);
  });
});
