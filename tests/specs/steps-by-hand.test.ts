import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Tensor as OrtTensor } from "onnxruntime-node";
import { afterAll, describe, expect, it, test } from "vitest";
import { createCollector } from "../../src/diagnostics/collector.ts";
import { buildOnnx } from "../../src/emit/onnx/build-onnx.ts";
import type { Manifest } from "../../src/emit/onnx/manifest.ts";
import type { TrainProgram } from "../../src/ir/program.ts";
import { epochOrder } from "../../src/runtime/data/dataset.ts";
import { toNumbers } from "../../src/runtime/onnx/typed-array.ts";
import type { Tensors } from "../../src/runtime/tensor.ts";
import { encodeCheckpoint, parseCheckpoint } from "../../src/runtime/train/checkpoint.ts";
import { runTraining, type Progress } from "../../src/runtime/train/train-loop.ts";
import type { Trainer } from "../../src/runtime/train/trainer.ts";
import { elementAt } from "../../src/support/element-at.ts";
import { required } from "../../src/support/fault.ts";
import { validate } from "../emit/onnx/json-schema.ts";
import { loadData, trainingOf } from "./spec-testing.ts";
import { runtimeNames, trainerOpener } from "./open-trainers.ts";

/** Trainings of a line, that another one follows, small enough to be computed by hand. */

const folder = mkdtempSync(join(tmpdir(), "modelc-by-hand-"));
const file = join(folder, "rows.csv");
const rows = Array.from({ length: 14 }, (_, i) => ({ x: Math.sin(3 * i + 1), t: Math.cos(5 * i) }));
writeFileSync(file, `x,t\n${rows.map(({ x, t }) => `${x},${t}`).join("\n")}\n`);
const open = trainerOpener();
afterAll(() => rmSync(folder, { recursive: true }));

const text = (train: string): string => `
block Line: (x: f32[B]) -> f32[B] {
  param slope: f32[] = 0.5
  param shift: f32[] = -0.25
  slope * x + shift
}
model Net: (x: f32[B]) -> (y: f32[B], slow: f32[B]) {
  online = Line()
  target = Line()
  (x -> online, x -> target)
}
data Rows {
  source: csv("rows.csv")
  split:  train 1.0, by position
  x: f32[] = raw.x
  t: f32[] = raw.t
}
train Net on Rows {
  seed: 4
  ${train}
}
`;

/** Slope and shift. */
type Line = readonly [number, number];

/** The two losses that the trainings use, with their slopes by both parameters of the line that learns. */
const losses = {
  near: {
    text: "mean(square(y - t)) + 0.5 * mean(square(y - slow))",
    slope: ([a, b]: Line, [c, d]: Line, x: number, t: number): number => 2 * (a * x + b - t) + (a * x + b - c * x - d),
  },
  far: {
    text: "mean(square(y + t))",
    slope: ([a, b]: Line, _: Line, x: number, t: number): number => 2 * (a * x + b + t),
  },
} as const;

/** A step by `momentum`: which of slope and shift it changes, and how often it runs. */
interface Step {
  readonly loss: keyof typeof losses;
  readonly changes: readonly [boolean, boolean];
  readonly rate: number;
  readonly momentum: number;
  readonly every?: number;
}

interface Training {
  readonly steps: readonly Step[];
  /** Examples that go through the network at once, and how many such batches make an update. */
  readonly batch: number;
  readonly accumulate: number;
  readonly updates: number;
  /** Whether slope and shift are frozen in an update. */
  readonly frozen?: (at: number) => readonly [boolean, boolean];
  readonly follow?: { readonly decay: number; readonly every: number };
  readonly average?: number;
}

/** What a training comes to: both lines, the averages, and the velocities of each step. */
interface Outcome {
  readonly online: Line;
  readonly target: Line;
  readonly averages: Line;
  readonly velocities: readonly Line[];
}

/** The training by plain arithmetic: every update by the mean over all its examples. */
function byHand({ steps, batch, accumulate, updates, frozen, follow, average }: Training): Outcome {
  const start: Line = [0.5, -0.25];
  const online = [...start];
  const target = [...start];
  const averages = [...start];
  const velocities = steps.map(() => [0, 0]);
  const size = batch * accumulate;
  const perEpoch = Math.ceil(rows.length / size);
  for (let at = 0; at < updates; at++) {
    const order = epochOrder(rows.length, 4, Math.floor(at / perEpoch));
    const from = (at % perEpoch) * size;
    const examples = [...order.subarray(from, Math.min(rows.length, from + size))].map((it) => elementAt(rows, it));
    const still = frozen?.(at) ?? [false, false];
    const now = (line: readonly number[]): Line => [elementAt(line, 0), elementAt(line, 1)];
    for (const [which, step] of steps.entries()) {
      if (at % (step.every ?? 1) !== 0) continue;
      const slopes = examples.map(({ x, t }) => [x, losses[step.loss].slope(now(online), now(target), x, t)] as const);
      const mean = [
        slopes.reduce((sum, [x, slope]) => sum + x * slope, 0) / examples.length,
        slopes.reduce((sum, [, slope]) => sum + slope, 0) / examples.length,
      ];
      for (const place of [0, 1]) {
        if (elementAt(step.changes, place) !== true || elementAt(still, place) === true) continue;
        const velocity = elementAt(velocities, which);
        velocity[place] = step.momentum * elementAt(velocity, place) - step.rate * elementAt(mean, place);
        online[place] = elementAt(online, place) + elementAt(velocity, place);
        const decay = average === undefined || at === 0 ? 0 : average;
        averages[place] = decay * elementAt(averages, place) + (1 - decay) * elementAt(online, place);
      }
    }
    if (follow === undefined || (at + 1) % follow.every !== 0) continue;
    for (const place of [0, 1])
      target[place] = follow.decay * elementAt(target, place) + (1 - follow.decay) * elementAt(online, place);
  }
  const line = (it: readonly number[]): Line => [elementAt(it, 0), elementAt(it, 1)];
  return { online: line(online), target: line(target), averages: line(averages), velocities: velocities.map(line) };
}

/** The section that says the same. `freezes` says what `frozen` does. */
function sectionOf({ steps, batch, accumulate, updates, follow, average }: Training, freezes: string): string {
  const written = steps.map(({ loss, changes, rate, momentum, every = 1 }, at) => {
    const paths = ["slope", "shift"].filter((_, place) => changes[place]).map((it) => `"online.${it}"`);
    // What changes both is written as one pattern.
    const update = paths.length === 2 ? '"online.**"' : paths.join(", ");
    return `step s${at} { loss: ${losses[loss].text}, update: ${update}, optimizer: momentum(lr=${rate}, momentum=${momentum}), every: ${every} }`;
  });
  return [
    ...written,
    `batch: ${batch}`,
    `accumulate: ${accumulate}`,
    `steps: ${updates}`,
    ...(average === undefined ? [] : [`average: ema(decay=${average})`]),
    // Without it nothing moves, so that freezing stands for it.
    follow === undefined
      ? 'freeze "target.**"'
      : `follow "target.*" of "online.*": decay=${follow.decay}, every=${follow.every}`,
    freezes,
  ].join("\n  ");
}

/** Trains from where a run stopped, or from the beginning, until so many updates are taken. */
async function train(program: TrainProgram, trainer: Trainer, until = Infinity, start?: Progress) {
  const stop = new AbortController();
  const { progress } = await runTraining({
    program,
    dataset: await loadData(program, "net.model", file),
    trainer,
    ...(start !== undefined && { start }),
    signal: stop.signal,
    now: () => 0,
    onStep: ({ step }) => {
      if (step === until) stop.abort();
    },
  });
  return { progress, tensors: await trainer.snapshot() };
}

const numberOf = (tensors: Tensors, name: string): number => elementAt(toNumbers(required(tensors.get(name), name)), 0);

function outcomeOf(tensors: Tensors, { steps, average }: Training): Outcome {
  const line = (name: (parameter: string) => string): Line => [
    numberOf(tensors, name("slope")),
    numberOf(tensors, name("shift")),
  ];
  return {
    online: line((it) => `online.${it}`),
    target: line((it) => `target.${it}`),
    averages: line((it) => (average === undefined ? `online.${it}` : `opt/average/online.${it}`)),
    velocities: steps.map(({ changes }, at) => {
      const of = (name: string, place: 0 | 1): number =>
        changes[place] ? numberOf(tensors, `opt/s${at}_velocity/online.${name}`) : 0;
      return [of("slope", 0), of("shift", 1)];
    }),
  };
}

const flat = ({ online, target, averages, velocities }: Outcome): readonly number[] => [
  ...online,
  ...target,
  ...averages,
  ...velocities.flat(),
];

const both: readonly [boolean, boolean] = [true, true];
const near = { loss: "near", changes: both, rate: 0.1, momentum: 0.5 } as const;
const far = { loss: "far", changes: both, rate: 0.05, momentum: 0.8 } as const;
const whole = { batch: 6, accumulate: 1, updates: 8 } as const;
/** The same updates, of three batches each; the last of an epoch of one of them. */
const parts = { batch: 2, accumulate: 3, updates: 8 } as const;
const until2 = (at: number): readonly [boolean, boolean] => [at < 3, false];
const rest = (at: number): readonly [boolean, boolean] => [at >= 2 && at < 5, at >= 5 && at < 7];

const restingCase = "several batches and a step whose parameters are all frozen for a time";

const cases: Readonly<Record<string, readonly [Training, string]>> = {
  "two steps of the same pattern": [{ ...whole, steps: [near, far] }, ""],
  "two steps of overlapping patterns": [{ ...whole, steps: [near, { ...far, changes: [true, false] }] }, ""],
  "two steps of the same pattern, one of which rests": [{ ...whole, steps: [{ ...far, every: 2 }, near] }, ""],
  "two steps of the same pattern with averages": [{ ...whole, steps: [near, far], average: 0.75 }, ""],
  "two steps of the same pattern that another line follows": [
    { ...whole, steps: [near, { ...far, every: 3 }], follow: { decay: 0.75, every: 2 } },
    "",
  ],
  "several batches and a step that rests": [
    {
      ...parts,
      steps: [
        { ...near, changes: [true, false] },
        { ...far, changes: [false, true], every: 3 },
      ],
    },
    "",
  ],
  "several batches and a phase of freezing": [
    { ...parts, steps: [near], frozen: until2 },
    'freeze "online.slope": until step 4',
  ],
  [restingCase]: [
    {
      ...parts,
      steps: [
        { ...near, changes: [true, false] },
        { ...far, changes: [false, true] },
      ],
      frozen: rest,
    },
    'freeze "online.slope": from step 3, until step 6\n  freeze "online.shift": from step 6, until step 8',
  ],
  "several batches and a line that follows": [{ ...parts, steps: [near], follow: { decay: 0.75, every: 2 } }, ""],
  "several batches and all of these": [
    {
      ...parts,
      steps: [
        { ...near, changes: [true, false] },
        { ...far, every: 2 },
      ],
      frozen: rest,
      follow: { decay: 0.5, every: 3 },
      average: 0.75,
    },
    'freeze "online.slope": from step 3, until step 6\n  freeze "online.shift": from step 6, until step 8',
  ],
};

describe.each(runtimeNames)("trainings of a line on %s", (runtime) => {
  it.each(Object.keys(cases))("are what arithmetic makes of them, and go on as they stopped: %s", async (name) => {
    const [training, freezes] = required(cases[name], name);
    const program = trainingOf(text(sectionOf(training, freezes)));
    const numbers = (tensors: Tensors): readonly number[] => flat(outcomeOf(tensors, training));
    const unbroken = numbers((await train(program, await open(program, runtime))).tensors);
    const wanted = flat(byHand(training));
    unbroken.forEach((it, at) => expect(it, `number ${at}`).toBeCloseTo(elementAt(wanted, at), 5));
    // Something has moved.
    expect(Math.abs(elementAt(wanted, 0) - 0.5)).toBeGreaterThan(1e-2);

    // In the second epoch.
    const first = await open(program, runtime);
    const { progress, tensors } = await train(program, first, 4);
    expect(progress.step).toBe(4);
    const read = parseCheckpoint(encodeCheckpoint({ tensors, perms: first.perms, progress }));
    if (!read.ok) throw new Error(read.error);
    const second = await open(program, runtime);
    await second.restore(read.value.tensors);
    expect(numbers((await train(program, second, Infinity, read.value.progress)).tensors)).toEqual(unbroken);
  });
});

test("a driver runs the graphs of several batches, of steps that rest for a time too", async () => {
  const [training, freezes] = required(cases[restingCase], restingCase);
  const program = trainingOf(text(sectionOf(training, freezes)));
  const { model, origin } = program;
  const collector = createCollector();
  const built = buildOnnx({ name: "Net", module: model, train: program, version: "0", collector, span: origin });
  if (built === undefined) throw new Error("nothing was built");
  for (const [path, content] of built.files) writeFileSync(join(folder, path), content);
  const written = built.files.get("Net.manifest.json");
  const manifest = JSON.parse(typeof written === "string" ? written : "") as Manifest;
  expect(validate(JSON.parse(JSON.stringify(manifest)))).toEqual([]);
  const applied = manifest.training?.run?.map(({ apply }) => apply);
  expect(applied).toEqual([
    ["apply.s0.phase0", null, "apply.s0.phase2", "apply.s0.phase3"],
    ["apply.s1.phase0", "apply.s1.phase1", null, "apply.s1.phase3"],
  ]);
  const { train: examples } = (await loadData(program, "net.model", file)).splits;
  const size = training.batch * training.accumulate;
  const everything = await examples.gather(Int32Array.from(rows.keys()));
  const batchesOf = (epoch: number): readonly Readonly<Record<string, OrtTensor>>[] =>
    Array.from({ length: Math.ceil(rows.length / size) }, (_, at) => {
      const own = epochOrder(rows.length, 4, epoch).subarray(at * size, Math.min(rows.length, (at + 1) * size));
      return Object.fromEntries(
        ["x", "t"].map((it) => [
          it,
          new OrtTensor(
            "float32",
            Float32Array.from(own, (row) => Number(everything.get(it)?.data[row])),
            [own.length],
          ),
        ]),
      );
    });
  const driver = (await import("../../docs/driver.mjs" as string)) as {
    readonly train: (
      stem: string,
      batches: typeof batchesOf,
      options: { readonly epochs: number },
    ) => Promise<{ readonly weights: Readonly<Record<string, OrtTensor>> }>;
  };
  const { weights } = await driver.train(join(folder, "Net"), batchesOf, { epochs: 3 });
  const wanted = byHand({ ...training, updates: 9 });
  for (const [place, it] of ["slope", "shift"].entries())
    expect(weights[`param/online.${it}`]?.data[0]).toBeCloseTo(elementAt(wanted.online, place), 5);
});
