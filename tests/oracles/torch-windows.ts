import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { differentiate } from "../../src/autodiff/differentiate.ts";
import { createBuilder } from "../../src/graph/create-builder.ts";
import { interpretGraph } from "../../src/graph/interpret.ts";
import { fillArray } from "../../src/ops/define/nd-array.ts";
import type { NdArray } from "../../src/ops/define/operator.ts";
import { literalShape } from "../../src/ops/define/shape-rules.ts";
import type { Graph } from "../../src/ir/graph.ts";
import { expandComposites, keepOwnGradients } from "../../src/passes/expand-composites.ts";
import { flatten } from "../../src/passes/flatten.ts";
import { required } from "../../src/support/fault.ts";
import { checkFile, lower } from "../lower/checking.ts";
import { relativeError } from "../specs/spec-testing.ts";
import { windowCases, type WindowCase } from "./window-cases.ts";

const script = join("tests", "oracles", "torch_windows.py");

type Answer = readonly [readonly number[], ...(readonly (readonly number[])[])] | null;

/** What the reference makes of a case in f64, and what it was given: both targets are held to it by the suite. */
interface Computed {
  readonly results: readonly NdArray[];
  readonly arrays: Readonly<Record<string, NdArray>>;
}

/** Compares convolutions, pools and their gradients with those of PyTorch and Keras; gives how many differ. */
export function compareWindows(python: string): number {
  const computed = windowCases.map(compute);
  const request = windowCases.map(({ peer, isLayer }, at) => ({
    expression: peer,
    layer: isLayer,
    arrays: Object.fromEntries(
      Object.entries(computed[at]?.arrays ?? {}).map(([name, { shape, data }]) => [name, { shape, data: [...data] }]),
    ),
  }));
  const run = spawnSync(python, ["-B", script], {
    encoding: "utf8",
    input: JSON.stringify(request),
    maxBuffer: 2 ** 28,
  });
  if (run.status !== 0) throw new Error(`${script} failed: ${run.stderr}`);
  const answers = JSON.parse(run.stdout) as readonly Answer[];
  let wrong = 0;
  let compared = 0;
  windowCases.forEach((it, at) => {
    const [answer, own] = [answers[at], computed[at]];
    if (answer === null || answer === undefined || own === undefined) return;
    compared++;
    // Keras computes some layers in f32.
    const problems = problemsOf(answer, own.results, it.isLayer ? 1e-6 : 1e-9);
    if (problems.length === 0) return;
    wrong++;
    console.log(`${it.call} on ${it.x.join(" x ")} is not ${it.peer}: ${problems.join(", ")}`);
  });
  if (compared < windowCases.length) console.warn("SKIPPED: layers of Keras, which cannot be had");
  console.log(
    `windows with their gradients: ${String(compared - wrong)} of ${String(compared)} are PyTorch's or Keras'`,
  );
  return wrong;
}

function problemsOf(
  [shape, ...values]: NonNullable<Answer>,
  results: readonly NdArray[],
  tolerance: number,
): readonly string[] {
  if (results.length !== values.length) return [`${String(results.length)} results, not ${String(values.length)}`];
  const own = results[0]?.shape ?? [];
  if (own.join() !== shape.join()) return [`shape ${own.join(" x ")}, not ${shape.join(" x ")}`];
  return values.flatMap((right, at) => {
    const error = relativeError([...(results[at]?.data ?? [])], right);
    const what = at === 0 ? "value" : `gradient ${String(at)}`;
    return error <= tolerance ? [] : [`${what} is off by ${String(error)}`];
  });
}

/** Computes a case, with the gradients of a sum of its result by `x`, and by its kernel or the layer's parameters. */
function compute(it: WindowCase): Computed {
  const shape = (sizes: readonly number[]): string => `f32[${sizes.join(", ")}]`;
  const inputs = [`x: ${shape(it.x)}`, ...(it.kernel === undefined ? [] : [`k: ${shape(it.kernel)}`])];
  const result = it.isLayer ? `x -> ${it.call}` : it.call;
  const text = `block M: (${inputs.join(", ")}) {\n  ${result}\n}\n`;
  const found = checkFile(text).find(({ severity }) => severity === "error");
  if (found !== undefined) throw new Error(`${it.call}: ${found.message}`);
  const graph = expandComposites(flatten(lower(text, "M"), { mode: "inference" }), keepOwnGradients);
  const y = required(graph.outputs[0], "result").value;
  const b = createBuilder({ firstId: graph.nextId, facts: graph.facts });
  const seed = b.value(y.type, "seed");
  const wanted = graph.inputs.map(({ value }) => value);
  const { nodes, gradients } = differentiate(b, graph.nodes, [{ value: y, gradient: seed }], wanted);
  const all: Graph = {
    ...graph,
    inputs: [...graph.inputs, { name: "seed", role: "feature", value: seed }],
    nodes: [...nodes, ...b.nodes],
    outputs: [y, ...gradients].map((value, at) => ({
      name: `${at}`,
      role: "output",
      value: required(value, "gradient"),
    })),
    nextId: b.nextId,
  };
  const arrays = new Map(
    all.inputs.map(({ name, value: { type } }): [string, NdArray] => {
      const concrete = { dtype: type.dtype, shape: required(literalShape(type.shape), "shape") };
      return [name, fillArray(concrete, (at) => Math.sin(1 + at * 1.7 + name.length))];
    }),
  );
  return { results: [...interpretGraph(all, arrays).values()], arrays: Object.fromEntries(arrays) };
}
