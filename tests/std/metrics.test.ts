import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createOnnxTrainer } from "../../src/runtime/onnx/onnx-trainer.ts";
import { createTfjsTrainer } from "../../src/runtime/tfjs/tfjs-trainer.ts";
import type { Trainer } from "../../src/runtime/train/trainer.ts";
import { library } from "../../src/std/library.ts";
import { useBackend } from "../emit/tfjs/backends.ts";
import { trainerOf } from "../specs/spec-testing.ts";
import { casesProgram, measureCases, unevenEnds } from "./measure-cases.ts";
import { elementAt } from "../../src/support/element-at.ts";
import { distanceOf, numbersOf } from "./figure-distance.ts";
import { metricCases, undefinedCalls } from "./metric-cases.ts";
import { exampleCount } from "./metric-columns.ts";

const program = casesProgram();

describe("the library's metrics", () => {
  const trainers: Trainer[] = [];
  beforeAll(async () => {
    await useBackend("cpu");
    trainers.push(
      trainerOf(await createOnnxTrainer(program, { totalSteps: 1, threads: 1 })),
      trainerOf(await createTfjsTrainer(program, { totalSteps: 1, backend: "cpu" })),
    );
  }, 120_000);
  afterAll(async () => {
    for (const it of trainers) await it.dispose();
  });

  it.each([[unevenEnds], [[exampleCount]]])(
    "have the figures of scikit-learn and Keras, on both runtimes, in batches that end at %j",
    async (ends) => {
      for (const trainer of trainers) {
        const found = await measureCases(program, trainer, ends);
        expect(found.length).toBe(metricCases.length + undefinedCalls.length);
        for (const [at, { call, value, sums }] of metricCases.entries()) {
          const bound = (sums === true ? 1e-6 : 1e-12) * Math.max(1, ...numbersOf(value).map(Math.abs));
          expect(distanceOf(elementAt(found, at), value), call).toBeLessThanOrEqual(bound);
        }
        expect(found.slice(metricCases.length)).toEqual(undefinedCalls.map(() => NaN));
      }
    },
  );

  it("have all a case", () => {
    const metrics = library.names.filter((it) => library.find(it)?.declaration.flavor === "metric");
    const tried = metricCases.map(({ call }) => call.slice(0, call.indexOf("(")));
    expect(metrics.filter((it) => !tried.includes(it))).toEqual([]);
  });
});
