import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { portOf } from "../../../src/ir/ports.ts";
import type { Tensors } from "../../../src/runtime/tensor.ts";
import { checkFeatures } from "../../../src/runtime/train/check-features.ts";
import { fitStatistics } from "../../../src/runtime/train/fit-statistics.ts";
import type { Trainer } from "../../../src/runtime/train/trainer.ts";
import { wavFile } from "../../sources/write-wav.ts";
import { openText, problemOf, trainersOf, type OpenedData } from "./open-data.ts";

const lengths = [5, 2, 4, 2, 7, 3];
/** A clip of so many samples, none of which is 0. */
const clip = (length: number, at: number): Uint8Array =>
  wavFile(Array.from({ length }, (_, place) => 512 * (1 + place + 3 * at)));
const files = Object.fromEntries(lengths.map((length, at) => [`clips/${at % 2}_${at}.wav`, clip(length, at)]));
const samples = (length: number, at: number): readonly number[] =>
  Array.from({ length }, (_, place) => (1 + place + 3 * at) / 64);
/** In the order of their paths. */
const order = [0, 2, 4, 1, 3, 5];

/** A network that is trained on clips as they are, and is told how long each is. */
const text = (features: string, more = ""): string => `model Net: (wave: f32[B, T], steps: i32[B]) -> y: f32[B] {
  param w: f32[] = ones
  sum(where(range(T) < steps[:, None], wave, 0), axis=-1) * w
}

data Clips {
  source: wav("clips", name="{label}_{take}.wav")
  split:  train 1, by position
${features}
}

train Net on Clips {
  loss:      mse(y, label) + 0 * mean(cast(lengths(wave), f32))
  optimizer: sgd(lr=0.1)
  metrics:   mae(cast(lengths(wave), f32), cast(steps, f32))
  batch:     3
${more}}
`;
const plain = `  wave:  f32[T] = raw.audio
  steps: i32[]  = lengths(wave)
  label: f32[]  = raw.label`;

async function opened(features = plain, more = ""): Promise<OpenedData> {
  const found = await openText(text(features, more), files);
  if (typeof found === "string") throw new Error(found);
  return found;
}

const whole = async ({ dataset }: OpenedData, indices = [0, 1, 2, 3, 4, 5]) => dataset.splits.train.gather(indices);

describe("clips of varying length", () => {
  let data: OpenedData;
  let trainers: readonly Trainer[];
  beforeAll(async () => {
    data = await opened();
    trainers = await trainersOf(data);
  });
  afterAll(async () => {
    for (const it of trainers) await it.dispose();
  });

  it("are gathered as they are, one behind the other", async () => {
    const audio = (await whole(data)).get("audio");
    expect(audio?.shape).toEqual([6, 7]);
    expect([...(audio?.lengths ?? [])]).toEqual(order.map((at) => lengths[at]));
    expect([...(audio?.data ?? [])]).toEqual(order.flatMap((at) => samples(lengths[at] ?? 0, at)));
  });

  it("are padded to the longest of the batch, whose lengths go with it, on both targets", async () => {
    for (const trainer of trainers) {
      const made = await trainer.prepare(await whole(data, [3, 4, 1]));
      const found = ["wave", "steps", "wave_lengths", "label"].map((it) => [...(made.get(it)?.data ?? [])]);
      expect(made.get("wave")?.shape).toEqual([3, 4]);
      expect(found).toEqual([
        [...samples(2, 1), 0, 0, ...samples(2, 3), 0, 0, ...samples(4, 2)],
        [2, 2, 4],
        [2, 2, 4],
        [1, 1, 0],
      ]);
    }
  });

  it("have the loss and the figures of the examples run alone, whatever they are padded to", async () => {
    for (const trainer of trainers) {
      const run = async (indices: number[]) => trainer.evaluate(await trainer.prepare(await whole(data, indices)));
      const alone = await Promise.all([0, 1, 2, 3, 4, 5].map(async (it) => (await run([it])).losses[0] ?? NaN));
      const together = await run([0, 1, 2, 3, 4, 5]);
      expect(together.losses[0]).toBeCloseTo(alone.reduce((a, b) => a + b) / 6, 4);
      expect(together.metrics[0]?.[0]?.[0]).toBe(0);
    }
  });

  it("are accumulated as they are", async () => {
    const found = await opened(plain, "  accumulate: 2\n");
    const made = await trainersOf(found);
    const losses: number[] = [];
    for (const trainer of made) {
      const batch = await trainer.prepare(await whole(found), { epoch: 0, examples: Int32Array.of(0, 1, 2, 3, 4, 5) });
      losses.push((await trainer.step(batch, 0)).loss, (await trainer.evaluate(batch)).losses[0] ?? NaN);
      await trainer.dispose();
    }
    expect(losses[0]).toBeCloseTo(losses[2] ?? NaN, 4);
    expect(losses[1]).toBeCloseTo(losses[3] ?? NaN, 4);
  });
});

describe("what is computed of clips of varying length", () => {
  const standard = plain.replace("raw.audio", "raw.audio -> standardize");

  it("has statistics of what is there, and of no padding", async () => {
    const { program, dataset } = await opened(standard);
    const all = lengths.flatMap((length, at) => samples(length, at));
    const mean = all.reduce((a, b) => a + b) / all.length;
    const deviation = Math.sqrt(all.reduce((sum, it) => sum + (it - mean) ** 2, 0) / all.length);
    const found = await fitStatistics(program, dataset.splits.train);
    expect(found.get(portOf("statistic", "wave.mean"))?.data[0]).toBeCloseTo(mean, 12);
    expect(found.get(portOf("statistic", "wave.deviation"))?.data[0]).toBeCloseTo(deviation, 12);
  });

  it("is of an example's own length, also where it is mixed along it or drawn", async () => {
    const found = await opened(
      plain.replace("raw.audio", "flip(cumsum(raw.audio, axis=-1), axis=-1) + 0 * noise.normal"),
    );
    const noisy = await opened(plain.replace("raw.audio", "raw.audio * 0 + noise.normal"));
    for (const it of [found, noisy]) {
      const trainers = await trainersOf(it);
      for (const trainer of trainers) {
        const prepared = async (examples: number[]): Promise<Tensors> =>
          trainer.prepare(await whole(it, examples), { epoch: 1, examples });
        const together = await prepared([0, 1, 2, 3, 4, 5]);
        for (const example of [0, 1, 2, 3, 4, 5]) {
          const alone = (await prepared([example])).get("wave");
          const size = alone?.shape[1] ?? 0;
          expect(size).toBe(lengths[order[example] ?? 0]);
          const row = [...(together.get("wave")?.data ?? [])].slice(example * 7, (example + 1) * 7).map(Number);
          expect(row).toEqual([...[...(alone?.data ?? [])].map(Number), ...Array<number>(7 - size).fill(0)]);
        }
        await trainer.dispose();
      }
    }
  });

  it("is checked example by example", async () => {
    const it = await opened(plain.replace("raw.audio", "log(raw.audio - 0.2)"));
    const [trainer, other] = await trainersOf(it);
    const found = trainer && (await checkFeatures(trainer, it.program, it.raw, it.dataset));
    expect(found?.feature.name).toBe("wave");
    expect(found?.problem.code).toBe("MC6021");
    await trainer?.dispose();
    await other?.dispose();
  });

  it("may be of a size that nothing declares as long as it is none of the result", async () => {
    const it = await opened(`${plain}\n  loudest: f32[] = max(raw.audio, axis=-1)`);
    const [trainer, other] = await trainersOf(it);
    const made = await trainer?.prepare(await whole(it));
    expect([...(made?.get("loudest")?.data ?? [])]).toEqual(order.map((at) => samples(lengths[at] ?? 0, at).at(-1)));
    await trainer?.dispose();
    await other?.dispose();
  });
});

describe("what is said of clips of varying length", () => {
  const section = (features: string): string =>
    `  source: wav("clips", name="{label}_{take}.wav")\n  split: train 1, by position\n  x: f32[] = raw.label\n${features}`;

  it("names two fields of one name for a size that differ", async () => {
    const features =
      "  wave: f32[T] = raw.audio\n  frames: f32[T, 2] = raw.audio -> log_mel(bands=2, window=1, hop=0.25)";
    expect(await problemOf(section(features), files)).toBe(
      "MC6015 clips/0_0.wav: raw.audio is of length 5 and raw.audio -> log_mel of 3, and both are `T`.",
    );
  });
});
