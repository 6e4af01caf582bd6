import type { TrainProgram, TrainStep } from "../../src/ir/program.ts";
import { createDraw } from "../ops/sample-graphs.ts";
import { unitOf } from "../emit/tfjs/spec-unit.ts";

/** The section of the file that {@link pairsText} gives. */
export const pairsSection = `data Pairs {
  source: csv("pairs.csv")
  split:  train 0.75, validate 0.25, seed 1
  x: f32[4] = stack(raw.a, raw.b, raw.c, raw.d, axis=-1)
  z: f32[4] = stack(raw.e, raw.f, raw.g, raw.h, axis=-1)
}`;

/**
 * A small adversarial model, with states on both sides and dropout in the critic; `train` is its section. Nothing has a bias
 * that a normalisation takes away again: its slope is noise, which Adam makes a step of.
 */
export const ganText = (dropout: number, train: string): string => `
block Generator: (z: f32[B, 4]) -> f32[B, 4] {
  z -> hidden: Dense(6, bias=false) -> norm: BatchNorm -> relu -> out: Dense(4, bias=false)
}
block Critic: (x: f32[B, 4]) -> f32[B] {
  x -> hidden: Dense(8, bias=false) -> norm: BatchNorm -> leaky_relu(0.2) -> drop: Dropout(${dropout}) -> out: Dense(1) -> reshape([B])
}
model Gan: (x: f32[B, 4], z: f32[B, 4]) -> (real: f32[B], fake: f32[B], held: f32[B]) {
  generator = Generator()
  critic = Critic()
  made = z -> generator
  (x -> critic, made -> critic, stop_gradient(made) -> critic)
}
${pairsSection}
train Gan on Pairs {
  epochs: 3
  batch:  4
  seed:   9
  ${train}
}
`;

function programOf(text: string): TrainProgram {
  const { train } = unitOf(text);
  if (train === undefined) throw new Error("nothing to train");
  return train;
}

/** How often the generator of {@link ganProgram} learns. */
export const generatorEvery = 3;

/** What a test of {@link ganProgram} chooses. */
export interface GanOptions {
  readonly dropout: number;
  /** The learning rate of the generator. */
  readonly rate: string;
}

/** The two trainings that {@link ganProgram} joins: of each network alone, the other one staying as it is. */
export function ganHalves({ dropout, rate }: GanOptions): {
  readonly critic: TrainProgram;
  readonly generator: TrainProgram;
} {
  const half = (name: string, train: string): TrainProgram => {
    const program = programOf(ganText(dropout, train));
    return { ...program, steps: [{ ...program.steps[0], updates: [`${name}.**`] }] };
  };
  return {
    critic: half(
      "critic",
      `loss: mean(softplus(-real)) + mean(softplus(held))
  metrics: mean_absolute_error(real, held)
  optimizer: rmsprop(lr=0.02)
  clip: global_norm(1.0)`,
    ),
    generator: half("generator", `loss: mean(softplus(-fake))\n  optimizer: adam(lr=${rate}, beta1=0.5)`),
  };
}

/** A training of both in two steps: the critic on every batch, the generator on every third. */
export function ganProgram(options: GanOptions): TrainProgram {
  const { critic, generator } = ganHalves(options);
  const steps: readonly [TrainStep, TrainStep] = [
    { ...critic.steps[0], name: "critic" },
    { ...generator.steps[0], name: "generator", every: generatorEvery },
  ];
  const functions = new Map([...critic.model.functions, ...generator.model.functions]);
  return { ...critic, model: { ...critic.model, functions }, steps };
}

/** A head on a trunk with a normalisation: the trunk is frozen until the second epoch. */
export function thawingProgram(): TrainProgram {
  return programOf(`
model Net: (x: f32[B, 4]) -> y: f32[B, 4] {
  x -> hidden: Dense(6, bias=false) -> norm: BatchNorm -> relu -> drop: Dropout(0.25) -> head: Dense(4)
}
${pairsSection}
train Net on Pairs {
  loss:      mse(y, z)
  metrics:   mean_absolute_error(y, z)
  optimizer: adam(lr=0.02)
  group "**.bias": scale=0.5
  freeze "hidden.**": until epoch 2
  freeze "norm.**": until epoch 2
  epochs: 3
  batch:  4
  seed:   9
}`);
}

/** Both networks of {@link ganText} in steps of one optimizer, of which each rests for a time. */
export function restingProgram(): TrainProgram {
  return programOf(
    ganText(
      0.25,
      `optimizer: adam(lr=0.02)
  clip: global_norm(1.0)
  average: ema(decay=0.9)
  step critic { loss: mean(softplus(-real)) + mean(softplus(held)), update: "critic.**" }
  step generator { loss: mean(softplus(-fake)), update: "generator.**", every: 2 }
  freeze "generator.**": until step 4
  freeze "critic.**": from step 6, until step 10
  freeze "critic.norm.*": from step 12`,
    ),
  );
}

/** A network that learns in two steps, the second on every other batch, and one that follows it, with averages of the first. */
export function followingProgram(): TrainProgram {
  return programOf(`
block Half: (x: f32[B, 4]) -> f32[B, 4] {
  x -> hidden: Dense(6, bias=false) -> norm: BatchNorm -> relu -> head: Dense(4)
}
model Twin: (x: f32[B, 4]) -> (y: f32[B, 4], slow: f32[B, 4]) {
  target = Half()
  online = Half()
  (x -> online, x -> target)
}
${pairsSection}
train Twin on Pairs {
  optimizer: adam(lr=0.02)
  average:   ema(decay=0.9)
  step body { loss: mse(y, z) + 0.1 * mse(y, slow), update: "online.hidden.*", "online.norm.*" }
  step head { loss: mse(y, z), update: "online.head.*", every: 2 }
  follow "target.head.*" of "online.head.*": every=4
  follow "target.hidden.*" of "online.hidden.*": decay=0.8
  follow "target.norm.*" of "online.norm.*": decay=0.5, every=2
  epochs: 3
  batch:  4
  seed:   9
}`);
}

/** Two layers that learn in turns, by labels. */
export function labelledProgram(): TrainProgram {
  const program = programOf(`
model Labelled: (x: f32[B, 4]) -> logits: f32[B, 3] {
  x -> hidden: Dense(6) -> tanh -> head: Dense(3)
}
data Pairs {
  source: csv("pairs.csv")
  split:  train 0.75, validate 0.25, seed 1
  x: f32[4]   = stack(raw.a, raw.b, raw.c, raw.d, axis=-1)
  k: class(3) = raw.k
}
train Labelled on Pairs {
  loss:      cross_entropy(logits, k)
  metrics:   accuracy(logits, k)
  optimizer: sgd(lr=0.1)
  epochs: 3
  batch:  4
  seed:   9
}`);
  const [step] = program.steps;
  const { objective } = step;
  const lossOnly = { ...objective, body: { ...objective.body, results: objective.body.results.slice(0, 1) } };
  const steps: TrainProgram["steps"] = [
    { ...step, name: "bottom", updates: ["hidden.**"], every: 2, objective: lossOnly },
    { ...step, name: "top", updates: ["head.kernel", "head.bias"] },
  ];
  return { ...program, steps };
}

/** Rows for the data of all, as a file of comma-separated values. */
export function pairsText(rows = 24): string {
  const draw = createDraw(5);
  const lines = Array.from({ length: rows }, () => {
    const numbers = Array.from({ length: 8 }, () => 2 * draw() - 1);
    return [...numbers.map((it) => it.toFixed(4)), Math.floor(1.5 * (1 + (numbers[0] ?? 0)))].join(",");
  });
  return `a,b,c,d,e,f,g,h,k\n${lines.join("\n")}\n`;
}
