import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { buildGradientGraph } from "../../src/autodiff/build-training-step.ts";
import { interpretGraph } from "../../src/graph/interpret.ts";
import { referenceTarget } from "../../src/passes/pipeline.ts";
import { inputsFor } from "../autodiff/gradient-testing.ts";
import { penaltyText, programOfText } from "../specs/gradient-programs.ts";
import { relativeError } from "../specs/spec-testing.ts";

const script = join("tests", "oracles", "torch_penalty.py");

/** Compares WGAN-GP's loss and its gradients, second derivatives in them, with PyTorch's; gives how many differ. */
export function comparePenalty(python: string): number {
  const graph = buildGradientGraph(programOfText(penaltyText), referenceTarget);
  const inputs = inputsFor(graph, { B: 3 });
  const results = interpretGraph(graph, inputs);
  const given = [...inputs].map(([name, { shape, data }]) => [name, { shape, data: [...data] }]);
  const input = JSON.stringify(Object.fromEntries(given));
  const run = spawnSync(python, ["-B", script], { encoding: "utf8", input });
  if (run.status !== 0) throw new Error(`${script} failed: ${run.stderr}`);
  const peer = JSON.parse(run.stdout) as {
    readonly loss: number;
    readonly gradients: Readonly<Record<string, readonly number[]>>;
  };
  const figures = [["loss", [peer.loss]] as const, ...Object.entries(peer.gradients)].map(([name, theirs]) => {
    const ours = results.get(name === "loss" ? name : `grad/${name}`)?.data ?? [];
    return { name, error: relativeError(theirs, ours) };
  });
  const wrong = figures.filter(({ error }) => !(error <= 1e-6));
  for (const { name, error } of wrong) console.log(`${name} of WGAN-GP: off by ${String(error)}`);
  const fine = figures.length - wrong.length;
  console.log(`loss and gradients of WGAN-GP: ${String(fine)} of ${String(figures.length)} are PyTorch's`);
  return wrong.length;
}
