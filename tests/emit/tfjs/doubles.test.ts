import { spawnSync } from "node:child_process";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import type { FunctionItem, Item } from "../../../src/emit/tfjs/ast.ts";
import { arrayOf, identifier, member, returns } from "../../../src/emit/tfjs/ast.ts";
import { doubleForm } from "../../../src/emit/tfjs/double-forms.ts";
import { emitDoubles } from "../../../src/emit/tfjs/emit-doubles.ts";
import { formatTypeScript } from "../../../src/emit/tfjs/format-typescript.ts";
import { nameScope } from "../../../src/emit/tfjs/names.ts";
import { preludeClosure, preludeNames } from "../../../src/emit/tfjs/prelude.ts";
import { printFile } from "../../../src/emit/tfjs/print.ts";
import type { Graph } from "../../../src/ir/graph.ts";
import { interpretGraph } from "../../../src/graph/interpret.ts";
import type { Operator, Sample } from "../../../src/ops/define/operator.ts";
import { allOperators } from "../../../src/ops/registry.ts";
import { expandComposites, keepNone } from "../../../src/passes/expand-composites.ts";
import {
  describeSample,
  graphOfSample,
  inputsOfSample,
  needsLiteral,
  type SampleForm,
} from "../../ops/sample-graphs.ts";
import { emittedFolder, importEmitted } from "./load-emitted.ts";
import type { Numbers } from "./reference.ts";

type Emitted = Readonly<Record<string, (given: Readonly<Record<string, Numbers>>) => readonly Numbers[]>>;

/** Features have their channels last, and draw nothing. */
function isForFeatures({ attributes, operands }: Sample): boolean {
  return attributes?.["layout"] !== "NCHW" && operands.every(({ dtype }) => dtype !== "u32");
}

function flatGraph(operator: Operator, sample: Sample, form: SampleForm): Graph {
  return expandComposites(graphOfSample(operator, sample, form), keepNone);
}

const isWritten = (graph: Graph): boolean =>
  graph.nodes.every((node) => node.kind !== "operator" || doubleForm(node.op) !== undefined);

const cases = allOperators.flatMap((operator) =>
  operator.samples.filter(isForFeatures).flatMap((sample, at) =>
    (["literal", "symbolic"] as const)
      .filter((form) => form === "literal" || !needsLiteral(operator, sample))
      .map((form) => ({
        operator,
        sample,
        name: `${operator.name}_${at}_${form}`,
        graph: flatGraph(operator, sample, form),
      }))
      .filter(({ graph }) => isWritten(graph)),
  ),
);

/** A function of the arrays of a graph's inputs, which gives those of its outputs. */
function functionOf(name: string, graph: Graph, helpers: Set<string>): FunctionItem {
  const given = new Map(graph.inputs.map((it) => [it.name, member(identifier("given"), it.name)]));
  const names = nameScope([...preludeNames, "given"]);
  const { statements, results } = emitDoubles(graph, given, names, (helper) => helpers.add(helper));
  return {
    kind: "function",
    exported: true,
    name,
    parameters: [{ pattern: "given", type: `{ ${graph.inputs.map((it) => `${it.name}: Doubles`).join("; ")} }` }],
    result: "readonly Doubles[]",
    body: [...statements, returns(arrayOf(...results))],
  };
}

describe("operators on doubles", () => {
  let emitted: Emitted = {};

  beforeAll(async () => {
    const helpers = new Set(["Doubles"]);
    const functions = cases.map(({ name, graph }) => functionOf(name, graph, helpers));
    const prelude = preludeClosure(helpers).map(({ text }): Item => ({ kind: "verbatim", text }));
    const text = await formatTypeScript(printFile([...functions, ...prelude]));
    rmSync(join(emittedFolder, "doubles"), { recursive: true, force: true });
    emitted = await importEmitted<Emitted>("all", text, "doubles");
  }, 120_000);

  it("are all that a model file may call", () => {
    const lacking = allOperators.filter(
      (it) => it.exposed && it.kind === "primitive" && doubleForm(it.name) === undefined,
    );
    expect(lacking.map(({ name }) => name)).toEqual([]);
    const written = new Set(cases.map(({ operator }) => operator.name));
    const others = allOperators.filter(({ name, exposed }) => exposed && !written.has(name)).map(({ name }) => name);
    // What draws has keys alone for samples.
    expect(others).toEqual(["dropout", "normal_like", "uniform_like"]);
  });

  it("pass the strict type checker", () => {
    const config = join(emittedFolder, "doubles", "tsconfig.json");
    writeFileSync(config, JSON.stringify({ extends: "../../../tsconfig.json", include: ["*.ts"] }));
    const run = spawnSync(process.execPath, ["node_modules/typescript-native/bin/tsc", "-p", config], {
      encoding: "utf8",
    });
    expect(run.stdout).toBe("");
  }, 120_000);

  it.each(cases.map((it) => [`${it.name}: ${describeSample(it.sample)}`, it] as const))(
    "compute %s as the reference does",
    (_, { name, operator, sample, graph }) => {
      const literal = graphOfSample(operator, sample);
      const inputs = inputsOfSample(literal, sample);
      const expected = interpretGraph(literal, inputs);
      const results = emitted[name]?.(Object.fromEntries(inputs)) ?? [];
      graph.outputs.forEach((output, at) => {
        const wanted = expected.get(output.name);
        const found = results[at];
        expect(found?.shape).toEqual(wanted?.shape);
        const error = Array.from(
          wanted?.data ?? [],
          (it, i) => Math.abs((found?.data[i] ?? NaN) - it) / (1 + Math.abs(it)),
        );
        expect(
          error.every((it) => it < 1e-12),
          String(error),
        ).toBe(true);
      });
    },
  );
});
