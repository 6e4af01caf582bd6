import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { NdArray } from "../../src/ops/define/operator.ts";
import { computeCase, type CaseArray, type ComputedCase } from "./compute-case.ts";
import type { PeerCase } from "./peer-case.ts";
import { peerCases } from "./peer-cases.ts";
import { fingerprint, recordedCases, recordPath } from "./recorded-cases.ts";

const script = join("tests", "oracles", "torch_layers.py");

type Answer = readonly (readonly [shape: readonly number[], numbers: readonly number[]])[] | string | null;

/**
 * Compares layers and functions and their gradients with those of PyTorch and Keras; gives how many differ. `only` names
 * the one that is compared; `record` keeps what the suite compares with, where it has Keras too.
 */
export function compareLayers(python: string, only?: string, record = false): number {
  const cases = peerCases.filter(({ of }) => only === undefined || of === only);
  const computed = cases.map(computeCase);
  const request = cases.map(({ peer }, at) => {
    const own = computed[at];
    return {
      expression: peer,
      inputs: own?.inputs.map(written),
      weights: own?.weights.map(written),
      seeds: own?.seeds.map(written),
    };
  });
  const input = JSON.stringify(request);
  const run = spawnSync(python, ["-B", script], { encoding: "utf8", input, maxBuffer: 2 ** 28 });
  if (run.status !== 0) throw new Error(`${script} failed: ${run.stderr}`);
  const answers = JSON.parse(run.stdout) as readonly Answer[];
  const compared = cases.flatMap((it, at) => {
    const [answer, own] = [answers[at], computed[at]];
    return answer === null || answer === undefined || own === undefined
      ? []
      : [{ it, problems: problemsOf(it, answer, own) }];
  });
  const wrong = compared.filter(({ problems }) => problems.length > 0);
  for (const { it, problems } of wrong) {
    const inputs = Object.entries(it.inputs).map(([name, of]) => `${name}: ${typeof of === "string" ? of : of.type}`);
    console.log(`${it.body} (${inputs.join(", ")}) is not ${it.peer}: ${problems.join(", ")}`);
  }
  if (compared.length < cases.length) console.warn("SKIPPED: layers of Keras, which cannot be had");
  if (record && compared.length === peerCases.length) {
    const kept = cases.flatMap((it, at): readonly (readonly [string, number])[] => {
      const [key, answer] = [`${it.of}, ${it.from}`, answers[at]];
      if (recordedCases.get(key) !== it || answer === null || answer === undefined || typeof answer === "string")
        return [];
      return [[key, Number(fingerprint(answer.map(([, numbers]) => numbers)).toPrecision(7))]];
    });
    writeFileSync(
      recordPath,
      `${JSON.stringify(Object.fromEntries(kept.sort(([a], [b]) => (a < b ? -1 : 1))), undefined, 2)}\n`,
    );
  }
  const fine = compared.length - wrong.length;
  console.log(`layers with their gradients: ${String(fine)} of ${String(compared.length)} are PyTorch's or Keras'`);
  return wrong.length;
}

/** The largest difference, over the largest magnitude where that is above 1: some gradients are 0 but for noise. */
function errorOf(own: Float64Array, right: readonly number[]): number {
  const largest = right.reduce((most, it) => Math.max(most, Math.abs(it)), 1);
  return right.reduce((most, it, at) => Math.max(most, Math.abs(it - (own[at] ?? NaN)) / largest), 0);
}

const written = ({ name, array: { dtype, shape, data }, learned }: CaseArray): object => ({
  name,
  dtype,
  shape,
  // JSON has no words for what is no number.
  data: Array.from(data, (it) => (Number.isFinite(it) ? it : String(it))),
  learned,
});

function problemsOf(
  { from, tolerance = from === "Keras" ? 5e-6 : 1e-9 }: PeerCase,
  answer: NonNullable<Answer>,
  { results }: ComputedCase,
): readonly string[] {
  if (typeof answer === "string") return [answer];
  if (results.length !== answer.length) return [`${String(results.length)} results, not ${String(answer.length)}`];
  return answer.flatMap(([shape, numbers], at) => {
    const own: NdArray | undefined = results[at];
    if (own?.data.length !== numbers.length)
      return [`result ${at} is ${own?.shape.join(" x ")}, not ${shape.join(" x ")}`];
    const error = errorOf(own.data, numbers);
    return error <= tolerance ? [] : [`result ${String(at)} is off by ${String(error)}`];
  });
}
