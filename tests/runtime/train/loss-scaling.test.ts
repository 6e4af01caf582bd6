import { afterAll, describe, expect, it } from "vitest";
import { createOnnxTrainer } from "../../../src/runtime/onnx/onnx-trainer.ts";
import { bytesOf, toNumbers } from "../../../src/runtime/onnx/typed-array.ts";
import type { Tensor, Tensors } from "../../../src/runtime/tensor.ts";
import { judgeStep } from "../../../src/runtime/train/judge-step.ts";
import type { Trainer } from "../../../src/runtime/train/trainer.ts";
import { trainerOf, trainingOf } from "../../specs/spec-testing.ts";

interface Settings {
  readonly precision: string;
  readonly optimizer?: string;
  readonly more?: string;
}

const source = ({ precision, optimizer = "adam(lr=0.01)", more = "" }: Settings): string => `
model Net: (x: f32[B, 4]) -> y: f32[B, 1] {
  x -> Dense(8, activation=tanh) -> BatchNorm -> Dense(1)
}
data Plane {
  source: csv("plane.csv")
  x:      f32[4] = stack(raw.a, raw.b, raw.c, raw.d, axis=-1)
  target: f32[1] = stack(raw.y, axis=-1)
}
train Net on Plane {
  loss:      mse(y, target)
  optimizer: ${optimizer}
  batch:     8
  seed:      1
  precision: ${precision}
  ${more}
}
`;

const opened: Trainer[] = [];
afterAll(async () => {
  for (const it of opened) await it.dispose();
});

async function open(settings: Settings): Promise<Trainer> {
  const program = trainingOf(source(settings));
  const trainer = trainerOf(await createOnnxTrainer(program, { totalSteps: 8, threads: 1 }));
  opened.push(trainer);
  return trainer;
}

const tensor = (shape: readonly number[], at: (index: number) => number): Tensor => ({
  dtype: "f32",
  shape,
  data: Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, index) => at(index)),
});

/** A batch of a step; `far` targets have gradients that no scale of these tests takes into f16. */
const batch = (
  step: number,
  { far = 1, count = 8 }: { readonly far?: number; readonly count?: number } = {},
): Tensors =>
  new Map([
    ["x", tensor([count, 4], (index) => Math.sin(index * 0.7 + step))],
    ["target", tensor([count, 1], (index) => far * Math.cos(index * 1.3 + step))],
  ]);

/** What the snapshot has under names that `keep` likes, as bytes. */
async function kept(trainer: Trainer, keep: (name: string) => boolean): Promise<ReadonlyMap<string, string>> {
  const all = [...(await trainer.snapshot())].filter(([name]) => keep(name));
  return new Map(all.map(([name, it]) => [name, Buffer.from(bytesOf(it)).toString("hex")]));
}

const isScale = (name: string): boolean => /^opt\/\w+$/.test(name);
/** What an update changes: all but what the forward pass has seen, and the scale. */
const isUpdated = (name: string): boolean => !/\.(mean|variance)$/.test(name) && !isScale(name);
const scaleOf = (trainer: Trainer): unknown => trainer.scaling?.();

describe("a step whose gradients overflow", () => {
  it("changes no parameter and nothing that the optimizer remembers, halves the scale, and is counted", async () => {
    const trainer = await open({ precision: "mixed_f16(scale=1_099_511_627_776)" });
    const before = await kept(trainer, isUpdated);
    const { loss } = await trainer.step(batch(0), 0);
    expect(loss).toBeGreaterThan(0.1);
    expect(judgeStep({ loss })).toBeUndefined();
    expect(scaleOf(trainer)).toEqual([{ scale: 2 ** 39, skipped: 1 }]);
    const after = await kept(trainer, isUpdated);
    for (const [name, bytes] of before) expect([name, after.get(name)]).toEqual([name, bytes]);
    for (const [name, bytes] of after) if (name.startsWith("opt/")) expect(bytes).toMatch(/^0*$/);
    // BatchNorm has seen the batch all the same, as in PyTorch and Keras.
    const seen = (await trainer.snapshot()).get("batch_norm_0.mean");
    if (seen === undefined) throw new Error("no mean");
    expect([...toNumbers(seen)].every((it) => it !== 0)).toBe(true);
  });

  it("is skipped again until the scale fits, and the first that is taken is the optimizer's first", async () => {
    const trainer = await open({ precision: "mixed_f16(scale=1_073_741_824)" });
    const skipsAfter = async (step: number): Promise<number> => {
      await trainer.step(batch(0), step);
      return trainer.scaling?.()[0]?.skipped ?? NaN;
    };
    let skips = 0;
    while ((await skipsAfter(skips)) > skips) {
      skips += 1;
      expect(scaleOf(trainer)).toEqual([{ scale: 2 ** (30 - skips), skipped: skips }]);
    }
    expect(skips).toBeGreaterThan(5);
    const scale = 2 ** (30 - skips);
    expect(scaleOf(trainer)).toEqual([{ scale, skipped: skips }]);
    const fresh = await open({ precision: `mixed_f16(scale=${scale})` });
    await fresh.step(batch(0), 0);
    expect(await kept(trainer, isUpdated)).toEqual(await kept(fresh, isUpdated));
  });

  it("is skipped where the gradients of one part of a batch overflow", async () => {
    const trainer = await open({ precision: "mixed_f16", more: "accumulate: 2" });
    const far = batch(0, { count: 16 });
    const target = far.get("target");
    if (target === undefined) throw new Error("unreachable");
    // Only the second part of the batch.
    target.data.fill(1e6 as never, 8);
    const before = await kept(trainer, isUpdated);
    await trainer.step(far, 0);
    expect(scaleOf(trainer)).toEqual([{ scale: 2 ** 14, skipped: 1 }]);
    const after = await kept(trainer, isUpdated);
    for (const [name, bytes] of before) expect([name, after.get(name)]).toEqual([name, bytes]);
    await trainer.step(batch(1, { count: 16 }), 1);
    expect(scaleOf(trainer)).toEqual([{ scale: 2 ** 14, skipped: 1 }]);
    expect(await kept(trainer, (name) => name.endsWith("kernel"))).not.toEqual(
      await kept(await open({ precision: "mixed_f16" }), (name) => name.endsWith("kernel")),
    );
  });

  it.each([
    ["decay=0.5", 0.5],
    ["every=2", 1],
  ])("moves followers, by %s toward what has stayed", async (how, share) => {
    const pair = `model Net: (x: f32[B, 4]) -> (y: f32[B, 1], late: f32[B, 1]) {
  (x -> online: Dense(1), x -> target: Dense(1))
}`;
    const text = source({ precision: "mixed_f16(scale=1024)", more: `follow "target.**" of "online.**": ${how}` });
    const program = trainingOf(text.replace(/model Net[^}]*}/, pair));
    const trainer = trainerOf(await createOnnxTrainer(program, { totalSteps: 8, threads: 1 }));
    opened.push(trainer);
    const numbersOf = async (name: string): Promise<readonly number[]> => {
      const it = (await trainer.snapshot()).get(`${name}.kernel`);
      return it === undefined ? [] : [...toNumbers(it)];
    };
    await trainer.step(batch(0), 0);
    const [online, target] = [await numbersOf("online"), await numbersOf("target")];
    expect(online).not.toEqual(target);
    await trainer.step(batch(1, { far: 1e6 }), 1);
    expect(trainer.scaling?.()[0]?.skipped).toBe(1);
    expect(await numbersOf("online")).toEqual(online);
    (await numbersOf("target")).forEach((it, at) => {
      expect(it).toBeCloseTo((target[at] ?? NaN) * (1 - share) + (online[at] ?? NaN) * share, 6);
    });
  });

  it("moves no average, whose first update is the first that is taken", async () => {
    const trainer = await open({ precision: "mixed_f16", more: "average: ema(decay=0.5)" });
    const names = (prefix: string) => (name: string) => name.startsWith(prefix) && name.endsWith("kernel");
    const initial = await kept(trainer, names("dense"));
    await trainer.step(batch(0, { far: 1e6 }), 0);
    expect([...(await kept(trainer, names("opt/average"))).values()]).toEqual([...initial.values()]);
    await trainer.step(batch(1), 1);
    const [averages, parameters] = [await kept(trainer, names("opt/average")), await kept(trainer, names("dense"))];
    expect([...averages.values()]).toEqual([...parameters.values()]);
    expect(parameters).not.toEqual(initial);
  });
});

describe("a loss scale", () => {
  it("goes as PyTorch's GradScaler does", async () => {
    const trainer = await open({ precision: "mixed_f16(scale=1024, growth=3)", optimizer: "sgd(lr=1e-4)" });
    const found: number[] = [];
    // Which steps overflow; `torch.amp.GradScaler("cpu", init_scale=1024, growth_interval=3)` has these scales.
    for (const [step, overflows] of [0, 0, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0, 0, 1].entries()) {
      await trainer.step(batch(step, { far: overflows === 1 ? 1e8 : 1 }), step);
      found.push(...(trainer.scaling?.() ?? []).map((it) => it.scale));
    }
    expect(found).toEqual([1024, 1024, 512, 512, 512, 1024, 512, 256, 256, 256, 512, 512, 512, 1024, 512]);
    expect(scaleOf(trainer)).toEqual([{ scale: found.at(-1), skipped: 4 }]);
  });

  it("is not touched by a loss that is not finite, which ends the training as ever", async () => {
    const trainer = await open({ precision: "mixed_f16" });
    await trainer.step(batch(0), 0);
    const before = await kept(trainer, () => true);
    const { loss } = await trainer.step(batch(1, { far: 1e30 }), 1);
    expect(loss).toBe(Infinity);
    expect(judgeStep({ loss })).toEqual({ kind: "loss", loss: Infinity });
    expect(await kept(trainer, () => true)).toEqual(before);
  });

  it("goes on with a checkpoint as if the training had not stopped", async () => {
    const settings = { precision: "mixed_f16(scale=4096, growth=3)" };
    const [whole, first, second] = [await open(settings), await open(settings), await open(settings)];
    const at = (step: number): Tensors => batch(step, { far: step === 2 ? 1e7 : 1 });
    for (let step = 0; step < 8; step += 1) await whole.step(at(step), step);
    for (let step = 0; step < 4; step += 1) await first.step(at(step), step);
    await second.restore(await first.snapshot());
    for (let step = 4; step < 8; step += 1) await second.step(at(step), step);
    expect(scaleOf(second)).toEqual([{ scale: 4096, skipped: 1 }]);
    expect(await kept(second, () => true)).toEqual(await kept(whole, () => true));
  });

  it("is one for each of several steps", async () => {
    const text = `
model Two: (x: f32[B, 4]) -> (a: f32[B, 1], b: f32[B, 1]) {
  (x -> left: Dense(1), x -> right: Dense(1))
}
data Plane {
  source: csv("plane.csv")
  x: f32[4] = stack(raw.a, raw.b, raw.c, raw.d, axis=-1)
}
train Two on Plane {
  precision: mixed_f16
  step near { loss: mean(square(a)), update: "left.**", optimizer: sgd(lr=0.01) }
  step far  { loss: 1e7 * mean(square(b - 9)), update: "right.**", optimizer: sgd(lr=1e-9) }
}
`;
    const program = trainingOf(text);
    const trainer = trainerOf(await createOnnxTrainer(program, { totalSteps: 8, threads: 1 }));
    opened.push(trainer);
    const [phase] = program.phases;
    for (const step of program.steps) await trainer.step(batch(0), 0, { step, phase });
    expect(scaleOf(trainer)).toEqual([
      { step: "near", scale: 2 ** 15, skipped: 0 },
      { step: "far", scale: 2 ** 14, skipped: 1 },
    ]);
    expect([...(await kept(trainer, isScale)).keys()].sort()).toEqual([
      "opt/far_finite_steps",
      "opt/far_loss_scale",
      "opt/far_skipped_steps",
      "opt/near_finite_steps",
      "opt/near_loss_scale",
      "opt/near_skipped_steps",
    ]);
  });
});
