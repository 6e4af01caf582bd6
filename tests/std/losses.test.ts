import { beforeAll, describe, expect, it } from "vitest";
import { library } from "../../src/std/library.ts";
import { useBackend } from "../emit/tfjs/backends.ts";
import { runText } from "../lower/run-text.ts";
import { relativeError } from "../specs/spec-testing.ts";
import { lossCases, lossInputs } from "./loss-cases.ts";
import { lossArrays, lossRuns, lossText, referenceLosses, type LossRun } from "./run-losses.ts";

const compute = referenceLosses();
const reference = compute(lossArrays);

describe("the library's losses", () => {
  const onTargets = new Map<string, readonly LossRun[]>();
  beforeAll(async () => {
    await useBackend("cpu");
    const run = await runText(lossText(), (name, it) => lossArrays.get(name) ?? it);
    for (const [target, results] of Object.entries(run?.runtimes ?? {})) onTargets.set(target, lossRuns(results));
  }, 120_000);

  it.each(lossCases.map(({ call, value }, at) => [call, value, at] as const))("%s is %s", (_, value, at) => {
    expect(relativeError([value], [reference[at]?.value ?? NaN])).toBeLessThan(1e-6);
  });

  it.each(["ONNX Runtime", "TensorFlow.js"])("are the same on %s, with their gradients", (target) => {
    const runs = onTargets.get(target);
    for (const [at, { call }] of lossCases.entries()) {
      expect(relativeError([reference[at]?.value ?? NaN], [runs?.[at]?.value ?? NaN]), call).toBeLessThan(1e-5);
      expect(relativeError(reference[at]?.gradient ?? [NaN], runs?.[at]?.gradient ?? []), call).toBeLessThan(1e-5);
    }
  });

  it.each([...new Set(lossCases.map((it) => it.of))])("have the slope of finite differences along %s", (name) => {
    const along = lossInputs[name]?.data.map((_, at) => Math.cos(3 + 5 * at)) ?? [];
    const moved = (by: number): readonly LossRun[] => {
      const it = lossArrays.get(name);
      if (it === undefined) throw new Error(`no input is called ${name}`);
      const data = it.data.map((value, at) => value + by * (along[at] ?? 0));
      return compute(new Map([...lossArrays, [name, { ...it, data }]]));
    };
    const [before, after] = [moved(-1e-6), moved(1e-6)];
    for (const [at, { call, of }] of lossCases.entries()) {
      if (of !== name) continue;
      const slope = ((after[at]?.value ?? NaN) - (before[at]?.value ?? NaN)) / 2e-6;
      const own = reference[at]?.gradient.reduce((sum, it, index) => sum + it * (along[index] ?? 0), 0) ?? NaN;
      expect(Math.abs(slope - own), call).toBeLessThan(1e-6 * Math.max(1, Math.abs(slope)));
    }
  });

  it("have all a row here", () => {
    const text = lossCases.map((it) => it.call).join(" ");
    const losses = library.names.filter((it) => library.find(it)?.file.source.path === "std/losses.model");
    expect(losses.filter((it) => library.offered().includes(it) && !text.includes(`${it}(`))).toEqual([]);
  });
});
