import { type Figure } from "../../src/runtime/train/figures.ts";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { isWeight } from "../../src/ir/ports.ts";
import type { TrainProgram } from "../../src/ir/program.ts";
import type { Dataset } from "../../src/runtime/data/dataset.ts";
import { toNumbers } from "../../src/runtime/onnx/typed-array.ts";
import type { Tensors } from "../../src/runtime/tensor.ts";
import { encodeCheckpoint, parseCheckpoint } from "../../src/runtime/train/checkpoint.ts";
import { phaseAt, runTraining, type EpochReport, type Progress } from "../../src/runtime/train/train-loop.ts";
import type { Trainer } from "../../src/runtime/train/trainer.ts";
import { loadData, relativeNorm, weightVector } from "./spec-testing.ts";
import {
  followingProgram,
  ganHalves,
  ganProgram,
  generatorEvery,
  labelledProgram,
  pairsText,
  restingProgram,
  thawingProgram,
} from "./step-programs.ts";
import { trainerOpener, runtimeNames } from "./open-trainers.ts";

const folder = mkdtempSync(join(tmpdir(), "modelc-steps-"));
const file = join(folder, "pairs.csv");
writeFileSync(file, pairsText());
const open = trainerOpener();
afterAll(() => rmSync(folder, { recursive: true }));

/** Six steps an epoch, 5 and 3 examples in the last batches. */
const datasetOf = (program: TrainProgram): Promise<Dataset> => loadData(program, "test.model", file);

const programs = {
  "two steps": () => ganProgram({ dropout: 0.25, rate: "cosine(0.05, total=15)" }),
  "two phases": thawingProgram,
  "two steps that rest for a time": restingProgram,
  "two steps by labels": labelledProgram,
  "two steps that another network follows": followingProgram,
  "two steps with averages": (): TrainProgram => ({
    ...ganProgram({ dropout: 0.25, rate: "0.05" }),
    average: { kind: "ema", decay: 0.9 },
  }),
  "two phases with averages": (): TrainProgram => ({ ...thawingProgram(), average: { kind: "ema", decay: 0.9 } }),
} as const;
const cases = runtimeNames.flatMap((target) =>
  (Object.keys(programs) as (keyof typeof programs)[]).map((it) => [it, target] as const),
);

/** A run of a program: its reports and what it ends with. */
async function run(program: TrainProgram, trainer: Trainer, until = Infinity, start?: Progress) {
  const reports: EpochReport[] = [];
  const stop = new AbortController();
  const result = await runTraining({
    program,
    dataset: await datasetOf(program),
    trainer,
    ...(start !== undefined && { start }),
    signal: stop.signal,
    now: () => 0,
    onStep: ({ step }) => {
      if (step === until) stop.abort();
    },
    onEpoch: (it) => void reports.push(it),
  });
  return { result, reports, tensors: await trainer.snapshot() };
}

const plain = (tensors: Tensors): unknown =>
  [...tensors]
    .map(([name, it]) => [name, it.shape, [...toNumbers(it)]])
    .sort(([a], [b]) => (String(a) < String(b) ? -1 : 1));

const figuresOf = (reports: readonly EpochReport[]): readonly Record<string, Figure>[] =>
  reports.flatMap(({ train, validate }) =>
    [train, validate ?? new Map<string, Figure>()].map((it) => Object.fromEntries(it)),
  );

describe("a training in two steps", () => {
  it("is what two trainings are that take turns", async () => {
    const options = { dropout: 0, rate: "0.05" };
    const program = ganProgram(options);
    const halves = ganHalves(options);
    const [joined, critic, generator] = [
      await open(program, "ONNX Runtime"),
      await open(halves.critic, "ONNX Runtime"),
      await open(halves.generator, "ONNX Runtime"),
    ];
    const [first, second] = program.steps;
    if (second === undefined) throw new Error("one step");
    const [phase] = program.phases;
    const { train } = (await datasetOf(program)).splits;
    const hand = async (from: Trainer, to: Trainer): Promise<void> => {
      await to.restore(new Map([...(await from.snapshot())].filter(([name]) => isWeight(name))));
    };
    await hand(joined, critic);
    for (let at = 0; at < 8; at++) {
      const features = await joined.prepare(await train.gather([0, 1, 2, 3].map((it) => (it + 3 * at) % train.count)));
      const ours = [(await joined.step(features, at, { step: first, phase })).loss];
      const theirs = [(await critic.step(features, at)).loss];
      if (at % generatorEvery === 0) {
        ours.push((await joined.step(features, at, { step: second, phase })).loss);
        await hand(critic, generator);
        theirs.push((await generator.step(features, at / generatorEvery)).loss);
        await hand(generator, critic);
      }
      expect(ours).toEqual(theirs);
    }
    const weights = weightVector(await joined.snapshot());
    expect(weights).toEqual(weightVector(await critic.snapshot()));
    const slots = [...(await joined.snapshot()).keys()].filter((it) => !isWeight(it));
    const shared = ["hidden.kernel", "norm.scale", "norm.bias", "out.kernel"];
    expect(slots.sort()).toEqual([
      ...["out.bias", ...shared].map((it) => `opt/critic_square/critic.${it}`).sort(),
      ...["m", "v"].flatMap((slot) => shared.map((it) => `opt/generator_${slot}/generator.${it}`).sort()),
    ]);
  });

  it("draws by keys of its own in each step", async () => {
    const program = ganProgram({ dropout: 0.5, rate: "0.05" });
    const [first] = program.steps;
    const [phase] = program.phases;
    const other = { ...program, steps: [{ ...first, name: "another" }, ...program.steps.slice(1)] } as const;
    const { train } = (await datasetOf(program)).splits;
    const losses = [];
    for (const it of [program, other]) {
      const trainer = await open(it, "ONNX Runtime");
      const features = await trainer.prepare(await train.gather([0, 1, 2, 3]));
      losses.push((await trainer.step(features, 0, { step: it.steps[0], phase })).loss);
    }
    expect(losses[0]).not.toBe(losses[1]);
  });
});

describe("a training in two phases", () => {
  it.each(runtimeNames)("leaves what is frozen alone, and remembers it from the start, on %s", async (target) => {
    const program = thawingProgram();
    const trainer = await open(program, target);
    const before = await trainer.snapshot();
    const trunk = (tensors: Tensors): unknown =>
      plain(new Map([...tensors].filter(([name]) => /^(hidden|norm)\./.test(name))));
    const one = await run(program, trainer, 5);
    expect(one.result.outcome).toBe("interrupted");
    expect(trunk(one.tensors)).toEqual(trunk(before));
    expect(one.tensors.get("opt/m/hidden.kernel")?.data.every((it) => Number(it) === 0)).toBe(true);
    expect(one.tensors.get("opt/m/head.kernel")?.data.some((it) => Number(it) !== 0)).toBe(true);
    const two = await run(program, trainer, Infinity, one.result.progress);
    expect(two.result.outcome).toBe("finished");
    const moved = [...two.tensors].filter(([name, it]) => {
      const was = one.tensors.get(name);
      return was === undefined || [...toNumbers(it)].join() !== [...toNumbers(was)].join();
    });
    expect(moved.map(([name]) => name).sort()).toEqual([...two.tensors.keys()].sort());
  });
});

describe("on both runtimes", () => {
  it.each(Object.keys(programs) as (keyof typeof programs)[])("%s take the same steps", async (name) => {
    const program = programs[name]();
    const [onnx, tfjs] = [await open(program, "ONNX Runtime"), await open(program, "TensorFlow.js")];
    const { train } = (await datasetOf(program)).splits;
    const perEpoch = Math.ceil(train.count / program.batch);
    for (let at = 0; at < 8; at++) {
      const raw = await train.gather([0, 1, 2, 3].map((it) => (it + 3 * at) % train.count));
      const [ours, theirs] = [await onnx.prepare(raw), await tfjs.prepare(raw)];
      const which = { phase: phaseAt(program, at, perEpoch) };
      for (const step of program.steps.filter(({ every }) => at % every === 0)) {
        // From the same weights: small differences grow in a training.
        await tfjs.restore(await onnx.snapshot());
        const [a, b] = [await onnx.step(ours, at, { ...which, step }), await tfjs.step(theirs, at, { ...which, step })];
        expect(Math.abs(a.loss - b.loss)).toBeLessThan(1e-5 * Math.max(1, Math.abs(a.loss)));
        expect(a.metrics.map((it) => it.length)).toEqual(b.metrics.map((it) => it.length));
        const [mine, other] = [await onnx.snapshot(), await tfjs.snapshot()];
        expect([...mine.keys()].sort()).toEqual([...other.keys()].sort());
        expect(relativeNorm(weightVector(mine), weightVector(other))).toBeLessThan(1e-4);
      }
      const [a, b] = [await onnx.evaluate(ours), await tfjs.evaluate(theirs)];
      expect(a.losses).toHaveLength(program.steps.length);
      a.losses.forEach((loss = NaN, index) => {
        expect(Math.abs(loss - (b.losses[index] ?? NaN))).toBeLessThan(1e-4 * Math.max(1, Math.abs(loss)));
      });
    }
  });

  it.each(cases)("%s stopped and resumed are what they are in one, on %s", async (name, target) => {
    const program = programs[name]();
    const whole = await run(program, await open(program, target));
    for (const until of [2, 7]) {
      const first = await open(program, target);
      const begun = await run(program, first, until);
      const bytes = encodeCheckpoint({ tensors: begun.tensors, perms: first.perms, progress: begun.result.progress });
      const read = parseCheckpoint(bytes);
      if (!read.ok) throw new Error(read.error);
      const second = await open(program, target);
      await second.restore(read.value.tensors);
      const rest = await run(program, second, Infinity, read.value.progress);
      expect(plain(rest.tensors)).toEqual(plain(whole.tensors));
      expect(figuresOf([...begun.reports, ...rest.reports])).toEqual(figuresOf(whole.reports));
    }
  });
});
