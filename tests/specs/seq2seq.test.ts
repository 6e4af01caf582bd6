import { afterAll, describe, expect, it } from "vitest";
import { entryOf } from "../lower/checking.ts";
import { createOnnxTrainer } from "../../src/runtime/onnx/onnx-trainer.ts";
import { createTfjsTrainer } from "../../src/runtime/tfjs/tfjs-trainer.ts";
import { required } from "../../src/support/fault.ts";
import type { Trainer } from "../../src/runtime/train/trainer.ts";
import { loadData, relativeNorm, trainerOf, trainingOf, weightVector } from "./spec-testing.ts";

/** Sequences to sequences: what a decoder reads of an encoder, where sources are of different lengths. */

/** Of each source the first two to five places are there: which, or how many. */
const there = `
  there:   bool[6]     = range(6)[None, :] < cast(raw.label[:, 0:1], i32) + 2`;
const lengths = `
  lengths: i32[]       = cast(raw.label[:, 0], i32) + 2`;

const section = (more: string): string => `
data Pairs {
  source: synthetic_sequences(count=48, length=6, features=5, classes=4, seed=3)

  heard:   f32[6, 5]   = raw.x
  written: class(5)[6] = raw.label
  next:    class(4)[6] = raw.label${more}
}

train Translate on Pairs {
  loss:      cross_entropy(logits, next)
  optimizer: adam(lr=0.01)
  batch:     8
  seed:      5
}
`;

const transformer = `
block EncoderLayer(heads: int): (x: f32[B, S, D], there: bool[B, S]?) -> f32[B, S, D] {
  h = x + (x -> norm1: LayerNorm -> attention: MultiHeadAttention(heads)(key_mask=there))
  h + (h -> norm2: LayerNorm -> wide: Dense(2 * D, activation=gelu) -> narrow: Dense(D))
}

block DecoderLayer(heads: int): (x: f32[B, T, D], memory: f32[B, S, D], there: bool[B, S]?) -> f32[B, T, D] {
  h = x + (x -> norm1: LayerNorm -> own: MultiHeadAttention(heads, causal=true))
  g = h + (h -> norm2: LayerNorm -> other: MultiHeadAttention(heads)(memory, key_mask=there))
  g + (g -> norm3: LayerNorm -> wide: Dense(2 * D, activation=gelu) -> narrow: Dense(D))
}

model Translate(width: int = 8, heads: int = 2, depth: int = 2):
  (heard: f32[B, S, 5], written: i32[B, T], there: bool[B, S]?) -> logits: f32[B, T, 4] {
  memory = heard -> Dense(width) -> repeat depth as encoder { EncoderLayer(heads)(there=there) }
  written -> Embedding(5, width) -> repeat depth as decoder { DecoderLayer(heads)(memory, there=there) } -> Dense(4)
}
`;

/** Every place of the target sees those of the source that are there and no later: a mask for each of them. */
const masked = `
model Translate(width: int = 8): (heard: f32[B, S, 5], written: i32[B, T], there: bool[B, S]?) -> logits: f32[B, T, 4]
  where S == T {
  memory = heard -> Dense(width)
  h = written -> Embedding(5, width)
  attend = MultiHeadAttention(2)
  early = range(S)[None, :] <= range(T)[:, None]
  g = when given(there) {
    attend(h, memory, mask=logical_and(there[:, None], early[None]))
  } else {
    attend(h, memory)
  }
  h + g + attend(g) -> Dense(4)
}
`;

const recurrent = `
model Translate(width: int = 8):
  (heard: f32[B, S, 5], written: i32[B, T], there: bool[B, S]?) -> logits: f32[B, T, 4] {
  (memory, h, c) = heard -> LSTM(width, sequences=true, states=true)
  (steps, last) = written -> Embedding(5, width) -> LSTM(width, sequences=true)(h, c) -> GRU(width, sequences=true, states=true)(h)
  told = steps -> SimpleRNN(width, sequences=true)(initial=last)
  told + (told -> MultiHeadAttention(2)(memory, key_mask=there)) -> Dense(4)
}
`;

/** The source is read until its length from both sides, and attended to as far as that. */
const packed = `
model Translate(width: int = 8):
  (heard: f32[B, S, 5], written: i32[B, T], lengths: i32[B]?) -> logits: f32[B, T, 4] {
  (ahead, h, c) = heard -> LSTM(width, sequences=true, states=true)(lengths=lengths)
  memory = ahead + (heard -> Bidirectional(GRU(width, sequences=true), merge=ave)(lengths=lengths))
  steps = written -> Embedding(5, width) -> LSTM(width, sequences=true)(h, c)
  attend = MultiHeadAttention(2)
  seen = when given(lengths) {
    attend(steps, memory, key_mask=range(S)[None, :] < lengths[:, None])
  } else {
    attend(steps, memory)
  }
  steps + seen -> Dense(4)
}
`;

const opened: Trainer[] = [];
afterAll(async () => {
  for (const it of opened) await it.dispose();
});

const models = {
  transformer: { text: transformer, ends: there },
  masked: { text: masked, ends: there },
  recurrent: { text: recurrent, ends: there },
  packed: { text: packed, ends: lengths },
};
const cases = Object.entries(models).flatMap(([name, { text, ends }]) => [
  [`${name}, of several lengths`, text + section(ends), ends === there ? ["there"] : ["lengths"]] as const,
  [`${name}, all of one length`, text + section(""), []] as const,
]);

describe.each(cases)("%s", (_, text, ends) => {
  it("trains alike on both runtimes", async () => {
    const program = trainingOf(text);
    const given = entryOf(program.model).inputNames;
    expect(given).toEqual(["heard", "written", ...ends]);
    const { train } = (await loadData(program, "main.model")).splits;
    const onnx = trainerOf(await createOnnxTrainer(program, { totalSteps: 20, threads: 1 }));
    const tfjs = trainerOf(await createTfjsTrainer(program, { totalSteps: 20, backend: "cpu" }));
    opened.push(onnx, tfjs);
    const initial = await onnx.snapshot();
    await tfjs.restore(initial);
    const losses: number[] = [];
    for (let step = 0; step < 5; step++) {
      const raw = await train.gather(Array.from({ length: 8 }, (_, i) => 8 * step + i));
      const [ours, theirs] = [await onnx.prepare(raw), await tfjs.prepare(raw)];
      const [a, b] = [await onnx.step(ours, step), await tfjs.step(theirs, step)];
      expect(Math.abs(a.loss - b.loss)).toBeLessThan(1e-5);
      losses.push(a.loss);
    }
    expect(Math.min(...losses)).toBeLessThan(losses[0] ?? 0);
    const [after, theirs] = [await onnx.snapshot(), await tfjs.snapshot()];
    expect(relativeNorm(weightVector(after), weightVector(theirs))).toBeLessThan(1e-3);
    expect(relativeNorm(weightVector(initial), weightVector(after))).toBeGreaterThan(1e-3);
  }, 60_000);
});

describe("places that are not there", () => {
  it.each(["transformer", "masked", "packed"] as const)("change nothing: %s", async (name) => {
    const { text, ends } = models[name];
    const program = trainingOf(text + section(ends));
    const { train } = (await loadData(program, "main.model")).splits;
    const trainer = trainerOf(await createOnnxTrainer(program, { totalSteps: 20, threads: 1 }));
    opened.push(trainer);
    const features = await trainer.prepare(await train.gather([0, 1, 2, 3]));
    const heard = required(features.get("heard"), "heard");
    const found = Array.from(
      required(features.get("there") ?? features.get("lengths"), "where sources end").data,
      Number,
    );
    const isThere =
      ends === there ? found : found.flatMap((length) => Array.from({ length: 6 }, (_, at) => (at < length ? 1 : 0)));
    expect(isThere.length).toBe(4 * 6);
    expect(isThere.slice(0, 2)).toEqual([1, 1]);
    expect(isThere).toContain(0);
    const lossWith = async (isChanged: (place: number) => boolean): Promise<number> => {
      const data = Float32Array.from(Array.from(heard.data, Number), (it, at) =>
        isChanged(Math.floor(at / 5)) ? 100 : it,
      );
      const { losses } = await trainer.evaluate(new Map([...features, ["heard", { ...heard, data }]]));
      return required(losses[0], "a loss");
    };
    const loss = await lossWith(() => false);
    expect(await lossWith((place) => isThere[place] === 0)).toBeCloseTo(loss, 6);
    expect(Math.abs((await lossWith((place) => isThere[place] === 1)) - loss)).toBeGreaterThan(1e-3);
  });
});
