import type * as tf from "@tensorflow/tfjs";
import { beforeAll, describe, expect, it } from "vitest";
import { optimizers } from "../../../src/autodiff/optimizers.ts";
import { emitTfjs } from "../../../src/emit/tfjs/emit-tfjs.ts";
import type { NdArray } from "../../../src/ops/define/operator.ts";
import { useBackend } from "./backends.ts";
import { importEmitted } from "./load-emitted.ts";
import { drawBatch, evaluateGraph, graphsOf, initialValues, tensorOf, worstError } from "./reference.ts";
import { unitOf } from "./spec-unit.ts";

interface Model {
  readonly optimizer: readonly { readonly path: string; readonly parameter: tf.Variable }[];
  steps?: number;
}

interface Emitted {
  readonly create: (seed: number) => Model;
  readonly trainStep: (model: Model, batch: Record<string, tf.Tensor>) => Promise<object>;
}

const spec = (settings: string): string => `
model Plane: (x: f32[B, 3]) -> y: f32[B, 1] {
  x -> hidden: Dense(4, activation=tanh) -> out: Dense(1)
}
data Drawn {
  source: csv("plane.csv")
  x:      f32[3] = stack(raw.x1, raw.x2, raw.x3, axis=-1)
  target: f32[1] = stack(raw.y, axis=-1)
}
train Plane on Drawn {
  loss:   mse(y, target)
  ${settings}
  epochs: 2
  batch:  4
}
`;

const cases = [
  ...Object.keys(optimizers).map((name) => [`${name} with decay`, `optimizer: ${name}(lr=1e-2, decay=0.1)`] as const),
  ["gradient descent", "optimizer: sgd(lr=0.1)"],
  ["decay by the gradient", "optimizer: sgd(lr=0.1, decay=0.1)"],
  ["momentum", "optimizer: momentum(lr=0.1, momentum=0.9)"],
  ["Nesterov's momentum", "optimizer: momentum(lr=0.1, momentum=0.9, nesterov=true)"],
  ["RMSprop", "optimizer: rmsprop(lr=1e-2)"],
  ["RMSprop with momentum", "optimizer: rmsprop(lr=1e-2, momentum=0.5)"],
  ["Adam", "optimizer: adam(lr=1e-2)"],
  ["decoupled decay", "optimizer: adamw(lr=1e-2, decay=0.1)"],
  ["groups", 'optimizer: adamw(lr=1e-2, decay=0.1)\n  group "**.bias": decay=0\n  group "out.*": scale=0.5'],
  ["frozen parameters", 'optimizer: sgd(lr=0.1)\n  freeze "hidden.**"'],
  ["clipping by the norm of all", "optimizer: sgd(lr=0.1)\n  clip: global_norm(0.1)"],
  ["clipping by each norm", "optimizer: sgd(lr=0.1)\n  clip: norm(0.1)"],
  ["clipping by value", "optimizer: sgd(lr=0.1)\n  clip: value(0.05)"],
  ["a cosine", "optimizer: sgd(lr=cosine(peak=0.1, floor=0.01, warmup=2))"],
  ["a cosine with an end of its own", "optimizer: sgd(lr=cosine(peak=0.1, floor=0.01, warmup=1, total=5))"],
  ["a line", "optimizer: sgd(lr=linear(0.1, floor=0.01))"],
  ["steps", "optimizer: sgd(lr=step(0.1, every=2, factor=0.5))"],
  ["an exponential", "optimizer: sgd(lr=exponential(0.1, decay=0.5, every=2))"],
] satisfies readonly (readonly [string, string])[];

describe("updates of parameters", () => {
  beforeAll(() => useBackend("cpu"));

  it.each(cases)("agree with the training graph in f64: %s", async (name, settings) => {
    const { module, train } = unitOf(spec(settings));
    if (train === undefined) throw new Error("nothing to train");
    const file = await emitTfjs({ module, train, name: "Plane" });
    const emitted = await importEmitted<Emitted>(`optimizer-${name.replaceAll(/\W/g, "-")}`, file);
    const graph = graphsOf.step(train);
    const batch = drawBatch(graph, { B: 4 }, 1);
    const owned = new Map<string, NdArray>(initialValues(module, 5));
    const model = emitted.create(5);
    const steps = 8;
    if ("steps" in model) model.steps = steps;
    const tensors = Object.fromEntries([...batch].map(([key, array]) => [key, tensorOf(array)]));
    for (let step = 0; step < 4; step++) {
      await emitted.trainStep(model, tensors);
      const results = evaluateGraph(graph, { owned, batch, seed: 5, step, steps });
      for (const { name: output, carries } of graph.outputs) {
        const value = results.get(output);
        if (carries !== undefined && carries !== "step" && value !== undefined) owned.set(carries, value);
      }
    }
    const trained = graph.outputs.filter(({ name: output }) => output.startsWith("next/param/")).length;
    expect(model.optimizer.length).toBe(trained);
    for (const { path, parameter } of model.optimizer) {
      const numbers = { shape: parameter.shape, data: parameter.dataSync() };
      expect(worstError(numbers, owned.get(`param/${path}`)), path).toBeLessThan(2e-6);
    }
  });
});
