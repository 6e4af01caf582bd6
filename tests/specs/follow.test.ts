import { describe, expect, it } from "vitest";
import type { TrainProgram } from "../../src/ir/program.ts";
import { transposeArray } from "../../src/ops/define/nd-array.ts";
import { toNumbers } from "../../src/runtime/onnx/typed-array.ts";
import type { Tensors } from "../../src/runtime/tensor.ts";
import { elementAt } from "../../src/support/element-at.ts";
import { loadData, relativeError, trainingOf } from "./spec-testing.ts";
import { runtimeNames, trainerOpener, type Runtime } from "./open-trainers.ts";

const open = trainerOpener();

/** Two networks that are made alike, with kernels in three stored orders, states, and layers within a repeat. */
const text = (train: string): string => `
block Half: (x: f32[B, 4, 4, 1]) -> f32[B, 3] {
  x -> Conv2D(2, 3) -> norm: BatchNorm -> relu -> Flatten
    -> repeat 2 as layer { Dense(3, bias=false) -> BatchNorm } -> head: Dense(3)
}
model Net: (x: f32[B, 4, 4, 1]) -> (y: f32[B, 3], z: f32[B, 3]) {
  target = Half()
  online = Half()
  (x -> online, stop_gradient(x -> target))
}
data Noise {
  source: drawn(count=32)
  x: f32[4, 4, 1] = noise.normal
}
train Net on Noise {
  batch: 4
  ${train}
}
`;
const loss = "mse(y, 0.5 * z + 1)";
const oneStep = (follow: string): string => text(`loss: ${loss}\n  optimizer: adam(lr=0.02)\n  ${follow}`);
const following = 'follow "target.**" of "online.**": ';

/** What a trainer holds at first, and after each step of some batches. */
async function taken(program: TrainProgram, runtime: Runtime, batches: number): Promise<readonly Tensors[]> {
  const trainer = await open(program, runtime);
  const [phase] = program.phases;
  const { train } = (await loadData(program, "net.model")).splits;
  const found = [await trainer.snapshot()];
  for (let at = 0; at < batches; at++) {
    const features = await trainer.prepare(await train.gather([0, 1, 2, 3].map((it) => it + 4 * at)), { epoch: at });
    for (const step of program.steps.filter(({ every }) => at % every === 0)) {
      await trainer.step(features, at, { step, phase });
      found.push(await trainer.snapshot());
    }
  }
  return found;
}

const numbersOf = (tensors: Tensors, name: string): Float64Array => {
  const tensor = tensors.get(name);
  if (tensor === undefined) throw new Error(`there is no ${name}`);
  return Float64Array.from(toNumbers(tensor));
};

const parameters = [
  ...["conv2d_0.kernel", "conv2d_0.bias", "norm.scale", "norm.bias", "head.kernel", "head.bias"],
  ...["layer.0.dense_0.kernel", "layer.1.dense_0.kernel", "layer.0.batch_norm_0.scale"],
];
const states = ["norm.mean", "norm.variance", "layer.0.batch_norm_0.mean", "layer.1.batch_norm_0.variance"];

/** How far the followers of a network are from what a move by some decay makes of them. */
function distance(before: Tensors, after: Tensors, decay: number): number {
  const errors = [...parameters, ...states].map((path) => {
    const [old, followed] = [numbersOf(before, `target.${path}`), numbersOf(after, `online.${path}`)];
    const share = states.includes(path) ? 0 : decay;
    const wanted = followed.map((it, i) => share * elementAt(old, i) + (1 - share) * it);
    return relativeError(wanted, numbersOf(after, `target.${path}`));
  });
  return Math.max(...errors);
}

/** Whether the followers are what they were. */
const rests = (before: Tensors, after: Tensors): boolean =>
  [...parameters, ...states].every(
    (path) => relativeError(numbersOf(before, `target.${path}`), numbersOf(after, `target.${path}`)) === 0,
  );

describe.each(runtimeNames)("followers on %s", (runtime) => {
  it("begin as what they follow", async () => {
    const [first] = await taken(trainingOf(oneStep(`${following}decay=0.9`)), runtime, 0);
    const [other] = await taken(trainingOf(oneStep("")), runtime, 0);
    if (first === undefined || other === undefined) throw new Error("no trainer");
    for (const path of [...parameters, ...states]) {
      expect(numbersOf(first, `target.${path}`)).toEqual(numbersOf(first, `online.${path}`));
      expect(numbersOf(first, `online.${path}`)).toEqual(numbersOf(other, `online.${path}`));
    }
    expect(numbersOf(other, "target.head.kernel")).not.toEqual(numbersOf(other, "online.head.kernel"));
  });

  it("move by their decay after each update, and their states are copied", async () => {
    const found = await taken(trainingOf(oneStep(`${following}decay=0.9`)), runtime, 4);
    for (let at = 1; at < found.length; at++)
      expect(distance(elementAt(found, at - 1), elementAt(found, at), 0.9)).toBeLessThan(1e-6);
    const last = elementAt(found, 4);
    expect(numbersOf(last, "target.head.kernel")).not.toEqual(numbersOf(last, "online.head.kernel"));
    expect([...last.keys()].filter((it) => it.startsWith("opt/") && it.includes("target"))).toEqual([]);
  });

  it("are copied every so many steps", async () => {
    const found = await taken(trainingOf(oneStep(`${following}every=3`)), runtime, 7);
    for (let at = 1; at < found.length; at++) {
      const [before, after] = [elementAt(found, at - 1), elementAt(found, at)];
      if (at % 3 === 0) expect(distance(before, after, 0)).toBe(0);
      else expect(rests(before, after)).toBe(true);
    }
  });

  it("move when the last step of a batch is taken", async () => {
    const steps = `optimizer: sgd(lr=0.1)
  step first  { loss: ${loss}, update: "online.conv2d_0.**", "online.*norm.**", every: 3 }
  step second { loss: ${loss}, update: "online.layer.**" }
  step third  { loss: ${loss}, update: "online.head.**", every: 2 }
  ${following}decay=0.8`;
    const found = await taken(trainingOf(text(steps)), runtime, 4);
    // Batches of the steps 1, 2 and 3; of 2; of 2 and 3; of 1 and 2.
    const moved = [3, 4, 6, 8];
    let before = elementAt(found, 0);
    for (let at = 1; at < found.length; at++) {
      const after = elementAt(found, at);
      if (moved.includes(at)) expect(distance(before, after, 0.8)).toBeLessThan(1e-6);
      else expect(rests(elementAt(found, at - 1), after)).toBe(true);
      if (moved.includes(at)) before = after;
    }
  });

  it("keep to their own stored order", async () => {
    // What a convolution takes is stored as OIHW, and what nothing but a sum takes as it is.
    const program = trainingOf(`
block Online: (x: f32[B, 4, 4, 2]) -> f32[B] {
  param kernel: f32[3, 2, 2, 4] = glorot_uniform
  sum(conv(x, kernel), axis=[1, 2, 3])
}
block Target: (x: f32[B, 4, 4, 2]) -> f32[B] {
  param kernel: f32[3, 2, 2, 4] = zeros
  mean(x, axis=[1, 2, 3]) * sum(kernel)
}
model Net: (x: f32[B, 4, 4, 2]) -> (y: f32[B], z: f32[B]) {
  online = Online()
  target = Target()
  (x -> online, x -> target)
}
data Noise {
  source: drawn(count=32)
  x: f32[4, 4, 2] = noise.normal
}
train Net on Noise {
  loss: mean(square(y - 0.5 * z - 1))
  optimizer: sgd(lr=0.02)
  ${following}every=1
}
`);
    for (const found of await taken(program, runtime, 2)) {
      const [own, followed] = [found.get("target.kernel"), found.get("online.kernel")];
      if (own === undefined || followed === undefined) throw new Error("no kernel");
      expect([own.shape, followed.shape]).toEqual([
        [3, 2, 2, 4],
        [4, 2, 3, 2],
      ]);
      const { data } = transposeArray({ ...followed, data: Float64Array.from(toNumbers(followed)) }, [2, 3, 1, 0]);
      expect([...toNumbers(own)]).toEqual([...data]);
    }
  });

  it("follow each by its own line", async () => {
    const lines = `follow "target.layer.*.**" of "online.layer.*.**": decay=0.5
  follow "target.conv2d_0.*" of "online.conv2d_0.*": every=2`;
    const found = await taken(trainingOf(oneStep(lines)), runtime, 2);
    const [first, second, third] = [elementAt(found, 0), elementAt(found, 1), elementAt(found, 2)];
    expect(numbersOf(second, "target.conv2d_0.kernel")).toEqual(numbersOf(first, "target.conv2d_0.kernel"));
    expect(numbersOf(third, "target.conv2d_0.kernel")).toEqual(numbersOf(third, "online.conv2d_0.kernel"));
    const [kernel, of] = ["target.layer.1.dense_0.kernel", "online.layer.1.dense_0.kernel"];
    const wanted = numbersOf(first, kernel).map((it, i) => (it + elementAt(numbersOf(second, of), i)) / 2);
    expect(relativeError(wanted, numbersOf(second, kernel))).toBeLessThan(1e-6);
    expect(numbersOf(third, "target.head.kernel")).toEqual(numbersOf(first, "target.head.kernel"));
  });
});
