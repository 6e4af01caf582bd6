import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { kinkCases } from "../specs/kink-cases.ts";

// Programs run bundled, from another folder: paths are those of the repository, which npm runs scripts in.
const script = join("tests", "oracles", "torch_kinks.py");

/** Asks PyTorch for the slope at every kink; prints those that differ from the ones kept to, and gives their number. */
export function compareKinks(python: string): number {
  const cases = kinkCases.map(({ torch, value }) => [torch, value]);
  const run = spawnSync(python, ["-B", script, JSON.stringify(cases)], { encoding: "utf8" });
  if (run.status !== 0) throw new Error(`${script} failed: ${run.stderr}`);
  const slopes = JSON.parse(run.stdout) as readonly (readonly number[])[];
  const wrong = kinkCases.filter(({ slopes: kept }, at) => {
    const found = slopes[at];
    return found?.length !== 2 || !found.every((it, place) => Math.abs(it - (kept[place] ?? NaN)) <= 1e-6);
  });
  for (const { expression, value, slopes: kept } of wrong) {
    const found = slopes[kinkCases.findIndex((it) => it.expression === expression && it.value === value)];
    console.log(`${expression} at ${String(value)}: PyTorch has ${String(found)}, modelc ${String(kept)}`);
  }
  console.log(
    `slopes at kinks and ties: ${String(cases.length - wrong.length)} of ${String(cases.length)} are PyTorch's`,
  );
  return wrong.length;
}
