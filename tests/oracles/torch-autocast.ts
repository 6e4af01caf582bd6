import { spawnSync } from "node:child_process";
import { join } from "node:path";
import type { Tensor, Tensors } from "../../src/runtime/tensor.ts";
import { toNumbers } from "../../src/runtime/onnx/typed-array.ts";
import { required } from "../../src/support/fault.ts";
import { createDraw } from "../ops/sample-graphs.ts";
import { trainingOf } from "../specs/spec-testing.ts";
import { openGradients } from "./gradients.ts";

const script = join("tests", "oracles", "torch_autocast.py");

const text = (precision: string): string => `model Net: (x: f32[B, 32]) -> y: f32[B, 1] {
  x -> Dense(64, activation=tanh) -> LayerNorm -> Dense(32, activation=tanh) -> Dense(1)
}
data Points {
  source: npz("points.npz")
  x: f32[32] = raw.x
  t: f32[1] = raw.t
}
train Net on Points {
  loss:      mse(y, t)
  optimizer: sgd(lr=0.1)
  precision: ${precision}
}
`;

const examples = 128;
const shapes: Readonly<Record<string, readonly number[]>> = {
  "dense_0.kernel": [32, 64],
  "dense_0.bias": [64],
  "layer_norm_0.scale": [64],
  "layer_norm_0.bias": [64],
  "dense_1.kernel": [64, 32],
  "dense_1.bias": [32],
  "dense_2.kernel": [32, 1],
  "dense_2.bias": [1],
};

/** How far gradients may be from PyTorch's of f32, by how far its own autocast is: it rounds activations as well. */
const bounds = [0.1, 1.5] as const;

/** Compares gradients of mixed precision with those of PyTorch's autocast; gives how many precisions differ. */
export async function compareAutocast(python: string): Promise<number> {
  const draw = createDraw(11);
  const drawn = (shape: readonly number[], spread: number): Tensor => ({
    dtype: "f32",
    shape,
    data: Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => (2 * draw() - 1) * spread),
  });
  const weights = new Map(Object.entries(shapes).map(([path, shape]) => [path, drawn(shape, 0.3)]));
  const features: Tensors = new Map([
    ["x", drawn([examples, 32], 1)],
    ["t", drawn([examples, 1], 1)],
  ]);
  const lists = (tensors: Tensors): Readonly<Record<string, unknown>> =>
    Object.fromEntries([...tensors].map(([name, it]) => [name, { shape: it.shape, data: [...toNumbers(it)] }]));
  const input = JSON.stringify({ weights: lists(weights), features: lists(features) });
  const run = spawnSync(python, ["-B", script], { encoding: "utf8", input, maxBuffer: 2 ** 26 });
  if (run.status !== 0) throw new Error(`${script} failed: ${run.stderr}`);
  const peer = JSON.parse(run.stdout) as Readonly<Record<string, Readonly<Record<string, readonly number[]>>>>;
  const exact = required(peer["f32"], "f32");

  let wrong = 0;
  for (const precision of ["mixed_f16", "mixed_bf16"]) {
    const graph = await openGradients(trainingOf(text(precision)), 1);
    const { gradients } = await graph.run(weights, features);
    await graph.dispose();
    const theirs = required(peer[precision], precision);
    const distance = (of: (path: string) => ArrayLike<number>): number =>
      Math.hypot(
        ...Object.keys(shapes).flatMap((path) => {
          const found = of(path);
          return required(exact[path], path).map((it, at) => it - (found[at] ?? NaN));
        }),
      );
    const own = distance((path) => toNumbers(required(gradients.get(path), path)));
    const share = own / distance((path) => required(theirs[path], path));
    const isFine = share >= bounds[0] && share <= bounds[1];
    console.log(`gradients of ${precision}: ${share.toFixed(2)} of the way from f32 that PyTorch's autocast has`);
    if (!isFine) wrong += 1;
  }
  return wrong;
}
