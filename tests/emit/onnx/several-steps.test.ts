import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Tensor as OrtTensor } from "onnxruntime-node";
import { afterAll, describe, expect, it } from "vitest";
import { createCollector } from "../../../src/diagnostics/collector.ts";
import { buildOnnx } from "../../../src/emit/onnx/build-onnx.ts";
import type { Manifest } from "../../../src/emit/onnx/manifest.ts";
import type { TrainProgram } from "../../../src/ir/program.ts";
import { createOnnxTrainer } from "../../../src/runtime/onnx/onnx-trainer.ts";
import { toNumbers } from "../../../src/runtime/onnx/typed-array.ts";
import type { Tensors } from "../../../src/runtime/tensor.ts";
import { createFigureSum, numberIn } from "../../../src/runtime/train/figures.ts";
import { phaseAt } from "../../../src/runtime/train/train-loop.ts";
import { ganProgram, pairsText, thawingProgram } from "../../specs/step-programs.ts";
import { loadData, trainerOf } from "../../specs/spec-testing.ts";
import { validate } from "./json-schema.ts";

const folder = mkdtempSync(join(tmpdir(), "modelc-built-steps-"));
writeFileSync(join(folder, "pairs.csv"), pairsText());
afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** Builds a program into the folder; gives the names of its files and its manifest. */
function build(program: TrainProgram, name: string, split = false) {
  const collector = createCollector();
  const span = { file: { path: "test.model", text: "" }, start: 0, end: 0 };
  const built = buildOnnx({ module: program.model, train: program, name, version: "0", collector, span, split });
  if (built === undefined) throw new Error("nothing was built");
  for (const [path, content] of built.files) writeFileSync(join(folder, path), content);
  const text = built.files.get(`${name}.manifest.json`);
  const manifest = JSON.parse(typeof text === "string" ? text : "") as Manifest;
  expect(validate(JSON.parse(JSON.stringify(manifest)))).toEqual([]);
  return { files: [...built.files.keys()].sort(), manifest };
}

const gan = ganProgram({ dropout: 0.25, rate: "0.05" });
const thawing = thawingProgram();

/** What driver.mjs exports. */
interface Driver {
  readonly train: (
    stem: string,
    batches: (epoch: number) => readonly Readonly<Record<string, OrtTensor>>[],
    options: { readonly epochs: number },
  ) => Promise<{ readonly losses: readonly number[]; readonly weights: Readonly<Record<string, OrtTensor>> }>;
  readonly evaluate: (
    stem: string,
    weights: Readonly<Record<string, OrtTensor>>,
    batches: () => readonly Readonly<Record<string, OrtTensor>>[],
  ) => Promise<Readonly<Record<string, number>>>;
}

describe("the files of several steps", () => {
  it("are a graph for each, named in the manifest", () => {
    const { files, manifest } = build(gan, "Gan", true);
    expect(files).toEqual(
      ["apply.critic", "apply.generator", "eval", "grad.critic", "grad.generator", "init"]
        .concat(["metrics", "prep", "train.critic", "train.generator"])
        .map((it) => `Gan.${it}.onnx`)
        .concat("Gan.manifest.json", "Gan.onnx", "Gan.safetensors")
        .sort(),
    );
    expect(manifest.training).toMatchObject({
      run: [
        { name: "critic", every: 1, loss: "loss/critic", graphs: ["train.critic"] },
        { name: "generator", every: 3, loss: "loss/generator", graphs: ["train.generator"] },
      ],
    });
    expect(manifest.training).not.toHaveProperty("loss");
    expect(manifest.training).not.toHaveProperty("phases");
    const { "train.critic": critic, "train.generator": generator, eval: evaluation } = manifest.graphs;
    const kept = (graph: typeof critic): readonly string[] => Object.values(graph?.carry ?? {});
    expect(kept(critic).every((it) => /^(param|state|opt\/critic_square)\/critic\./.test(it))).toBe(true);
    expect(kept(generator).every((it) => /^(param|state|opt\/generator_[mv])\/generator\./.test(it))).toBe(true);
    expect(kept(critic)).toContain("state/critic.norm.mean");
    const outputs = (graph: typeof critic): readonly string[] =>
      (graph?.outputs ?? []).map(({ name }) => name).filter((it) => /^(loss|metric)/.test(it));
    const metric = ["metric/mean_absolute_error/sum", "metric/mean_absolute_error/count"];
    expect(outputs(critic)).toEqual(["loss/critic", ...metric]);
    expect(outputs(generator)).toEqual(["loss/generator"]);
    expect(outputs(evaluation)).toEqual(["loss/critic", ...metric, "loss/generator"]);
  });

  it("are a graph for each phase, with when it holds", () => {
    const { files, manifest } = build(thawing, "Net");
    expect(files.filter((it) => it.includes("train"))).toEqual(["Net.train.phase0.onnx", "Net.train.phase1.onnx"]);
    expect(manifest.training).toMatchObject({
      loss: "loss",
      run: [{ every: 1, loss: "loss", graphs: ["train.phase0", "train.phase1"] }],
      phases: [
        { from: { steps: 0 }, frozen: ["hidden.**", "norm.**"] },
        { from: { epochs: 1 }, frozen: [] },
      ],
    });
    const paths = [0, 1].map((phase) => Object.values(manifest.graphs[`train.phase${phase}`]?.carry ?? {}));
    expect(paths[0]?.filter((it) => /hidden|norm/.test(it))).toEqual([]);
    expect(paths[1]).toContain("opt/m/hidden.kernel");
    expect(paths[1]).toContain("state/norm.mean");
  });

  it.each([
    ["Gan", gan],
    ["Net", thawing],
  ] as const)("of %s are trained by the driver as by the trainer", async (name, program) => {
    build(program, name);
    const trainer = trainerOf(await createOnnxTrainer(program, { totalSteps: 6, threads: 1 }));
    const { train } = (await loadData(program, "test.model", join(folder, "pairs.csv"))).splits;
    const prepared: Tensors[] = [];
    for (let at = 0; at < 3; at++)
      prepared.push(await trainer.prepare(await train.gather([at, at + 3, at + 6, at + 9])));
    const losses: number[] = [];
    for (let at = 0; at < 6; at++) {
      const phase = phaseAt(program, at, 3);
      for (const step of program.steps.filter(({ every }) => at % every === 0)) {
        losses.push((await trainer.step(prepared[at % 3] ?? new Map(), at, { step, phase })).loss);
      }
    }
    const driver = (await import("../../../docs/driver.mjs" as string)) as Driver;
    const batches = prepared.map((features) =>
      Object.fromEntries(
        [...features].map(([key, it]) => [
          key,
          new OrtTensor("float32", Float32Array.from(toNumbers(it)), [...it.shape]),
        ]),
      ),
    );
    const driven = await driver.train(join(folder, name), () => batches, { epochs: 2 });
    expect(driven.losses).toEqual(losses);
    const kept = [...(await trainer.snapshot())].filter(([key]) => key.startsWith("opt/"));
    expect(kept.length).toBeGreaterThan(0);
    for (const [key, tensor] of kept)
      expect([...toNumbers(tensor)], key).toEqual([...(driven.weights[key]?.data ?? [])]);
    const found = await driver.evaluate(join(folder, name), driven.weights, () => batches);
    const sums = createFigureSum(program);
    for (const features of prepared) sums.add(await trainer.evaluate(features), 4);
    expect(Object.keys(found)).toEqual([...sums.figures().keys()]);
    for (const key of sums.figures().keys()) expect(found[key]).toBeCloseTo(numberIn(sums.figures(), key), 6);
    await trainer.dispose();
  });
});
