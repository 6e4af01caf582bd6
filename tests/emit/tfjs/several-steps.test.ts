import { numberIn } from "../../../src/runtime/train/figures.ts";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as tf from "@tensorflow/tfjs";
import ts from "typescript";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { emitTfjs } from "../../../src/emit/tfjs/emit-tfjs.ts";
import type { TrainProgram } from "../../../src/ir/program.ts";
import { createTfjsTrainer } from "../../../src/runtime/tfjs/tfjs-trainer.ts";
import { toNumbers } from "../../../src/runtime/onnx/typed-array.ts";
import type { Tensors } from "../../../src/runtime/tensor.ts";
import { parseCheckpoint } from "../../../src/runtime/train/checkpoint.ts";
import { runTraining, type EpochReport } from "../../../src/runtime/train/train-loop.ts";
import { loadData, trainerOf } from "../../specs/spec-testing.ts";
import {
  followingProgram,
  ganProgram,
  labelledProgram,
  pairsText,
  restingProgram,
  thawingProgram,
} from "../../specs/step-programs.ts";
import { useBackend } from "./backends.ts";
import { typeErrors } from "./type-errors.ts";
import { importEmitted, writeEmitted } from "./load-emitted.ts";

type Batch = Readonly<Record<string, tf.Tensor>>;
type Figures = Readonly<Record<string, number>>;

interface Model {
  step: number;
  phase?: number;
}

interface Options {
  readonly validation?: Batch;
  readonly shouldStop?: () => boolean;
}

interface Emitted {
  readonly create: () => Model;
  readonly trainStep: (model: Model, batch: Batch) => Promise<Figures>;
  readonly fit: (
    model: Model,
    data: Batch,
    options?: Options,
  ) => Promise<{ readonly train: Figures; readonly validation?: Figures }[]>;
  readonly save: (model: Model) => Promise<Uint8Array>;
  readonly load: (bytes: Uint8Array) => Model;
}

/** What the file of a training in two steps has besides. */
interface EmittedGan extends Emitted {
  readonly trainCriticStep: (model: Model, batch: Batch) => Promise<number>;
  readonly trainGeneratorStep: (model: Model, batch: Batch) => Promise<number>;
}

const programs: Readonly<Record<string, TrainProgram>> = {
  Gan: ganProgram({ dropout: 0.25, rate: "cosine(0.05, total=15)" }),
  Net: thawingProgram(),
  Labelled: labelledProgram(),
  Twin: followingProgram(),
  Resting: restingProgram(),
};
const folder = mkdtempSync(join(tmpdir(), "modelc-emitted-steps-"));
writeFileSync(join(folder, "pairs.csv"), pairsText());
const texts = new Map<string, string>();
beforeAll(async () => {
  await useBackend("cpu");
  for (const [name, program] of Object.entries(programs))
    texts.set(name, await emitTfjs({ module: program.model, train: program, name }));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

function programOf(name: string): TrainProgram {
  const program = programs[name];
  if (program === undefined) throw new Error(name);
  return program;
}

const datasetOf = (name: string) => loadData(programOf(name), "test.model", join(folder, "pairs.csv"));

/** The features of the examples of a split. */
async function batchOf(name: string, split: "train" | "validate"): Promise<Batch> {
  const trainer = trainerOf(await createTfjsTrainer(programOf(name), { totalSteps: 15, backend: "cpu" }));
  const { count, gather } = (await datasetOf(name)).splits[split];
  const features = await trainer.prepare(await gather(Int32Array.from({ length: count }, (_, i) => i)));
  await trainer.dispose();
  return Object.fromEntries(
    [...features].map(([key, it]) => [
      key,
      tf.tensor([...toNumbers(it)], [...it.shape], it.dtype === "i32" ? "int32" : "float32"),
    ]),
  );
}

const held = async (bytes: Promise<Uint8Array>): Promise<Tensors> => {
  const read = parseCheckpoint(await bytes);
  if (!read.ok) throw new Error(read.error);
  return read.value.tensors;
};
const plain = (tensors: Tensors): unknown =>
  [...tensors].map(([name, it]) => [name, [...toNumbers(it)]]).sort(([a], [b]) => (String(a) < String(b) ? -1 : 1));

describe.each(["Gan", "Net", "Labelled", "Twin", "Resting"])("the file of %s", (name) => {
  const emitted = <M extends Emitted = Emitted>(): Promise<M> => importEmitted<M>(name, texts.get(name) ?? "", "steps");

  it("passes the strict type checker", () => {
    const path = writeEmitted(name, texts.get(name) ?? "", "steps");
    const options: ts.CompilerOptions = {
      strict: true,
      noEmit: true,
      noUnusedLocals: true,
      noUnusedParameters: true,
      target: ts.ScriptTarget.ES2022,
      module: ts.ModuleKind.ES2022,
      moduleResolution: ts.ModuleResolutionKind.Bundler,
      skipLibCheck: true,
      types: [],
      lib: ["lib.es2022.d.ts", "lib.dom.d.ts"],
    };
    const found = ts.getPreEmitDiagnostics(ts.createProgram([path], options));
    expect(found.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, " "))).toEqual([]);
  });

  it("fits as the training loop trains", async () => {
    const program = programOf(name);
    const trainer = trainerOf(await createTfjsTrainer(program, { totalSteps: 15, backend: "cpu" }));
    const reports: EpochReport[] = [];
    await runTraining({
      program,
      dataset: await datasetOf(name),
      trainer,
      now: () => 0,
      onEpoch: (it) => void reports.push(it),
    });
    const module = await emitted();
    const model = module.create();
    const made = await module.fit(model, await batchOf(name, "train"), { validation: await batchOf(name, "validate") });
    expect(made).toHaveLength(3);
    made.forEach(({ train, validation }, at) => {
      const report = reports[at];
      for (const [ours, theirs] of [
        [train, report?.train],
        [validation, report?.validate],
      ] as const) {
        expect(Object.keys(ours ?? {})).toEqual([...(theirs?.keys() ?? [])]);
        for (const [key, value] of Object.entries(ours ?? {}))
          expect(value).toBeCloseTo(theirs === undefined ? NaN : numberIn(theirs, key), 5);
      }
    });
    expect(plain(await held(module.save(model)))).toEqual(plain(await trainer.snapshot()));
    await trainer.dispose();
  }, 60_000);

  it("goes on from a saved file as if it had never stopped", async () => {
    const module = await emitted();
    const [data, validation] = [await batchOf(name, "train"), await batchOf(name, "validate")];
    const whole = module.create();
    await module.fit(whole, data, { validation });
    for (const until of [2, 7]) {
      const model = module.create();
      await module.fit(model, data, { validation, shouldStop: () => model.step === until });
      expect(model.step).toBe(until);
      const other = module.load(await module.save(model));
      await module.fit(other, data, { validation });
      expect(plain(await held(module.save(other)))).toEqual(plain(await held(module.save(whole))));
    }
  }, 60_000);
});

describe("the steps of a file", () => {
  it("may be called as anything else in it", async () => {
    const words = [
      "data",
      "batch",
      "model",
      "new",
      "tf",
      "taken_step",
      "examples_in",
      "a_b",
      "aB",
      "Slot",
      "optimizers",
    ];
    const files = new Map<string, string>();
    for (const [at, word] of words.entries()) {
      const { steps, ...program } = programOf("Labelled");
      const [bottom, top] = steps;
      const named = {
        ...program,
        steps: [
          { ...bottom, name: word },
          { ...bottom, ...top, name: words[at - 1] ?? "top" },
        ],
      } as const;
      files.set(`step-${at}`, await emitTfjs({ module: program.model, train: named, name: "Labelled" }));
    }
    expect(typeErrors(files, "step-names")).toEqual([]);
  }, 120_000);

  it("may be one alone, with a name", async () => {
    const files = new Map<string, string>();
    for (const named of ["Gan", "Net"] as const) {
      const program = programOf(named);
      const only = { ...program, steps: [{ ...program.steps[0], name: "optimizer" }] } as const;
      files.set(named.toLowerCase(), await emitTfjs({ module: program.model, train: only, name: named }));
    }
    expect(typeErrors(files, "one-step")).toEqual([]);
  }, 60_000);

  it("are taken one by one as together", async () => {
    const module = await importEmitted<EmittedGan>("Gan", texts.get("Gan") ?? "", "steps");
    const batch = await batchOf("Gan", "validate");
    const [together, apart] = [module.create(), module.create()];
    for (let step = 0; step < 4; step++) {
      const figures = await module.trainStep(together, batch);
      const critic = await module.trainCriticStep(apart, batch);
      expect(figures["critic.loss"]).toBe(critic);
      if (step % 3 === 0)
        expect(figures["generator.loss"]).toBeCloseTo(await module.trainGeneratorStep(apart, batch), 6);
      else expect(figures["generator.loss"]).toBeNaN();
      apart.step += 1;
    }
    expect(plain(await held(module.save(apart)))).toEqual(plain(await held(module.save(together))));
  });

  it("change what learns in the phase that a model is in", async () => {
    const module = await importEmitted<Emitted>("Net", texts.get("Net") ?? "", "steps");
    const batch = await batchOf("Net", "validate");
    const model = module.create();
    const trunk = async (): Promise<unknown> =>
      plain(new Map([...(await held(module.save(model)))].filter(([path]) => path.startsWith("hidden."))));
    const first = await trunk();
    await module.trainStep(model, batch);
    expect(await trunk()).toEqual(first);
    model.phase = 1;
    await module.trainStep(model, batch);
    expect(await trunk()).not.toEqual(first);
  });
});
