import { beforeAll, describe, expect, it } from "vitest";
import { required } from "../../src/support/fault.ts";
import { useBackend } from "../emit/tfjs/backends.ts";
import { runText } from "../lower/run-text.ts";

/** What was reported of another framework or runtime, and what is right. */
interface Report {
  /** The report. */
  readonly url: string;
  readonly inputs: string;
  readonly results: string;
  readonly body: string;
  readonly values: Readonly<Record<string, readonly number[]>>;
  readonly right: readonly (readonly number[])[];
}

const upTo = (count: number): readonly number[] => Array.from({ length: count }, (_, at) => at);

const reports: Readonly<Record<string, Report>> = {
  "a query that may see no key has numbers, and gradients": {
    url: "https://github.com/pytorch/pytorch/issues/41508",
    inputs: "q: f32[1, 2, 2], k: f32[1, 2, 2], v: f32[1, 2, 2], seen: bool[1, 2, 2]",
    results: "y: f32[1, 2, 2], dq: f32[1, 2, 2], dv: f32[1, 2, 2]",
    body: "y = Attention()(q, k, v, mask=seen)\n  s = sum(y)\n  (y, gradient(s, q), gradient(s, v))",
    values: { q: [1, 2, 3, 4], k: [4, 3, 2, 1], v: [2, 4, 6, 8], seen: [0, 0, 1, 0] },
    // What sees nothing sees all alike.
    right: [
      [4, 6, 2, 4],
      [0, 0, 0, 0],
      [1.5, 1.5, 0.5, 0.5],
    ],
  },
  "a loss whose labels are all ignored is 0, and so are its gradients": {
    url: "https://github.com/pytorch/pytorch/issues/70348",
    inputs: "x: f32[2, 3], labels: class(3)[2], kept: bool[2]",
    results: "loss: f32[], dx: f32[2, 3]",
    body: "loss = cross_entropy(x, labels, mask=kept)\n  (loss, gradient(loss, x))",
    values: { x: [1, 2, 3, 4, 5, 6], labels: [0, 1], kept: [0, 0] },
    right: [[0], [0, 0, 0, 0, 0, 0]],
  },
  "cross entropy of logits far apart does not overflow": {
    url: "https://github.com/FluxML/NNlib.jl/issues/68",
    inputs: "x: f32[2, 3], labels: class(3)[2]",
    results: "loss: f32[], dx: f32[2, 3]",
    body: "loss = cross_entropy(x, labels)\n  (loss, gradient(loss, x))",
    values: { x: [-431, 279, 427, -1047, -981, 1891], labels: [0, 0] },
    right: [[1898], [-0.5, 0, 0.5, -0.5, 0, 0.5]],
  },
  "softplus of large numbers is these, and its slope 1": {
    url: "https://github.com/tracel-ai/burn/issues/5373",
    inputs: "x: f32[3]",
    results: "y: f32[3], dx: f32[3]",
    body: "y = softplus(x)\n  (y, gradient(sum(y), x))",
    values: { x: [20, 100, 1e10] },
    right: [
      [20, 100, 1e10],
      [1, 1, 1],
    ],
  },
  "the length of zeros has no slope": {
    url: "https://github.com/pytorch/pytorch/issues/2421",
    inputs: "x: f32[2, 2]",
    results: "y: f32[2], dx: f32[2, 2]",
    body: "y = norm(x, axis=1)\n  (y, gradient(sum(y), x))",
    values: { x: [0, 0, 3, 4] },
    right: [
      [0, 5],
      [0, 0, 0.6, 0.8],
    ],
  },
  "nor has the standard deviation of what is all alike": {
    url: "https://github.com/pytorch/pytorch/issues/4320",
    inputs: "x: f32[2, 2]",
    results: "y: f32[2], dx: f32[2, 2]",
    body: "y = std(x, axis=1)\n  (y, gradient(sum(y), x))",
    values: { x: [2, 2, 3, 5] },
    right: [
      [0, 1],
      [0, 0, -0.5, 0.5],
    ],
  },
  "equal maxima share the gradient": {
    url: "https://github.com/apache/mxnet/issues/18563",
    inputs: "x: f32[4]",
    results: "y: f32[], dx: f32[4]",
    body: "y = max(x)\n  (y, gradient(y, x))",
    values: { x: [1, 2, 2, 2] },
    right: [[2], [0, 1 / 3, 1 / 3, 1 / 3]],
  },
  "and so do the larger of two that are equal": {
    url: "https://github.com/pytorch/pytorch/issues/56734",
    inputs: "x: f32[3], b: f32[3]",
    results: "y: f32[3], dx: f32[3], db: f32[3]",
    body: "y = maximum(x, b)\n  (y, gradient(sum(y), x), gradient(sum(y), b))",
    values: { x: [1, 2, 3], b: [1, 3, 2] },
    right: [
      [1, 3, 3],
      [0.5, 0, 1],
      [0.5, 1, 0],
    ],
  },
  "an image at one pixel is seen from its middle": {
    url: "https://github.com/pytorch/pytorch/issues/183523",
    inputs: "x: f32[1, 4, 4, 1]",
    results: "y: f32[1, 1, 1, 1]",
    body: "resize(x, 1, 1)",
    values: { x: upTo(16) },
    right: [[7.5]],
  },
  "windows of one place that leave places out are these places": {
    url: "https://github.com/tensorflow/tfjs/issues/5920",
    inputs: "x: f32[1, 3, 4, 2]",
    results: "y: f32[1, 1, 2, 2]",
    body: "MaxPool2D(1, stride=[4, 3])(x)",
    values: { x: upTo(24) },
    right: [[0, 1, 6, 7]],
  },
  "rows are looked up in each example of a batch": {
    url: "https://github.com/tensorflow/tfjs/issues/8658",
    inputs: "x: f32[2, 3, 2], places: i32[2, 2]",
    results: "y: f32[2, 2, 2]",
    body: "gather_rows(x, places)",
    values: { x: upTo(12), places: [2, 0, 1, 1] },
    right: [[4, 5, 0, 1, 8, 9, 8, 9]],
  },
  "sums of integers are exact": {
    url: "https://github.com/tensorflow/tfjs/issues/5641",
    inputs: "x: i32[4]",
    results: "y: i32[]",
    body: "sum(x)",
    values: { x: [16777217, 16777217, 1, 2] },
    right: [[33554437]],
  },
  "running sums go along one of five axes": {
    url: "https://github.com/tensorflow/tfjs/issues/8390",
    inputs: "x: f32[1, 2, 2, 1, 3]",
    results: "y: f32[1, 2, 2, 1, 3]",
    body: "cumsum(x, axis=1)",
    values: { x: upTo(12) },
    right: [[0, 1, 2, 3, 4, 5, 6, 8, 10, 12, 14, 16]],
  },
};

/** Five digits: as many as all runtimes agree on. */
const rounded = (it: number): number => Number((Math.abs(it) < 1e-30 ? 0 : it).toPrecision(5));

describe.each(["cpu", "wasm"] as const)(
  "what was reported elsewhere is right here, with TensorFlow.js on %s",
  (backend) => {
    beforeAll(() => useBackend(backend));

    it.each(Object.entries(reports))("%s", async (_, { inputs, results, body, values, right, url }) => {
      const run = await runText(`model M: (${inputs}) -> (${results}) {\n  ${body}\n}\n`, (name, type) => ({
        ...type,
        data: Float64Array.from(required(values[name], name)),
      }));
      for (const [runtime, arrays] of Object.entries({ reference: run?.reference, ...run?.runtimes })) {
        const found = arrays?.map(({ data }) => [...data].map((it) => rounded(it))) ?? [];
        const expected = right.map((numbers) => numbers.map(rounded));
        expect(found, `${runtime}: ${url}`).toEqual(expected);
      }
    });
  },
);
