import { describe, expect, it } from "vitest";
import { constant, variable } from "../../src/dims/dim.ts";
import { assume, equal, noFacts } from "../../src/dims/facts.ts";
import type { Func, Graph, Module, Node } from "../../src/ir/graph.ts";
import { parseGraph } from "../../src/ir/parse-graph.ts";
import { allOperators } from "../../src/ops/registry.ts";
import { verifyGraph, verifyModule } from "../../src/graph/verify.ts";
import { sampleModule } from "../ir/sample-module.ts";
import { gradientGraphOfSample, graphOfSample, isDifferentiable } from "../ops/sample-graphs.ts";

function graphOf(...lines: readonly string[]): Graph {
  const parsed = parseGraph(`graph "g" inference next 100 {\n${lines.join("\n")}\n}`);
  if (!parsed.ok) throw new Error(parsed.problem);
  return parsed.value;
}

describe("verifyGraph", () => {
  it("finds nothing in the graphs of all operators and their gradients", () => {
    for (const operator of allOperators) {
      for (const sample of operator.samples) {
        const graph = isDifferentiable(operator, sample)
          ? gradientGraphOfSample(operator, sample, "own")
          : graphOfSample(operator, sample);
        expect(verifyGraph(graph), operator.name).toEqual([]);
      }
    }
  });

  it.each<readonly [string, RegExp, readonly string[]]>([
    [
      "a type that inference does not give",
      /result 0 of relu .*f32\[3\] is not f32\[2\]/,
      ['input "x" feature %0: f32[2]', "%1: f32[3] = relu(%0)"],
    ],
    [
      "dims that are not proved equal",
      /f32\[A\] is not f32\[B\]/,
      ['input "x" feature %0: f32[B]', 'input "y" feature %2: f32[A]', "%1: f32[A] = relu(%0)"],
    ],
    [
      "a second definition",
      /value 0 of relu .* is defined twice/,
      ['input "x" feature %0: f32[2]', "%0: f32[2] = relu(%0)"],
    ],
    ["an unknown operator", /relux .* is no operator/, ['input "x" feature %0: f32[2]', "%1: f32[2] = relux(%0)"]],
    [
      "an unknown attribute",
      /sum has no argument axs/,
      ['input "x" feature %0: f32[2]', "%1: f32[] = sum(%0; axes=[0], axs=[0])"],
    ],
    ["a missing attribute", /`sum` needs the argument `axes`/, ['input "x" feature %0: f32[2]', "%1: f32[] = sum(%0)"]],
    [
      "an attribute of the wrong kind",
      /axes of sum must be a list of integers/,
      ['input "x" feature %0: f32[2]', "%1: f32[] = sum(%0; axes=[0.5])"],
    ],
    [
      "an empty list of numbers as a shape",
      /shape of reshape must be a list of dimensions/,
      ['input "x" feature %0: f32[1]', "%1: f32[] = reshape(%0; shape=[])"],
    ],
    ["a number as a dimension", /size of range must be a dimension/, ["%1: i32[3] = range(; size=3)"]],
    ["a node of the structured form", /belongs to the structured form/, ['%1: f32[2] = parameter "kernel"']],
    ["a key without a base", /needs a base key/, ['%1: u32[2] = key "a" []']],
    ["a constant of the wrong length", /has 2 elements for f32\[3\]/, ["%1: f32[3] = constant [1, 2]"]],
    ["a dimension that no input gives", /no input gives T/, ["%1: i64[] = dim <T + 1>"]],
    [
      "an output that carries nothing",
      /carries z, which is no input/,
      ['input "x" feature %0: f32[2]', 'output "y" output %0 carries "z"'],
    ],
    [
      "outputs of one name",
      /two outputs are called y/,
      ['input "x" feature %0: f32[2]', 'output "y" output %0', 'output "y" output %0'],
    ],
    ["an id beyond nextId", /value 100 is not below nextId 100/, ['input "x" feature %100: f32[2]']],
    [
      "a stored type that perm contradicts",
      /stored type of x/,
      ['input "x" parameter %0: f32[2, 3] perm [1, 0] logical f32[2, 3]'],
    ],
    [
      "a scan whose carry changes its type",
      /carry 0 of scan/,
      [
        'input "x" feature %0: f32[5, 2]',
        "%1: f32[] = constant 0",
        "%2: f32[] = scan <5> carry (%1) along (%0 @ 0) emit [] {",
        "takes %3: f32[], %4: f32[2]",
        "yield %4",
        "}",
      ],
    ],
    [
      "a scan along an axis of another length",
      /the length of scan/,
      [
        'input "x" feature %0: f32[5, 2]',
        "%1: f32[] = constant 0",
        "%2: f32[] = scan <4> carry (%1) along (%0 @ 0) emit [] {",
        "takes %3: f32[], %4: f32[2]",
        "yield %3",
        "}",
      ],
    ],
    [
      "a value of a region that is used outside",
      /uses value 4, which is not in scope/,
      [
        'input "x" feature %0: f32[5, 2]',
        "%1: f32[] = constant 0",
        "%2: f32[] = scan <5> carry (%1) along (%0 @ 0) emit [] {",
        "takes %3: f32[], %4: f32[2]",
        "yield %3",
        "}",
        "%9: f32[2] = relu(%4)",
      ],
    ],
  ])("finds %s", (_, problem, lines) => {
    expect(verifyGraph(graphOf(...lines)).join("\n")).toMatch(problem);
  });

  it("takes types that are equal under the graph's facts", () => {
    const graph = graphOf('input "x" feature %0: f32[A]', 'input "y" feature %1: f32[B]', "%2: f32[A] = add(%0, %1)");
    expect(verifyGraph(graph)).not.toEqual([]);
    expect(verifyGraph({ ...graph, facts: assume(noFacts, equal(variable("A"), variable("B"))) })).toEqual([]);
  });
});

describe("verifyModule", () => {
  const module = sampleModule();

  function withEntry(change: (func: Func) => Func): Module {
    const functions = new Map(module.functions);
    const func = functions.get("Net");
    if (func !== undefined) functions.set("Net", change(func));
    return { ...module, functions };
  }

  function withNodes(change: (node: Node) => Node | undefined): Module {
    return withEntry((func) => ({
      ...func,
      body: { ...func.body, nodes: func.body.nodes.flatMap((it) => change(it) ?? []) },
    }));
  }

  it("finds nothing in a good one", () => {
    expect(verifyModule(module)).toEqual([]);
  });

  it.each<readonly [string, RegExp, Module]>([
    ["an entry that is missing", /the entry Other is no function/, { ...module, entry: "Other" }],
    [
      "a callee that is missing",
      /which is no function/,
      withNodes((it) => (it.kind === "call" ? { ...it, callee: "Nothing" } : it)),
    ],
    [
      "a parameter that nobody owns",
      /Net has no parameter layer\.7\.dense\.kernel/,
      withNodes((it) => (it.kind === "parameter" ? { ...it, path: "layer.7.dense.kernel" } : it)),
    ],
    ["a state that nobody owns", /Net has no state/, withEntry((it) => ({ ...it, states: [] }))],
    ["a value whose definition is gone", /not in scope/, withNodes((it) => (it.kind === "call" ? undefined : it))],
    [
      "a repeat without a count",
      /has no count/,
      withNodes((it) => (it.kind === "repeat" ? { ...it, count: 1.5 } : it)),
    ],
    [
      "a function that calls itself",
      /Net calls itself/,
      withNodes((it) => (it.kind === "call" ? { ...it, callee: "Net" } : it)),
    ],
    [
      "an update outside of training",
      /stands outside of training/,
      withEntry((func) => {
        const [input] = func.body.inputs;
        if (input === undefined) return func;
        const update: Node = {
          kind: "update",
          path: "mean",
          value: { ...input, type: { dtype: "f32", shape: [constant(4)] } },
          results: [],
        };
        return { ...func, body: { ...func.body, nodes: [...func.body.nodes, update] } };
      }),
    ],
  ])("finds %s", (_, problem, changed) => {
    expect(verifyModule(changed).join("\n")).toMatch(problem);
  });
});
