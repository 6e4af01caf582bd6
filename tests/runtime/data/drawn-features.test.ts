import { beforeAll, describe, expect, it } from "vitest";
import { emitTfjs } from "../../../src/emit/tfjs/emit-tfjs.ts";
import { keyFor, normal, uniform } from "../../../src/ops/random/counter.ts";
import { fitStatistics } from "../../../src/runtime/train/fit-statistics.ts";
import type { Trainer } from "../../../src/runtime/train/trainer.ts";
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
  readonly prepare: (model: object, raw: object, moment?: { readonly step?: number }) => { readonly x: Feature };
}

interface Feature {
  dataSync(): ArrayLike<number>;
}

type Prepare = (step?: number) => Promise<readonly number[]>;

/** The feature of all examples as both trainers and generated code make it. */
async function preparations(name: string, data: OpenedData): Promise<readonly Prepare[]> {
  const raw = data.dataset.splits.train.gather(Array.from({ length: count }, (_, i) => i));
  const trainers = await trainersOf(data);
  const { program } = data;
  const emitted = await importEmitted<Emitted>(
    `drawn-${name}`,
    await emitTfjs({ module: program.model, train: program, name: "M" }),
  );
  const model = emitted.create();
  const of =
    (trainer: Trainer): Prepare =>
    async (step) =>
      Array.from((await trainer.prepare(raw, step)).get("x")?.data ?? [], Number);
  const plain: Prepare = (step) => {
    const features = emitted.prepare(model, Object.fromEntries(raw), step === undefined ? {} : { step });
    return Promise.resolve(Array.from(features.x.dataSync()));
  };
  return [...trainers.map(of), plain];
}

const draws = (step: number, place: string, of: typeof normal): readonly number[] => {
  const key = keyFor(0, step, place);
  return numbers.map((_, i) => of(key, i));
};

beforeAll(async () => {
  await useBackend("cpu");
});

describe("a feature that is drawn", () => {
  it("in training alone is drawn by seed, step and place, the same wherever it is made", async () => {
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

  it("outside of `when training` is drawn by step 0 in evaluation", async () => {
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
    const fitted = [noisy, plain].map(({ program, dataset }) => fitStatistics(program, dataset.splits.train));
    expect(fitted[0]).toEqual(fitted[1]);
    for (const trainer of await trainersOf(noisy)) {
      const made = await trainer.prepare(noisy.dataset.splits.train.gather(numbers.map((_, i) => i)));
      const sum = Array.from(made.get("x")?.data ?? [], Number).reduce((a, b) => a + b, 0);
      expect(Math.abs(sum / count)).toBeLessThan(1e-6);
    }
  });
});
