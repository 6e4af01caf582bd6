import { type Figure } from "../../src/runtime/train/figures.ts";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { createOnnxTrainer } from "../../src/runtime/onnx/onnx-trainer.ts";
import { elementAt } from "../../src/support/element-at.ts";
import { trainerOf } from "../specs/spec-testing.ts";
import { casesProgram, measureCases, unevenEnds } from "../std/measure-cases.ts";
import { distanceOf, numbersOf } from "../std/figure-distance.ts";
import { metricCases } from "../std/metric-cases.ts";
import { metricColumns } from "../std/metric-columns.ts";

const script = join("tests", "oracles", "sklearn_metrics.py");

/** Compares the figures of all metrics, over uneven batches, with those of scikit-learn and Keras; gives how many differ. */
export async function compareMetrics(python: string): Promise<number> {
  const columns = Object.entries(metricColumns).flatMap(([name, it]) => [
    [name, it],
    ...(it.output === undefined ? [] : [[it.output, it]]),
  ]);
  const cases = metricCases.map(({ peer }) => peer);
  const input = JSON.stringify({ columns: Object.fromEntries(columns), cases });
  const run = spawnSync(python, ["-B", script], { encoding: "utf8", input });
  if (run.status !== 0) throw new Error(`${script} failed: ${run.stderr}`);
  const peers = JSON.parse(run.stdout) as readonly (Figure | null)[];
  const program = casesProgram();
  const trainer = trainerOf(await createOnnxTrainer(program, { totalSteps: 1, threads: 1 }));
  const figures = await measureCases(program, trainer, unevenEnds);
  await trainer.dispose();
  let compared = 0;
  let fine = 0;
  metricCases.forEach(({ call, value, sums }, at) => {
    const peer = peers[at] ?? undefined;
    if (peer === undefined) return;
    compared++;
    const bound = (sums === true ? 1e-6 : 1e-12) * Math.max(1, ...numbersOf(peer).map(Math.abs));
    const figure = elementAt(figures, at);
    if (distanceOf(figure, peer) <= bound && distanceOf(value, peer) <= bound) fine++;
    else {
      const [ours, theirs, record] = [figure, peer, value].map((it) => JSON.stringify(it));
      console.log(`${call}: ${String(ours)}, the peer's ${String(theirs)}, its record ${String(record)}`);
    }
  });
  if (compared < metricCases.length)
    console.warn(`SKIPPED: ${String(metricCases.length - compared)} metrics whose peer cannot be had`);
  console.log(`metrics over uneven batches: ${String(fine)} of ${String(compared)} are scikit-learn's or Keras'`);
  return compared - fine;
}
