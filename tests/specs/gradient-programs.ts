import type { TrainProgram } from "../../src/ir/program.ts";
import { unitOf } from "../emit/tfjs/spec-unit.ts";
import { pairsSection } from "./step-programs.ts";

const imageCritic = `block Critic: (image: f32[B, 4, 4, 1]) -> f32[B] {
  score = image -> Conv2D(6, 3, padding=same) -> leaky_relu(0.2)
                -> Conv2D(8, 3, stride=2, padding=same) -> LayerNorm -> leaky_relu(0.2)
                -> Flatten -> Dense(1)
  score[:, 0]
}`;

/** The critic of WGAN-GP alone, with all that it takes as features: what PyTorch computes as well. */
export const penaltyText = `
${imageCritic}

model Penalised: (image: f32[B, 4, 4, 1], made: f32[B, 4, 4, 1], share: f32[B, 1, 1, 1])
  -> (real: f32[B], held: f32[B], mixed: f32[B, 4, 4, 1], judged: f32[B]) {
  critic = Critic()
  mixed  = image + share * (made - image)
  (critic(image), critic(made), mixed, critic(mixed))
}

fn penalty: (slope: f32[B, H, W, C]) -> f32[] {
  mean(square(sqrt(sum(square(slope), axes=[1, 2, 3]) + 1e-12) - 1))
}

data Drawn {
  source: csv("pairs.csv")
  split:  train 1.0, seed 1
  image:  f32[4, 4, 1] = noise.normal
  made:   f32[4, 4, 1] = noise.normal
  share:  f32[1, 1, 1] = noise.uniform
  a:      f32[]        = raw.a
}

train Penalised on Drawn {
  loss:      mean(held) - mean(real) + 10 * penalty(gradient(judged, mixed))
  optimizer: adam(lr=1e-3)
  epochs:    1
}
`;

/** WGAN-GP on small images: five steps of the critic to one of the generator, and a penalty on the critic's slope. */
const wganText = `
block Generator: (z: f32[B, 4]) -> f32[B, 4, 4, 1] {
  z -> Dense(2 * 2 * 6) -> reshape([B, 2, 2, 6]) -> LayerNorm -> leaky_relu(0.2)
    -> Conv2DTranspose(1, 4, stride=2, padding=same) -> tanh
}

${imageCritic}
model Wgan: (image: f32[B, 4, 4, 1], z: f32[B, 4]) -> (real: f32[B], fake: f32[B], held: f32[B], penalty: f32[]) {
  generator = Generator()
  critic    = Critic()
  made  = generator(z)
  other = stop_gradient(made)
  # One share for all pixels of an example.
  share = uniform_like(image[:, :1, :1])
  mixed = image + share * (other - image)
  slope = gradient(critic(mixed), mixed) -> reshape([B, 16])
  norm  = sqrt(sum(square(slope), over=1) + 1e-12)
  (critic(image), critic(made), critic(other), mean(square(norm - 1)))
}

data Pairs {
  source: csv("pairs.csv")
  split:  train 0.75, validate 0.25, seed 1
  image:  f32[4, 4, 1] = reshape(stack(raw.a, raw.b, raw.c, raw.d, raw.e, raw.f, raw.g, raw.h, raw.b, raw.a, raw.d, raw.c, raw.f, raw.e, raw.h, raw.g, axis=-1), [-1, 4, 4, 1])
  z:      f32[4] = stack(raw.e, raw.f, raw.g, raw.h, axis=-1)
}

train Wgan on Pairs {
  step critic {
    loss:      mean(held) - mean(real) + 10 * penalty
    update:    "critic.**"
    optimizer: adam(lr=1e-3, beta1=0.5, beta2=0.9)
  }
  step generator {
    loss:      -mean(fake)
    update:    "generator.**"
    optimizer: adam(lr=1e-3, beta1=0.5, beta2=0.9)
    every:     5
  }
  epochs: 3
  batch:  4
  seed:   9
}
`;

/** A training whose critic is penalised for its slope by the noise that it is given. */
const penalised = (critic: string, inputs = "x: f32[B, 4], z: f32[B, 4]"): string => `
block Critic: (x: f32[B, 4]) -> f32[B] {
  score = x -> ${critic}
  score[:, 0]
}

model Net: (${inputs}) -> (score: f32[B], penalty: f32[]) {
  critic = Critic()
  score  = critic(x)
  slope  = gradient(score, x)
  (score * mean(z, over=1), mean(square(slope - z)))
}

${pairsSection}
train Net on Pairs {
  loss:      mean(score) + penalty
  optimizer: sgd(lr=0.05)
  epochs: 3
  batch:  4
  seed:   9
}
`;

/** A training whose loss differentiates what the model gives, through the model. */
const throughModel = (critic: string, loss: string, outputs: string): string => `
block Critic: (x: f32[B, 4]) -> f32[B] {
  score = x -> ${critic}
  score[:, 0]
}

model Net: (x: f32[B, 4]) -> (${outputs}) {
  critic = Critic()
  mixed  = x -> scale: Dense(4) -> tanh
  (mixed, critic(mixed), critic(x))
}

${pairsSection}
train Net on Pairs {
  loss:      ${loss}
  metrics:   mean_absolute_error(mixed, z)
  optimizer: sgd(lr=0.05)
  epochs: 3
  batch:  4
  seed:   9
}
`;

const outputs = "mixed: f32[B, 4], score: f32[B], plain: f32[B]";

const texts: Readonly<Record<string, string>> = {
  "WGAN-GP": wganText,
  "a state and draws": penalised("Dense(6) -> BatchNorm -> tanh -> Dropout(0.3) -> Dense(1)"),
  "a loss by an output": throughModel(
    "Dense(6) -> tanh -> Dense(1)",
    "mean(square(gradient(score * sum(mixed * z, over=1), mixed) - z)) + mean(plain)",
    outputs,
  ),
  "a loss by a feature": throughModel(
    "Dense(6) -> BatchNorm -> Dropout(0.25) -> tanh -> Dense(1)",
    "mean(square(gradient(score, x) - z)) + mean(plain)",
    outputs,
  ),
  "states that are made of one another": `
block Traced: (x: f32[B, 4]) -> f32[B, 4] {
  state a: f32[4] = zeros
  state b: f32[4] = ones
  y = x * (1 + 0.1 * a) - b
  when training {
    old = a
    a <- a + mean(x, over=0)
    b <- b + old
  }
  y
}
${penalised("Traced -> Dense(6) -> tanh -> Dense(1)")}`,
  "a branch of training": penalised("Slope -> tanh -> Dense(1)").replace(
    "block Critic",
    `block Slope: (x: f32[B, 4]) -> f32[B, 4] {
  y = x -> Dense(4) -> tanh
  h = square(y)
  when training { gradient(y, x) + gradient(sum(exp(x) * x), x) } else { x }
}

block Critic`,
  ),
  "rounds of a loop": penalised("Rounds -> Dense(1)").replace(
    "block Critic",
    `block Rounds: (x: f32[B, 4]) -> f32[B, 4] {
  d = Dense(4)
  for i in range(3) with h = x {
    next = h -> Dense(4) -> tanh
    h <- h + gradient(d(next) * next, h) * 0.1 * i
    emit last h
  }
}

block Critic`,
  ),
  "copies with draws": penalised("repeat 2 { Dense(4) -> tanh -> Dropout(0.25) } -> Dense(1)"),
};

/** The training of a text, which has one. */
export function programOfText(text: string): TrainProgram {
  const { train } = unitOf(text);
  if (train === undefined) throw new Error("nothing to train");
  return train;
}

/** Trainings with gradients in them. */
export const gradientPrograms: Readonly<Record<string, () => TrainProgram>> = {
  ...Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, () => programOfText(text)])),
  "a frozen critic": () =>
    programOfText((texts["a loss by a feature"] ?? "").replace("  epochs: 3", '  freeze "critic.**"\n  epochs: 3')),
  "a critic that thaws": () => ({
    ...programOfText(texts["a loss by a feature"] ?? ""),
    phases: [
      { from: { steps: 0 }, frozen: ["critic.**"] },
      { from: { steps: 3 }, frozen: [] },
    ],
  }),
  "a penalty that thaws": () => ({
    ...programOfText(texts["a state and draws"] ?? ""),
    phases: [
      { from: { steps: 0 }, frozen: ["critic.batch_norm_0.**"] },
      { from: { steps: 3 }, frozen: [] },
    ],
  }),
};
