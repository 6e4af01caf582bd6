import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { emitTfjs } from "../../../src/emit/tfjs/emit-tfjs.ts";
import { runTraining, type Progress } from "../../../src/runtime/train/train-loop.ts";
import type { Trainer } from "../../../src/runtime/train/trainer.ts";
import type { Tensors } from "../../../src/runtime/tensor.ts";
import { createOnnxTrainer } from "../../../src/runtime/onnx/onnx-trainer.ts";
import { useBackend } from "../../emit/tfjs/backends.ts";
import { importEmitted } from "../../emit/tfjs/load-emitted.ts";
import { trainerOf } from "../../specs/spec-testing.ts";
import { openData, trainersOf, type OpenedData } from "./open-data.ts";

interface Feature {
  dataSync(): ArrayLike<number>;
}

interface Emitted {
  readonly create: (seed?: number) => object;
  readonly prepare: (model: object, raw: object, of: object) => Readonly<Record<string, Feature>>;
}

const features = `
  x:      f32[]         = raw.label / 10
  image:  f32[28, 28, 1] = raw.image / 255
  colour: f32[28, 28, 3] = concat(raw.image / 255, raw.image / 510, 1 - raw.image / 255, axis=-1)
  mask:   bool[28, 28]  = raw.image[..., 0] > 127
  bytes:  u8[28, 28, 1] = raw.image
  shares: f32[10]       = one_hot(cast(raw.label, i32), 10)
  tokens: i32[28]       = cast(raw.image[:, 14, :, 0], i32)`;

async function opened(augment: string, more = ""): Promise<OpenedData> {
  const section = `  source: synthetic_digits(count=12, seed=3)\n  split: train 1, by position\n  augment: ${augment}${features}${more}`;
  const found = await openData(section, "");
  if (typeof found === "string") throw new Error(found);
  return found;
}

/** Features by name and example. */
type Made = Readonly<Record<string, readonly (readonly number[])[]>>;
type Prepare = (epoch: number | undefined, examples: readonly number[]) => Promise<Made>;

const rows = (numbers: ArrayLike<number>, count: number): readonly (readonly number[])[] => {
  const size = numbers.length / count;
  return Array.from({ length: count }, (_, at) => Array.from(numbers).slice(at * size, (at + 1) * size));
};

const trainers: Trainer[] = [];

/** The features as both trainers make them, and as generated code does. */
async function preparations(data: OpenedData, name: string): Promise<readonly Prepare[]> {
  const made = await trainersOf(data);
  trainers.push(...made);
  const code = await emitTfjs({ module: data.program.model, train: data.program, name: "M" });
  const emitted = await importEmitted<Emitted>(`augment-${name}`, code);
  const model = emitted.create();
  const { train } = data.dataset.splits;
  const of = (epoch: number | undefined, examples: readonly number[]) => ({
    ...(epoch !== undefined && { epoch }),
    examples,
  });
  const byName = (entries: Iterable<readonly [string, ArrayLike<number>]>, count: number): Made =>
    Object.fromEntries([...entries].map(([key, numbers]) => [key, rows(numbers, count)]));
  return [
    ...made.map((trainer): Prepare => async (epoch, examples) => {
      const found = await trainer.prepare(await train.gather(examples), of(epoch, examples));
      return byName(
        [...found].map(([key, { data: numbers }]) => [key, Array.from(numbers, Number)] as const),
        examples.length,
      );
    }),
    async (epoch, examples) => {
      const found = emitted.prepare(model, Object.fromEntries(await train.gather(examples)), of(epoch, examples));
      return byName(
        Object.entries(found).map(([key, it]) => [key, it.dataSync()] as const),
        examples.length,
      );
    },
  ];
}

beforeAll(() => useBackend("cpu"));
afterAll(() => Promise.all(trainers.map((it) => it.dispose())));

/** Expects numbers to be those of another target: equal, or the last bits of single precision apart. */
function expectSame(a: Made, b: Made): void {
  for (const [name, examples] of Object.entries(a)) {
    const far = examples.flatMap((numbers, example) =>
      numbers.filter((it, at) => Math.abs(it - (b[name]?.[example]?.[at] ?? NaN)) > 1e-6),
    );
    expect([name, far]).toEqual([name, []]);
  }
}

describe("augment", () => {
  it.each([
    ["image -> random_flip -> random_crop(3) -> random_rotate(15, mode=edge)", ["image"]],
    ["image -> random_shift(3) -> random_zoom(0.2) -> random_erasing(0.8)", ["image"]],
    ["image -> random_affine(10, zoom=0.1, rows=2, mode=reflect)", ["image"]],
    [
      "colour -> random_brightness(0.2) -> random_contrast(0.3) -> random_saturation(0.3) -> random_hue(0.1)",
      ["colour"],
    ],
    ["colour -> random_grayscale(0.5) -> gaussian_noise(0.1)", ["colour"]],
    ["image -> time_mask(6, count=2) -> frequency_mask(5) -> time_stretch(0.2)", ["image"]],
    ["(image, mask, bytes) -> random_flip(both) -> random_rotate(20) -> random_crop(2)", ["image", "mask", "bytes"]],
    ["(image, shares) -> mixup(0.4)", ["image", "shares"]],
    ["(colour, shares) -> cutmix -> mixup", ["colour", "shares"]],
    ["tokens -> word_dropout(0.3, token=1)", ["tokens"]],
  ] as const)("%s is the same on all targets, and of these features alone", async (augment, changed) => {
    const [first, ...others] = await preparations(await opened(augment), augment.replaceAll(/\W+/g, "-"));
    const all = Array.from({ length: 12 }, (_, at) => at);
    const [bare, trained, later] = [await first?.(undefined, all), await first?.(0, all), await first?.(1, all)];
    if (bare === undefined || trained === undefined || later === undefined) throw new Error("no trainer");
    for (const prepare of others) {
      expectSame(bare, await prepare(undefined, all));
      expectSame(trained, await prepare(0, all));
      expectSame(later, await prepare(1, all));
    }
    const differ = (a: Made, b: Made): string[] =>
      Object.keys(a).filter((name) => JSON.stringify(a[name]) !== JSON.stringify(b[name]));
    expect(differ(bare, trained).sort()).toEqual([...changed].sort());
    expect(differ(trained, later).sort()).toEqual([...changed].sort());
  });

  it("goes by the example and the epoch, whoever is beside it", async () => {
    const data = await opened(
      "image -> random_flip -> random_crop(3) -> gaussian_noise(0.1), tokens -> word_dropout(0.3)",
    );
    for (const prepare of await preparations(data, "company")) {
      const all = await prepare(2, [0, 1, 2, 3, 4, 5]);
      const some = await prepare(2, [5, 2]);
      expect(some["image"]).toEqual([all["image"]?.[5], all["image"]?.[2]]);
      expect(some["tokens"]).toEqual([all["tokens"]?.[5], all["tokens"]?.[2]]);
    }
  });

  it("moves a mask with its image, by the same draws, and others by their own", async () => {
    const shared = await opened("(image, mask, bytes) -> random_flip(both) -> random_crop(4)");
    const [prepare] = await preparations(shared, "shared");
    const { image = [], mask = [], bytes = [] } = (await prepare?.(0, [0, 1, 2, 3, 4, 5, 6, 7])) ?? {};
    const [bare] = [await prepare?.(undefined, [0, 1, 2, 3, 4, 5, 6, 7])];
    expect(image).not.toEqual(bare?.["image"]);
    // Pixels are 0 to 255 over 255, and what comes in is 0.
    expect(mask).toEqual(image.map((it) => it.map((pixel) => (pixel > 127.5 / 255 ? 1 : 0))));
    expect(bytes).toEqual(image.map((it) => it.map((pixel) => Math.round(pixel * 255))));
    const apart = await opened("image -> random_flip(both), bytes -> random_flip(both)");
    const [other] = await preparations(apart, "apart");
    const made = await other?.(0, [0, 1, 2, 3, 4, 5, 6, 7]);
    expect(made?.["bytes"]).not.toEqual(made?.["image"]?.map((it) => it.map((pixel) => Math.round(pixel * 255))));
  });

  it("is not what statistics are fitted on", async () => {
    const more = "\n  scaled: f32[28, 28, 1] = raw.image -> standardize";
    const [plain, noisy] = [
      await opened("image -> random_flip", more),
      await opened("scaled -> gaussian_noise(100)", more),
    ];
    for (const [a, b] of [[plain, noisy]] as const) {
      const [ours, theirs] = [await trainersOf(a), await trainersOf(b)];
      trainers.push(...ours, ...theirs);
      const of = async ([trainer]: readonly Trainer[]): Promise<Tensors> => (await trainer?.snapshot()) ?? new Map();
      expect((await of(ours)).get("statistic/scaled.mean")).toEqual((await of(theirs)).get("statistic/scaled.mean"));
    }
  });
});

it("a training that was cut anywhere and goes on is the training that was not, bit by bit", async () => {
  const { program, dataset } = await opened("(image, mask) -> random_crop(3), x -> gaussian_noise(0.5)");
  const run = async (stop: number | undefined, from?: { readonly progress: Progress; readonly tensors: Tensors }) => {
    const trainer = trainerOf(await createOnnxTrainer(program, { totalSteps: 9, threads: 1 }));
    if (from !== undefined) await trainer.restore(from.tensors);
    const cut = new AbortController();
    const result = await runTraining({
      program: { ...program, batch: 5, length: { epochs: 3 } },
      dataset,
      trainer,
      ...(from !== undefined && { start: from.progress }),
      signal: cut.signal,
      onStep: ({ step }) => {
        if (step === stop) cut.abort();
      },
      now: () => 0,
    });
    const tensors = await trainer.snapshot();
    await trainer.dispose();
    return { progress: result.progress, tensors };
  };
  const whole = await run(undefined);
  expect(whole.progress.step).toBe(9);
  for (let at = 1; at < 9; at++) {
    const resumed = await run(undefined, await run(at));
    expect([at, resumed.progress.step]).toEqual([at, 9]);
    expect(resumed.tensors).toEqual(whole.tensors);
  }
});
