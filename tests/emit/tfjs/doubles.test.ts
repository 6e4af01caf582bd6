import { spawnSync } from "node:child_process";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { constant } from "../../../src/dims/dim.ts";
import { noFacts } from "../../../src/dims/facts.ts";
import type { FunctionItem } from "../../../src/emit/tfjs/ast.ts";
import { arrayOf, identifier, member, returns } from "../../../src/emit/tfjs/ast.ts";
import { doubleForm } from "../../../src/emit/tfjs/double-forms.ts";
import { emitDoubles } from "../../../src/emit/tfjs/emit-doubles.ts";
import { formatTypeScript } from "../../../src/emit/tfjs/format-typescript.ts";
import { nameScope } from "../../../src/emit/tfjs/names.ts";
import { preludeClosure, preludeNames } from "../../../src/emit/tfjs/prelude.ts";
import { printFile } from "../../../src/emit/tfjs/print.ts";
import type { Graph, GraphInput } from "../../../src/ir/graph.ts";
import { createBuilder } from "../../../src/graph/create-builder.ts";
import { interpretGraph } from "../../../src/graph/interpret.ts";
import type { Operator, Sample } from "../../../src/ops/define/operator.ts";
import { baseKey, bits, normal, placeKey, seedWords, uniform, type Key } from "../../../src/ops/random/counter.ts";
import { allOperators } from "../../../src/ops/registry.ts";
import { expandComposites, keepNone } from "../../../src/passes/expand-composites.ts";
import { elementAt } from "../../../src/support/element-at.ts";
import { required } from "../../../src/support/fault.ts";
import { describeSample, graphOfSample, inputsOfSample } from "../../ops/sample-graphs.ts";
import { needsLiteral, type SampleForm } from "../../ops/symbolic-samples.ts";
import { emittedFolder, importEmitted } from "./load-emitted.ts";
import type { Numbers } from "./reference.ts";

/** A random key is the two words of it. */
type Given = Readonly<Record<string, Numbers | Key>>;
type Emitted = Readonly<Record<string, (given: Given) => readonly (Numbers | Key)[]>>;

/** What is given for numbers or a key, as numbers. */
const asNumbers = (it: Numbers | Key | undefined): Numbers | undefined =>
  it !== undefined && "shape" in it ? it : it && { shape: [it.length], data: Float64Array.from(it) };

/** Features have their channels last. */
function isForFeatures({ attributes }: Sample): boolean {
  return attributes?.["layout"] !== "NCHW";
}

const isKey = ({ value: { type } }: GraphInput): boolean => type.dtype === "u32" && type.shape.length === 1;

function givenOf(graph: Graph, inputs: ReadonlyMap<string, Numbers>): Given {
  return Object.fromEntries(
    graph.inputs.map((it): [string, Numbers | Key] => {
      const numbers = required(inputs.get(it.name), it.name);
      return [it.name, isKey(it) ? [elementAt(numbers.data, 0), elementAt(numbers.data, 1)] : numbers];
    }),
  );
}

/** A graph that draws by the key of a place, as the features of a data section do. */
function placeGraph(op: string, path: string, indices: readonly number[]): Graph {
  const b = createBuilder({ firstId: 0 });
  const base = b.value({ dtype: "u32", shape: [constant(2)] }, "base");
  const key = b.value(base.type);
  b.append({ kind: "key", path, indices, base, results: [key] });
  const value = b.op(op, [key], { shape: [constant(3), constant(4)] });
  return {
    name: op,
    mode: "training",
    inputs: [{ name: "base", role: "seed", value: base }],
    nodes: b.nodes,
    outputs: [{ name: "drawn", role: "output", value }],
    facts: noFacts,
    nextId: b.nextId,
  };
}

const places = [
  { name: "bits", op: "random_bits", at: bits, path: "batch/x.bits_0", indices: [] },
  { name: "uniforms", op: "random_uniform", at: uniform, path: "batch/größe.dropout_0", indices: [3] },
  { name: "normals", op: "random_normal", at: normal, path: "batch/x.noisy_1.normal_like_0", indices: [0, 12] },
].map((it) => ({ ...it, graph: placeGraph(it.op, it.path, it.indices) }));

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

const typeOfInput = (it: GraphInput): string => `${it.name}: ${isKey(it) ? "RandomKey" : "Doubles"}`;

/** A function of the arrays of a graph's inputs, which gives those of its outputs. */
function functionOf(name: string, graph: Graph, helpers: Set<string>): FunctionItem {
  const given = new Map(graph.inputs.map((it) => [it.name, member(identifier("given"), it.name)]));
  const names = nameScope([...preludeNames, "given"]);
  const { statements, results } = emitDoubles(graph, given, names, (helper) => helpers.add(helper));
  return {
    kind: "function",
    exported: true,
    name,
    parameters: [{ pattern: "given", type: `{ ${graph.inputs.map(typeOfInput).join("; ")} }` }],
    result: "readonly (Doubles | RandomKey)[]",
    body: [...statements, returns(arrayOf(...results))],
  };
}

describe("operators on doubles", () => {
  let emitted: Emitted = {};

  beforeAll(async () => {
    const helpers = new Set(["Doubles", "RandomKey"]);
    const functions = [...cases, ...places].map(({ name, graph }) => functionOf(name, graph, helpers));
    const text = await formatTypeScript(
      [printFile(functions), ...preludeClosure(helpers).map((it) => it.text)].join("\n"),
    );
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
    expect(others).toEqual([]);
    const drawing = ["random_bits", "random_normal", "random_uniform"];
    expect(drawing.filter((it) => !written.has(it))).toEqual([]);
  });

  it.each(places)("draw $name by the key of a place, bit for bit, whatever the key", ({ name, at, path, indices }) => {
    for (let seed = 0; seed < 500; seed++) {
      const base = baseKey(seedWords(BigInt(seed) ** 7n), seed * 9176263);
      const [drawn] = emitted[name]?.({ base }) ?? [];
      const key = placeKey(base, path, indices);
      expect(drawn).toEqual({ shape: [3, 4], data: Float64Array.from({ length: 12 }, (_, i) => at(key, i)) });
    }
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
      const results = emitted[name]?.(givenOf(literal, inputs)) ?? [];
      graph.outputs.forEach((output, at) => {
        const wanted = expected.get(output.name);
        const found = asNumbers(results[at]);
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
