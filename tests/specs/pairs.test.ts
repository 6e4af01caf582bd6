import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { elementAt } from "../../src/support/element-at.ts";
import { loadData, trainingOf } from "./spec-testing.ts";
import { trainAlike } from "./train-alike.ts";

/** Pairs of a batch, and of places in a sequence: what `None` makes of one axis two. */

/** Of a batch, those of one label are brought together: by their likeness (Khosla et al., 2020) and by distances. */
const contrastive = `
fn likeness_loss(temperature: float = 0.5): (z: f32[B, D], label: i32[B]) -> f32[] {
  near    = matmul(z, transpose(z)) / temperature
  other   = range(B)[:, None] != range(B)[None, :]
  same    = label[:, None] == label[None, :] and other
  chances = log_softmax(where(other, near, -1e9))
  (-sum(where(same, chances, 0)) / maximum(sum(where(same, 1.0, 0)), 1))
}

fn distance_loss(margin: float = 1): (z: f32[B, D], label: i32[B]) -> f32[] {
  gap  = sum(square(z[:, None] - z[None]), axis=-1)
  same = label[:, None] == label[None, :]
  mean(where(same, gap, square(maximum(margin - sqrt(gap + 1e-6), 0))))
}

model Embed: (x: f32[B, 6]) -> z: f32[B, 3] {
  h = x -> Dense(8, activation=tanh) -> Dense(3)
  h * rsqrt(sum(square(h), axis=-1)[..., None] + 1e-6)
}

data Blobs {
  source: synthetic_blobs(count=64, classes=4, features=6, seed=3)
  x:     f32[6]   = raw.x -> standardize
  label: class(4) = raw.label
}

train Embed on Blobs {
  loss:      likeness_loss(z, label) + 0.5 * distance_loss(z, label)
  optimizer: adam(lr=0.02)
  batch:     16
}
`;

/** Scores of attention by how far apart two places are (Raffel et al., 2020). */
const relative = `
block RelativeAttention(heads: int, reach: int = 4): (x: f32[B, T, D]) -> f32[B, T, D] where D % heads == 0 {
  param table: f32[2 * reach + 1, heads] = normal(0.2)
  place     = clip(range(T)[None, :] - range(T)[:, None], -reach, reach) + reach
  bias      = rearrange(gather(table, place), "q k h -> h q k")
  (q, k, v) = x -> Dense(3 * D) -> rearrange("b t (n h d) -> n b h t d", n=3, h=heads) -> unstack(axis=0)
  scores    = matmul(q, transpose(k)) / sqrt(D / heads) + bias[None]
  matmul(softmax(scores), v) -> rearrange("b h t d -> b t (h d)") -> Dense(D)
}

model M: (x: f32[B, T, 5]) -> y: f32[B, T, 4] {
  h = x -> Dense(8)
  h + (h -> LayerNorm -> RelativeAttention(2)) -> Dense(4)
}

data Sequences {
  source: synthetic_sequences(count=64, length=7, features=5, classes=4, seed=3)
  x:     f32[7, 5]   = raw.x
  label: class(4)[7] = raw.label
}

train M on Sequences {
  loss:      cross_entropy(reshape(y, [-1, 4]), reshape(label, [-1]))
  optimizer: adam(lr=0.02)
  batch:     16
}
`;

describe("pairs", () => {
  it.each(Object.entries({ contrastive, relative }))(
    "train alike on both runtimes: %s",
    async (_, text) => {
      const program = trainingOf(text);
      const losses = await trainAlike(program, await loadData(program, "main.model"), { batches: 8, batch: 16 });
      const [first, last] = [elementAt(losses, 0), elementAt(losses, 7)];
      expect(elementAt(last, 0)).toBeLessThan(elementAt(first, 0));
    },
    60_000,
  );
});

describe("the example of a GAN", () => {
  it("trains alike on both runtimes, its losses against the numbers 1 and 0", async () => {
    const text = readFileSync("tests/cases/examples/gan.model", "utf8")
      .replaceAll("ch: int = 64", "ch: int = 2")
      .replace("count=6000", "count=12");
    expect(text).toContain("binary_cross_entropy(real_score, 1) + binary_cross_entropy(held_score, 0)");
    const program = trainingOf(text);
    const losses = await trainAlike(program, await loadData(program, "main.model"), { batches: 3, batch: 4 });
    // What knows nothing is wrong by ln 2 about each of the two.
    const [critic, generator] = elementAt(losses, 0);
    expect(critic).toBeCloseTo(2 * Math.LN2, 0);
    expect(generator).toBeCloseTo(Math.LN2, 0);
  }, 60_000);
});
