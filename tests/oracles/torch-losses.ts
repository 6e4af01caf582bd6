import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { relativeError } from "../specs/spec-testing.ts";
import { lossCases, lossInputs } from "../std/loss-cases.ts";
import { lossArrays, referenceLosses } from "../std/run-losses.ts";

const script = join("tests", "oracles", "torch_losses.py");

/** Compares the values and gradients of all losses with those of PyTorch and Keras; gives how many differ. */
export function compareLosses(python: string): number {
  const input = JSON.stringify({ inputs: lossInputs, cases: lossCases.map(({ peer, of }) => [peer, of]) });
  const run = spawnSync(python, ["-B", script], { encoding: "utf8", input });
  if (run.status !== 0) throw new Error(`${script} failed: ${run.stderr}`);
  const peers = JSON.parse(run.stdout) as readonly (readonly [number, readonly number[]] | null)[];
  const ours = referenceLosses()(lossArrays);
  const compared = lossCases.flatMap((it, at) => {
    const [peer, own] = [peers[at] ?? undefined, ours[at]];
    if (peer === undefined || own === undefined) return [];
    const [value, gradient] = peer;
    const errors = [
      relativeError([value], [own.value]),
      relativeError(gradient, own.gradient),
      relativeError([value], [it.value]),
    ];
    return [{ it, value, own, errors, fine: errors.every((error) => error <= 1e-6) }];
  });
  for (const { it, value, errors } of compared.filter(({ fine }) => !fine)) {
    console.log(
      `${it.call} by ${it.of}: ${String(value)} is the peer's; value, gradient, record off by ${errors.join(", ")}`,
    );
  }
  if (compared.length < lossCases.length) console.warn("SKIPPED: the losses that Keras alone has, which cannot be had");
  const fine = compared.filter((it) => it.fine).length;
  console.log(`losses with their gradients: ${String(fine)} of ${String(compared.length)} are PyTorch's or Keras'`);
  return compared.length - fine;
}
