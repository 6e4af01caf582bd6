import { describe, expect, it } from "vitest";
import { resolveGradients } from "../../src/autodiff/resolve-gradients.ts";
import { writeGradients } from "../../src/autodiff/write-gradients.ts";
import { interpretGraph } from "../../src/graph/interpret.ts";
import type { Graph, Module, Variable } from "../../src/ir/graph.ts";
import { entryOf, variablesOf } from "../../src/graph/parameters-of.ts";
import { nodesWithin } from "../../src/ir/visit.ts";
import type { NdArray } from "../../src/ops/define/operator.ts";
import { expandComposites } from "../../src/passes/expand-composites.ts";
import { flatten, type FlattenOptions } from "../../src/passes/flatten.ts";
import { elementAt } from "../../src/support/element-at.ts";
import { required } from "../../src/support/fault.ts";
import { lower } from "../lower/checking.ts";
import { textOfWay, ways } from "../lower/gradient-ways.ts";
import { inputsFor } from "./gradient-testing.ts";

/** The module with the gradients of its functions written out in them, as TypeScript has them. */
function written(module: Module): Module {
  const functions = [...module.functions].map(
    ([key, func]) => [key, writeGradients(func, module.functions, module.facts)] as const,
  );
  const made = new Map(functions);
  const entry = entryOf(module);
  const { parameters, states } = variablesOf(module.functions, entry);
  const owned = (of: ReadonlyMap<string, Variable>): readonly Variable[] =>
    [...of].map(([path, variable]) => ({ ...variable, path }));
  // What was applied is written out in the model, which names all that belongs to it.
  const whole = { ...required(made.get(module.entry), "entry"), parameters: owned(parameters), states: owned(states) };
  return { ...module, functions: made.set(module.entry, whole) };
}

const whole = (graph: Graph): Graph => expandComposites(graph, () => false);

function gradientsIn(module: Module): number {
  const nodes = [...module.functions.values()].flatMap((it) => [...nodesWithin(it.body.nodes)]);
  return nodes.filter(({ kind }) => kind === "gradient").length;
}

/** What a graph gives for inputs that its names decide; averages that are kept begin at 1. */
function results(graph: Graph): readonly NdArray[] {
  const states = new Set(graph.inputs.flatMap(({ role, name }) => (role === "state" ? [name] : [])));
  const ones = (it: NdArray): NdArray => ({ ...it, data: it.data.map(() => 1) });
  const inputs = [...inputsFor(graph)].map(([name, it]) => [name, states.has(name) ? ones(it) : it] as const);
  const found = interpretGraph(graph, new Map(inputs));
  return graph.outputs.flatMap(({ name, role }) => (role === "output" ? (found.get(name) ?? []) : []));
}

const wanted: Readonly<Record<string, string>> = {
  "of the sum": "gradient(y, x)",
  "beside what it is of": "gradient(y, x) * sum(y) + x",
  "of a norm of the gradient": "gradient(sum(square(gradient(y, x))), x)",
};
const once: ReadonlySet<string> = new Set(["reductions", "a recurrent layer"]);

describe.each(Object.entries(wanted))("a gradient that is written out, %s", (what, result) => {
  const through = Object.entries(ways).filter(([name]) => !(what === "of a norm of the gradient" && once.has(name)));
  it.each(through)("is the one of flat graphs through %s, in both modes", (_, way) => {
    const type = /x: (f32\[[^\]]*\])/.exec(way.inputs)?.[1] ?? "";
    const module = lower(textOfWay(way, result, type), "M");
    const other = written(module);
    expect(gradientsIn(module)).toBeGreaterThan(0);
    expect(gradientsIn(other)).toBe(0);
    for (const mode of ["inference", "training"] satisfies FlattenOptions["mode"][]) {
      const expected = results(whole(resolveGradients(flatten(module, { mode }))));
      const found = results(whole(flatten(other, { mode })));
      expect(found.map(({ shape }) => shape)).toEqual(expected.map(({ shape }) => shape));
      expected.forEach(({ data }, at) => {
        data.forEach((value, i) => {
          expect(elementAt(elementAt(found, at).data, i)).toBeCloseTo(value, 10);
        });
      });
    }
  });
});

it("leaves a function without gradients as it is", () => {
  const module = lower("model M: (x: f32[2]) -> y: f32[2] {\n  x * 2\n}\n", "M");
  const [func] = module.functions.values();
  expect(func && writeGradients(func, module.functions, module.facts)).toBe(func);
});
