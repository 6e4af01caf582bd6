import { describe, expect, it } from "vitest";
import type { Tensor } from "../../src/runtime/tensor.ts";
import { required } from "../../src/support/fault.ts";
import { runtimeNames, trainerOpener } from "./open-trainers.ts";
import { trainingOf } from "./spec-testing.ts";

const source = (loss: string): string => `
model Price: (x: f32[B, 2]) -> guess: f32[B] {
  (tanh(x) -> Dense(1, init=ones))[:, 0]
}
data Houses {
  source: csv("houses.csv")
  x:     f32[2] = stack(raw.a, raw.b, axis=-1)
  price: f32[]  = raw.price -> log -> standardize
}
train Price on Houses {
  loss:      ${loss}
  optimizer: sgd(lr=0.01)
  metrics:   dollars=mean_absolute_error(invert(guess, of=price), price -> invert), mean_of(invert(guess, of=price)), r2(guess, price)
  seed:      3
}
`;

const [mean, deviation] = [12, 0.5];
const prices = [100_000, 250_000, 180_000, 90_000];
const inputs = [0.1, -0.4, 0.7, 0.2, -0.3, -0.9, 1, 0.5];
const f32 = (shape: readonly number[], data: readonly number[]): Tensor => ({
  dtype: "f32",
  shape,
  data: Float32Array.from(data),
});
const f64 = (value: number): Tensor => ({ dtype: "f64", shape: [], data: Float64Array.of(value) });
const features = new Map([
  ["x", f32([4, 2], inputs)],
  [
    "price",
    f32(
      [4],
      prices.map((it) => (Math.log(it) - mean) / deviation),
    ),
  ],
]);
const statistics = new Map([
  ["statistic/price.mean", f64(mean)],
  ["statistic/price.deviation", f64(deviation)],
]);
/** What the network guesses: the sum of its inputs, bent. */
const guesses = prices.map((_, at) => {
  const [a, b] = [required(inputs[2 * at], "a"), required(inputs[2 * at + 1], "b")];
  return Math.exp((Math.tanh(a) + Math.tanh(b)) * deviation + mean);
});
const errors = prices.map((it, at) => Math.abs(required(guesses[at], "a guess") - it));
const total = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0);

describe("metrics of what is undone are in the units that were read", () => {
  const open = trainerOpener();

  it.each(
    runtimeNames.flatMap((runtime) =>
      ["mse(guess, price)", "mse(guess, price) + 0.1 * mean(square(gradient(guess, x)))"].map(
        (loss) => [runtime, loss] as const,
      ),
    ),
  )("on %s, with the loss %s", async (runtime, loss) => {
    const program = trainingOf(source(loss));
    expect(program.metrics.map(({ name }) => name)).toEqual(["dollars", "mean_of", "r2"]);
    const trainer = await open(program, runtime);
    await trainer.restore(statistics);
    const check = (metrics: readonly (readonly ArrayLike<number>[])[]): void => {
      const [dollars, guessed] = metrics.map((it) => it.map((sum) => required(sum[0], "a sum")));
      expect(required(dollars?.[0], "errors") / total(errors)).toBeCloseTo(1, 5);
      expect(dollars?.[1]).toBe(4);
      expect(required(guessed?.[0], "guesses") / total(guesses)).toBeCloseTo(1, 5);
    };
    check((await trainer.evaluate(features)).metrics);
    check((await trainer.step(features, 0)).metrics);
    const after = (await trainer.evaluate(features)).metrics[0]?.[0]?.[0];
    expect(after).not.toBeCloseTo(total(errors), 0);
    const held = await trainer.snapshot();
    expect([...(held.get("statistic/price.mean")?.data ?? [])]).toEqual([mean]);
  });
});
