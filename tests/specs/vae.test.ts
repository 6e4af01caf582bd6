import { describe, expect, it } from "vitest";
import { elementAt } from "../../src/support/element-at.ts";
import { loadData, trainingOf } from "./spec-testing.ts";
import { runtimeNames, trainerOpener } from "./open-trainers.ts";
import { trainAlike } from "./train-alike.ts";

const open = trainerOpener();

/** A variational autoencoder (Kingma and Welling, 2014). */
const vae = trainingOf(`
model Vae(latent: int = 4):
  (image: f32[B, 28, 28, 1]) -> (recon: f32[B, 28, 28, 1], mean: f32[B, latent], logvar: f32[B, latent]) {
  h = image -> Flatten -> Dense(32, activation=relu)
  mean   = h -> Dense(latent)
  logvar = h -> Dense(latent)
  z = mean + exp(0.5 * logvar) * normal_like(mean)
  recon = z -> Dense(32, activation=relu) -> Dense(28 * 28) -> reshape([B, 28, 28, 1])
  (recon, mean, logvar)
}

data Digits {
  source: synthetic_digits(count=80, seed=1)
  image: f32[28, 28, 1] = raw.image / 255
}

train Vae on Digits {
  loss:      28 * 28 * binary_cross_entropy(recon, image) + kl_normal(mean, logvar)
  optimizer: adam(lr=0.005)
  batch:     8
}
`);

describe("a variational autoencoder", () => {
  it("trains alike on both runtimes", async () => {
    const losses = await trainAlike(vae, await loadData(vae, "vae.model"), { batches: 8, batch: 8 });
    expect(elementAt(elementAt(losses, 7), 0)).toBeLessThan(elementAt(elementAt(losses, 0), 0));
  }, 60_000);

  it.each(runtimeNames)("draws anew at each step, and the same at the same one, on %s", async (runtime) => {
    const trainer = await open(vae, runtime);
    const { train } = (await loadData(vae, "vae.model")).splits;
    const features = await trainer.prepare(await train.gather([0, 1, 2, 3]), { epoch: 0 });
    const begun = await trainer.snapshot();
    const losses: number[] = [];
    for (const at of [3, 3, 4]) {
      await trainer.restore(begun);
      losses.push((await trainer.step(features, at)).loss);
    }
    expect(elementAt(losses, 1)).toBe(elementAt(losses, 0));
    expect(Math.abs(elementAt(losses, 2) - elementAt(losses, 0))).toBeGreaterThan(1e-3);
  });
});
