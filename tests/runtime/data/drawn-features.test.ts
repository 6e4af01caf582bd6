import { beforeAll, describe, expect, it } from "vitest";
import { emitTfjs } from "../../../src/emit/tfjs/emit-tfjs.ts";
import { fold, keyFor, normal, uniform } from "../../../src/ops/random/counter.ts";
import { fitStatistics } from "../../../src/runtime/train/fit-statistics.ts";
import type { PreparedFor, Trainer } from "../../../src/runtime/train/trainer.ts";
import { useBackend } from "../../emit/tfjs/backends.ts";
import { importEmitted } from "../../emit/tfjs/load-emitted.ts";
import { openData, trainersOf, type OpenedData } from "./open-data.ts";

const count = 400;
const numbers = Array.from({ length: count }, (_, i) => ((i * 37) % 101) / 7 - 5);
const content = `a\n${numbers.map(String).join("\n")}\n`;

async function opened(expression: string, type = "f32[]"): Promise<OpenedData> {
  const section = `  source: csv("t.csv")\n  split: train 1, by position\n  x: ${type} = ${expression}`;
  const found = await openData(section, content);
  if (typeof found === "string") throw new Error(found);
  return found;
}

interface Emitted {
  readonly create: (seed?: number) => object;
  readonly prepare: (model: object, raw: object, of?: PreparedFor) => { readonly x: Feature };
}

interface Feature {
  dataSync(): ArrayLike<number>;
}

type Prepare = (epoch?: number, examples?: readonly number[]) => Promise<readonly number[]>;

/** The feature of all examples as both trainers and generated code make it. */
async function preparations(name: string, data: OpenedData): Promise<readonly Prepare[]> {
  const all = Array.from({ length: count }, (_, i) => i);
  const trainers = await trainersOf(data);
  const { program } = data;
  const emitted = await importEmitted<Emitted>(
    `drawn-${name}`,
    await emitTfjs({ module: program.model, train: program, name: "M" }),
  );
  const model = emitted.create();
  const of =
    (trainer: Trainer): Prepare =>
    async (epoch, examples) => {
      const raw = await data.dataset.splits.train.gather(examples ?? all);
      return Array.from((await trainer.prepare(raw, preparedFor(epoch, examples))).get("x")?.data ?? [], Number);
    };
  const plain: Prepare = async (epoch, examples) => {
    const raw = await data.dataset.splits.train.gather(examples ?? all);
    const features = emitted.prepare(model, Object.fromEntries(raw), preparedFor(epoch, examples));
    return Array.from(features.x.dataSync());
  };
  return [...trainers.map(of), plain];
}

const preparedFor = (epoch?: number, examples?: readonly number[]): PreparedFor => ({
  ...(epoch !== undefined && { epoch }),
  ...(examples !== undefined && { examples }),
});

/** One number for each example, by the key of the place folded with the example's number. */
const draws = (epoch: number, place: string, of: typeof normal): readonly number[] => {
  const key = keyFor(0, epoch, place);
  return numbers.map((_, example) => of(fold(key, example), 0));
};

beforeAll(async () => {
  await useBackend("cpu");
});

describe("a feature that is drawn", () => {
  it("in training alone is drawn by seed, epoch, place and example, the same wherever it is made", async () => {
    const data = await opened("when training { raw.a + 0.1 * normal_like(raw.a) } else { raw.a }");
    for (const prepare of await preparations("noise", data)) {
      for (const step of [0, 1, 70000, 2 ** 32 + 1]) {
        const noise = draws(step, "batch/x.normal_like_0", normal);
        const wanted = numbers.map((it, i) => Math.fround(it + 0.1 * (noise[i] ?? NaN)));
        expect(await prepare(step)).toEqual(wanted);
        expect(await prepare(step)).toEqual(wanted);
      }
      expect(await prepare(1)).not.toEqual(await prepare(2));
      expect(await prepare()).toEqual(numbers.map(Math.fround));
    }
  });

  it("is the same of an example whoever is beside it", async () => {
    const data = await opened("raw.a -> when training { dropout(rate=0.5) -> gaussian_noise(1) }");
    for (const prepare of await preparations("company", data)) {
      const all = await prepare(3);
      expect(await prepare(3, [4, 1])).toEqual([all[4], all[1]]);
      expect(await prepare(3, [1])).toEqual([all[1]]);
      expect(await prepare(4, [1])).not.toEqual([all[1]]);
    }
  });

  it("is drawn once for a batch by the number of its first example", async () => {
    const data = await opened("raw.a + uniform_like(mean(full([3], 0.5)))");
    for (const prepare of await preparations("whole-batches", data)) {
      const of = (first: number): number => uniform(fold(keyFor(0, 2, "batch/x.uniform_like_0"), first), 0);
      const wanted = (first: number, at: number): number => Math.fround((numbers[at] ?? NaN) + of(first));
      expect(await prepare(2, [4, 1])).toEqual([wanted(4, 4), wanted(4, 1)]);
      expect(await prepare(2, [1, 4])).toEqual([wanted(1, 1), wanted(1, 4)]);
    }
  });

  it("goes by the examples whatever axis counts them", async () => {
    const data = await opened("raw.a + sum(transpose(uniform_like(transpose(stack(raw.a, raw.a, axis=-1)))), axis=-1)");
    for (const prepare of await preparations("merged", data)) {
      const all = await prepare(3);
      expect(new Set(all.map((it, i) => it - (numbers[i] ?? NaN))).size).toBeGreaterThan(100);
      expect(await prepare(3, [4, 1])).toEqual([all[4], all[1]]);
    }
  });

  it("outside of `when training` is drawn by epoch 0 in evaluation", async () => {
    for (const prepare of await preparations("bare", await opened("raw.a + uniform_like(raw.a)"))) {
      const at = (step: number): readonly number[] => {
        const noise = draws(step, "batch/x.uniform_like_0", uniform);
        return numbers.map((it, i) => Math.fround(it + (noise[i] ?? NaN)));
      };
      expect(await prepare(5)).toEqual(at(5));
      expect(await prepare()).toEqual(at(0));
    }
  });

  it("is noise of the declared type, each mention another draw", async () => {
    const data = await opened("raw.a + noise.normal - 2 * noise.uniform");
    for (const prepare of await preparations("declared-noise", data)) {
      const at = (step: number): readonly number[] => {
        const [added, taken] = [draws(step, "batch/x.noise_0", normal), draws(step, "batch/x.noise_1", uniform)];
        return numbers.map((it, i) => Math.fround(it + (added[i] ?? NaN) - 2 * (taken[i] ?? NaN)));
      };
      expect(await prepare(4)).toEqual(at(4));
      expect(await prepare()).toEqual(at(0));
    }
  });

  it("as a stage keeps and scales what dropout keeps", async () => {
    for (const prepare of await preparations(
      "dropout",
      await opened("raw.a -> when training { dropout(rate=0.25) }"),
    )) {
      const noise = draws(3, "batch/x.dropout_0", uniform);
      const wanted = numbers.map((it, i) => ((noise[i] ?? NaN) >= 0.25 ? Math.fround(it * (1 / 0.75)) : 0));
      expect((await prepare(3)).map((it) => it + 0)).toEqual(wanted.map((it) => it + 0));
      expect(await prepare()).toEqual(numbers.map(Math.fround));
    }
  });

  it("in training otherwise without any number drawn", async () => {
    for (const prepare of await preparations("plain", await opened("when training { -raw.a } else { raw.a }"))) {
      expect(await prepare(3)).toEqual(numbers.map((it) => Math.fround(-it)));
      expect(await prepare()).toEqual(numbers.map(Math.fround));
    }
  });

  it("is fitted without what training adds", async () => {
    const noisy = await opened("when training { raw.a + 100 * normal_like(raw.a) } else { raw.a } -> standardize");
    const plain = await opened("raw.a -> standardize");
    const fitted = await Promise.all(
      [noisy, plain].map(({ program, dataset }) => fitStatistics(program, dataset.splits.train)),
    );
    expect(fitted[0]).toEqual(fitted[1]);
    for (const trainer of await trainersOf(noisy)) {
      const made = await trainer.prepare(await noisy.dataset.splits.train.gather(numbers.map((_, i) => i)));
      const sum = Array.from(made.get("x")?.data ?? [], Number).reduce((a, b) => a + b, 0);
      expect(Math.abs(sum / count)).toBeLessThan(1e-6);
    }
  });
});
