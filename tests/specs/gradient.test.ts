import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { phaseAt } from "../../src/runtime/train/train-loop.ts";
import { gradientPrograms } from "./gradient-programs.ts";
import { loadData, relativeNorm, weightVector } from "./spec-testing.ts";
import { pairsText } from "./step-programs.ts";
import { trainerOpener } from "./open-trainers.ts";

const folder = mkdtempSync(join(tmpdir(), "modelc-gradients-"));
const file = join(folder, "pairs.csv");
writeFileSync(file, pairsText());
const open = trainerOpener();
afterAll(() => rmSync(folder, { recursive: true }));

describe("a training with gradients in it", () => {
  it.each(Object.entries(gradientPrograms))("takes the same steps on both runtimes: %s", async (_, made) => {
    const program = made();
    const [onnx, tfjs] = [await open(program, "ONNX Runtime"), await open(program, "TensorFlow.js")];
    const { train } = (await loadData(program, "test.model", file)).splits;
    const start = weightVector(await onnx.snapshot());
    for (let at = 0; at < 6; at++) {
      const raw = await train.gather([0, 1, 2, 3].map((it) => (it + 3 * at) % train.count));
      const [ours, theirs] = [await onnx.prepare(raw), await tfjs.prepare(raw)];
      for (const step of program.steps.filter(({ every }) => at % every === 0)) {
        // From the same weights: small differences grow in a training.
        await tfjs.restore(await onnx.snapshot());
        const which = { phase: phaseAt(program, at, 6), step };
        const [a, b] = [await onnx.step(ours, at, which), await tfjs.step(theirs, at, which)];
        expect(Math.abs(a.loss - b.loss)).toBeLessThan(1e-5 * Math.max(1, Math.abs(a.loss)));
        const [mine, other] = [weightVector(await onnx.snapshot()), weightVector(await tfjs.snapshot())];
        expect(relativeNorm(mine, other)).toBeLessThan(1e-4);
      }
    }
    expect(relativeNorm(start, weightVector(await onnx.snapshot()))).toBeGreaterThan(1e-4);
    const raw = await train.gather([0, 1, 2, 3]);
    const [a, b] = [await onnx.evaluate(await onnx.prepare(raw)), await tfjs.evaluate(await tfjs.prepare(raw))];
    expect(a.losses).toHaveLength(program.steps.length);
    a.losses.forEach((loss = NaN, index) => {
      expect(Math.abs(loss - (b.losses[index] ?? NaN))).toBeLessThan(1e-4 * Math.max(1, Math.abs(loss)));
    });
  });
});
