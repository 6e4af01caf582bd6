import { describe, expect, it } from "vitest";
import { product } from "../../src/dims/dim.ts";
import type { Graph } from "../../src/ir/graph.ts";
import type { OptimizerSpec } from "../../src/ir/program.ts";
import { buildEvaluationGraph, buildInferenceGraph } from "../../src/autodiff/build-evaluation-graph.ts";
import { buildInitGraph } from "../../src/autodiff/build-init-graph.ts";
import { buildMetricsGraph } from "../../src/autodiff/build-metrics-graph.ts";
import { buildApplyGraph, buildGradientGraph, buildTrainingGraph } from "../../src/autodiff/build-training-step.ts";
import { interpretGraph } from "../../src/graph/interpret.ts";
import { transposeArray } from "../../src/ops/define/nd-array.ts";
import type { NdArray } from "../../src/ops/define/operator.ts";
import { verifyGraph } from "../../src/graph/verify.ts";
import { inversePermutation } from "../../src/ops/transpose.ts";
import { func, moduleOf } from "../passes/module-testing.ts";
import { dataFor, type } from "./gradient-testing.ts";
import { accuracyMetric, constantRate, hitsAndCount, programOf } from "./program-testing.ts";
import { onnxTarget } from "../../src/emit/onnx/onnx-target.ts";
import { referenceTarget } from "../../src/passes/pipeline.ts";

/** A convolution whose output is centred by the batch in training, and by a running mean in inference. */
const conv = func(
  "Conv",
  { x: type("f32", "N", 4, 4, 2) },
  { parameters: { kernel: type("f32", 3, 3, 2, 2), bias: type("f32", 2) }, states: { mean: type("f32", 2) } },
  (body, { x }) => {
    const { b } = body;
    const y = b.add(
      b.op("conv", [x, body.param("kernel", type("f32", 3, 3, 2, 2))], { padding: "same" }),
      body.param("bias", type("f32", 2)),
    );
    body.update("mean", (inner) => {
      const old = inner.state("mean", type("f32", 2));
      return inner.b.add(
        inner.b.mul(old, inner.b.scalar(0.9)),
        inner.b.mul(inner.b.mean(y, [0, 1, 2]), inner.b.scalar(0.1)),
      );
    });
    return [
      body.training(
        (inner) => inner.b.sub(y, inner.b.mean(y, [0, 1, 2])),
        (inner) => inner.b.sub(y, inner.state("mean", type("f32", 2))),
      ),
    ];
  },
);

const model = func(
  "Net",
  { image: type("f32", "N", 4, 4, 2) },
  { flavor: "model", results: ["logits"], parameters: { head: type("f32", 8, 4) } },
  (body, { image }) => {
    const { b } = body;
    const deep = body.repeat("layer", 2, false, image, (inner, h) => inner.b.op("tanh", [inner.call(conv, "", h)]));
    const pooled = b.op("max_pool", [body.call(conv, "last", deep)], { window: [2, 2], strides: [2, 2] });
    const { shape } = pooled.type;
    const flat = b.reshape(pooled, [...shape.slice(0, 1), product(shape.slice(1))]);
    return [b.matmul(flat, body.param("head", type("f32", 8, 4)))];
  },
);

/** Written over other names of dims than the model. */
const objective = func(
  "objective",
  { logits: type("f32", "N", 4), label: type("i32", "N"), weight: type("f32", "N") },
  { flavor: "fn" },
  ({ b }, { logits, label, weight }) => [
    b.add(b.op("cross_entropy", [logits, label]), b.mean(b.mul(weight, b.sum(logits, [1])), [0])),
    ...hitsAndCount(b, logits, label),
  ],
);

const optimizer: OptimizerSpec = {
  kind: "adam",
  rate: constantRate(0.01),
  decay: 0.1,
  settings: { beta1: 0.9, beta2: 0.999, epsilon: 1e-7 },
};
const program = programOf(
  moduleOf(model, conv),
  objective,
  [
    { from: "output", name: "logits" },
    { from: "feature", name: "label" },
    { from: "feature", name: "weight" },
  ],
  {
    optimizer,
    metrics: [accuracyMetric],
    clip: { kind: "global_norm", limit: 0.5 },
  },
);

const sizes = new Map([["N", 3]]);

/** Inputs in logical order by name, the same for every graph. */
function logicalInputs(graph: Graph): Map<string, NdArray> {
  return new Map(
    graph.inputs.map(({ name, role, value, logicalType }) => {
      const type = logicalType ?? value.type;
      if (role === "step") return [name, { dtype: "i64", shape: [], data: Float64Array.of(4) }];
      if (role === "hyper") return [name, { dtype: "f32", shape: [], data: Float64Array.of(1) }];
      const data = dataFor(name, type, sizes);
      // Squares in Adam's second moment.
      return [name, name.startsWith("opt/v/") ? { ...data, data: data.data.map((it) => it * it) } : data];
    }),
  );
}

function run(graph: Graph, inputs: ReadonlyMap<string, NdArray> = logicalInputs(graph)): Map<string, NdArray> {
  const stored = new Map(
    graph.inputs.map(({ name, perm }) => {
      const array = inputs.get(name);
      if (array === undefined) throw new Error(name);
      return [name, perm === undefined ? array : transposeArray(array, perm)];
    }),
  );
  // Back to logical order, so that targets compare.
  return new Map(
    [...interpretGraph(graph, stored)].map(([name, array]) => {
      const source = graph.inputs.find((it) => name === `next/${it.name}` || name === `grad/${it.path ?? ""}`);
      return [name, source?.perm === undefined ? array : transposeArray(array, inversePermutation(source.perm))];
    }),
  );
}

function expectSame(actual: ReadonlyMap<string, NdArray>, expected: ReadonlyMap<string, NdArray>): void {
  expect([...actual.keys()]).toEqual([...expected.keys()]);
  for (const [name, array] of expected) {
    expect(actual.get(name)?.shape, name).toEqual(array.shape);
    array.data.forEach((it, index) => expect(actual.get(name)?.data[index], name).toBeCloseTo(it, 9));
  }
}

const targets = [
  ["reference", referenceTarget],
  ["onnx", onnxTarget()],
] as const;

describe("buildTrainingGraph", () => {
  const reference = buildTrainingGraph(program, referenceTarget);
  const onnx = buildTrainingGraph(program, onnxTarget());

  it("names its inputs and outputs as the language says", () => {
    const parameters = ["layer.0.kernel", "layer.0.bias", "layer.1.kernel", "layer.1.bias", "last.kernel", "last.bias"];
    const all = ["head", ...parameters];
    const states = ["layer.0.mean", "layer.1.mean", "last.mean"];
    const slots = all.flatMap((it) => [`opt/m/${it}`, `opt/v/${it}`]);
    for (const graph of [reference, onnx]) {
      expect(graph.inputs.map((it) => it.name)).toEqual([
        "batch/image",
        "batch/label",
        "batch/weight",
        ...all.map((it) => `param/${it}`),
        ...states.map((it) => `state/${it}`),
        ...slots,
        "step",
        "hyper/lr_scale",
        "hyper/decay_scale",
      ]);
      expect(graph.outputs.map((it) => [it.name, it.carries])).toEqual([
        ...all.map((it) => [`next/param/${it}`, `param/${it}`]),
        ...slots.map((it) => [`next/${it}`, it]),
        ["next/step", "step"],
        ["loss", undefined],
        ["metric/accuracy/sum", undefined],
        ["metric/accuracy/count", undefined],
        ...states.map((it) => [`next/state/${it}`, `state/${it}`]),
        ["faults", undefined],
      ]);
      expect(graph.inputs.find((it) => it.name === "batch/label")?.value.type).toEqual(type("i32", "N"));
    }
  });

  it("stores kernels, and their optimizer state, as OIHW for ONNX", () => {
    const permuted = onnx.inputs.filter((it) => it.perm !== undefined);
    const paths = ["layer.0.kernel", "layer.1.kernel", "last.kernel"];
    expect(permuted.map((it) => it.name)).toEqual([
      ...paths.map((it) => `param/${it}`),
      ...paths.flatMap((it) => [`opt/m/${it}`, `opt/v/${it}`]),
    ]);
    for (const it of permuted) {
      expect(it.perm).toEqual([3, 2, 0, 1]);
      expect(it.value.type).toEqual(type("f32", 2, 2, 3, 3));
      expect(it.logicalType).toEqual(type("f32", 3, 3, 2, 2));
    }
  });

  it("is well formed after every pass", () => {
    for (const [label, target] of targets) {
      const after = (name: string, graph: Graph): void => {
        expect(verifyGraph(graph), `${label}: ${name}`).toEqual([]);
      };
      buildTrainingGraph(program, { ...target, after });
      buildApplyGraph(program, { ...target, after });
      buildEvaluationGraph(program, { ...target, after });
    }
  });

  it("tells of every pass by its name, in order, before and after its gradients", () => {
    const told: string[] = [];
    buildTrainingGraph(program, { ...onnxTarget(), after: (name) => told.push(name) });
    expect(told).toEqual([
      "flatten",
      "guard-indices",
      "expand-composites",
      "to-channels-first",
      "hoist-from-scans",
      "simplify",
      "common-subexpressions",
      "eliminate-dead-nodes",
      "crop-unread",
      "differentiate",
      "expand-composites",
      "expand-keys",
      "hoist-from-scans",
      "simplify",
      "fold-constants",
      "simplify-again",
      "common-subexpressions",
      "eliminate-dead-nodes",
    ]);
  });

  it("is the same step in both layouts", () => {
    expectSame(run(onnx), run(reference));
  });

  it("has the gradients that finite differences of its loss give", () => {
    const graph = buildGradientGraph(program, onnxTarget());
    const inputs = logicalInputs(graph);
    const results = run(graph, inputs);
    for (const { name, role, path } of graph.inputs) {
      if (role !== "parameter") continue;
      const at = inputs.get(name);
      const gradient = results.get(`grad/${path ?? ""}`);
      if (at === undefined || gradient === undefined) throw new Error(name);
      const indices = [0, Math.floor(at.data.length / 2), at.data.length - 1];
      for (const index of indices) {
        const lossAt = (by: number): number => {
          const moved = { ...at, data: at.data.map((it, other) => (other === index ? it + by : it)) };
          return run(graph, new Map([...inputs, [name, moved]])).get("loss")?.data[0] ?? NaN;
        };
        expect(gradient.data[index], `${name}[${index}]`).toBeCloseTo((lossAt(1e-5) - lossAt(-1e-5)) / 2e-5, 6);
      }
    }
  });

  it("comes in two halves as well", () => {
    for (const [label, target] of targets) {
      const gradients = run(buildGradientGraph(program, target));
      const apply = buildApplyGraph(program, target);
      const given = apply.inputs.filter((it) => it.role === "gradient").map((it) => it.name);
      expect(given).toEqual([...gradients.keys()].filter((it) => it.startsWith("grad/")));
      const inputs = new Map([...logicalInputs(apply), ...gradients]);
      const whole = run(label === "onnx" ? onnx : reference);
      const applied = run(apply, inputs);
      expect(applied.size).toBe(7 * 3 + 1);
      expectSame(applied, new Map([...whole].filter(([name]) => applied.has(name))));
    }
  });
});

describe("buildEvaluationGraph", () => {
  it("tells of every pass by its name, in order, and is a graph of inference", () => {
    const passes = [
      "guard-indices",
      "expand-composites",
      "to-channels-first",
      "expand-keys",
      "hoist-from-scans",
      "simplify",
      "fold-constants",
      "simplify-again",
      "common-subexpressions",
      "eliminate-dead-nodes",
      "crop-unread",
    ];
    const told: string[] = [];
    const options = { ...onnxTarget(), after: (name: string) => void told.push(name) };
    expect(buildEvaluationGraph(program, options).mode).toBe("inference");
    expect(told.splice(0)).toEqual(["flatten", ...passes]);
    expect(buildInferenceGraph(program.model, options).mode).toBe("inference");
    expect(told.splice(0)).toEqual(["flatten", ...passes]);
    const init = buildInitGraph(program.model, options);
    expect([init.mode, init.name]).toEqual(["inference", "Net.init"]);
    expect(told.splice(0)).toEqual(passes);
    const metrics = buildMetricsGraph(program, { ...options, channelsFirst: false });
    expect([metrics.mode, metrics.name]).toEqual(["inference", "Net.metrics"]);
    expect(told).toEqual(["flatten", "widen", ...passes.filter((it) => it !== "to-channels-first")]);
  });

  it("measures in inference mode: states are read, and stay", () => {
    const [reference, onnx] = targets.map(([, target]) => buildEvaluationGraph(program, target));
    const training = buildTrainingGraph(program, referenceTarget);
    if (reference === undefined || onnx === undefined) throw new Error("unreachable");
    expect(onnx.outputs.map((it) => it.name)).toEqual([
      "loss",
      "metric/accuracy/sum",
      "metric/accuracy/count",
      "output/logits",
      "faults",
    ]);
    expectSame(run(onnx), run(reference));
    const results = run(reference);
    expect(results.get("metric/accuracy/count")?.data[0]).toBe(3);
    expect(results.get("loss")?.data[0]).not.toBeCloseTo(run(training).get("loss")?.data[0] ?? NaN, 5);
    const inference = buildInferenceGraph(program.model, onnxTarget());
    expect(inference.inputs[0]?.name).toBe("image");
    const inputs = logicalInputs(reference);
    const image = inputs.get("batch/image");
    if (image === undefined) throw new Error("unreachable");
    const logits = run(inference, new Map([...inputs, ["image", image]])).get("logits");
    expect(logits?.data).toEqual(run(onnx).get("output/logits")?.data);
  });
});
