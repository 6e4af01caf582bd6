import { describe, expect, it } from "vitest";
import { buildInferenceGraph } from "../../src/autodiff/build-evaluation-graph.ts";
import { resolveGradients } from "../../src/autodiff/resolve-gradients.ts";
import { interpretGraph } from "../../src/graph/interpret.ts";
import type { Graph } from "../../src/ir/graph.ts";
import { parseModule } from "../../src/ir/parse-graph.ts";
import { printModule } from "../../src/ir/print-graph.ts";
import type { NdArray } from "../../src/ops/define/operator.ts";
import { flatten } from "../../src/passes/flatten.ts";
import { referenceTarget } from "../../src/passes/pipeline.ts";
import { expectGradients, inputsFor } from "../autodiff/gradient-testing.ts";
import { checkFile, codesOf, codesOfFile, lower, onlyFinding } from "./checking.ts";
import { textOfWay, ways, type Way } from "./gradient-ways.ts";

function model(way: Way, result: string, type: string): Graph {
  return resolveGradients(flatten(lower(textOfWay(way, result, type), "M"), { mode: "inference" }));
}

/** Data for a graph: averages that are kept begin at 1, as those of variances do. */
function dataOf(graph: Graph): ReadonlyMap<string, NdArray> {
  const states = new Set(graph.inputs.flatMap(({ role, name }) => (role === "state" ? [name] : [])));
  const ones = (it: NdArray): NdArray => ({ ...it, data: it.data.map(() => 1) });
  return new Map([...inputsFor(graph)].map(([name, it]) => [name, states.has(name) ? ones(it) : it]));
}

describe("a gradient", () => {
  it.each(Object.entries(ways))("is the slope of %s", (_, way) => {
    const type = /x: (f32\[[^\]]*\])/.exec(way.inputs)?.[1] ?? "";
    const graph = model(way, "gradient(y, x)", type);
    const inputs = dataOf(graph);
    const slopes = interpretGraph(graph, inputs).get("result");
    const sum = model(way, "sum(y)", "f32[]");
    const at = inputs.get("x");
    if (at === undefined || slopes === undefined) throw new Error("no x");
    const moved = (index: number, by: number): number => {
      const data = at.data.map((it, other) => (other === index ? it + by : it));
      return interpretGraph(sum, new Map([...inputs, ["x", { ...at, data }]])).get("result")?.data[0] ?? NaN;
    };
    at.data.forEach((_, index) => {
      expect(slopes.data[index]).toBeCloseTo((moved(index, 1e-5) - moved(index, -1e-5)) / 2e-5, 6);
    });
  });

  it.each(Object.entries(ways))("is differentiated again through %s", (_, way) => {
    const flat = model(way, "sum(square(gradient(y, x)))", "f32[]");
    const graph = { ...flat, outputs: flat.outputs.slice(0, 1).map((it) => ({ ...it, name: "loss" })) };
    const wrt = graph.inputs.filter(({ role, name }) => role === "parameter" || name === "x").map(({ name }) => name);
    const uses = wrt.filter((name) => !/bias|beta|moving/.test(name));
    expectGradients(graph, uses, dataOf(graph));
  });

  it.each(["ones([3])", "full([3], 1)"])("goes by what is made of no input: %s", (of) => {
    const text = `model M: (x: f32[2]) -> y: f32[3] {\n  c = ${of}\n  gradient(2 * c + sum(x), c) + gradient(c, c)\n}\n`;
    const graph = resolveGradients(flatten(lower(text, "M"), { mode: "inference" }));
    const given = interpretGraph(graph, dataOf(graph)).get("y");
    expect([...(given?.data ?? [])]).toEqual([3, 3, 3]);
  });

  it("is read back from the text of a module", () => {
    const module = lower("model M: (x: f32[3]) -> y: f32[3] {\n  gradient(tanh(x), x)\n}\n", "M");
    const text = printModule(module);
    expect(text).toContain("gradient of %");
    const read = parseModule(text);
    expect(read.ok && printModule(read.value)).toBe(text);
  });

  it("of a gradient goes through it", () => {
    const text = "model M: (x: f32[3]) -> y: f32[3] {\n  gradient(gradient(x * x * x * x, x), x)\n}\n";
    const graph = buildInferenceGraph(lower(text, "M"), referenceTarget);
    const inputs = inputsFor(graph);
    const found = interpretGraph(graph, inputs).get("y");
    inputs.get("x")?.data.forEach((x, at) => expect(found?.data[at]).toBeCloseTo(12 * x * x, 10));
  });
});

const body = (statements: string, inputs = "x: f32[B, 4]"): string =>
  `block M: (${inputs}) {\n  ${statements.replaceAll("; ", "\n  ")}\n}\n`;

describe("a gradient that is none", () => {
  it.each([
    ["gradient(square(2 * x), 2 * x)", "2 * x", "`square(2 * x)` is not made of `2 * x`"],
    ["h = x -> Dense(4); gradient(sum(square(x)), h)", "h", "`sum(square(x))` is not made of `h`"],
    ["gradient(3, x)", "x", "`3` is not made of `x`"],
    ["gradient(x, 3)", "3", "`x` is not made of `3`"],
    ["gradient(argmax(x, axis=1), x)", "argmax(x, axis=1)", "`argmax(x, axis=1)` is of i32, which has no slopes"],
    ["gradient(floor(x), x)", "x", "`floor(x)` depends on `x` by steps alone, whose slopes are 0"],
    [
      "gradient(stop_gradient(x) + 1, x)",
      "x",
      "`stop_gradient(x) + 1` depends on `x` by steps alone, whose slopes are 0",
    ],
    [
      "d = Dense(4); gradient(d(x), d.kernel)",
      "d.kernel",
      "`d.kernel` is a parameter, and `x` must be an input or a computed value",
    ],
    [
      "param w: f32[4] = ones; gradient(x * w, w)",
      "w",
      "`w` is a parameter, and `x` must be an input or a computed value",
    ],
    ["state s: f32[4] = ones; gradient(x * s, s)", "s", "`s` is a state, and `x` must be an input or a computed value"],
    [
      "h = 2 * x; scan e in x over B { emit gradient(e * sum(h), x) }",
      "x",
      "what lies between them begins outside of the region that makes `e * sum(h)`",
    ],
    [
      "h = 2 * x; when training { gradient(square(h) * x, x) } else { x }",
      "x",
      "what lies between them begins outside of the region that makes `square(h) * x`",
    ],
    ["scan e in x over B { emit gradient(e * 2, x) }", "x", "`e * 2` is not made of `x`"],
  ])("%s", (statements, at, problem) => {
    const found = onlyFinding(body(statements));
    expect([found.code, found.at]).toEqual(["MC3105", at]);
    expect(found.message).toContain(`: ${problem}.`);
  });

  it("by an operator that is differentiated once alone says where it stands", () => {
    const found = onlyFinding(
      body("h = x -> Conv2D(2, 2) -> tanh; gradient(h -> max_pool([2, 2], [2, 2]), x)", "x: f32[B, 8, 8, 1]"),
    );
    expect([found.code, found.at]).toEqual(["MC3106", "gradient(h -> max_pool([2, 2], [2, 2]), x)"]);
    expect(found.message).toContain("`max_pool` lies between `x` and what is differentiated");
    expect(found.labels.map(({ message }) => message)).toContain("`max_pool` stands here");
  });

  it("takes arguments by name", () => {
    expect(codesOf(body("gradient(x=x, y=square(x))"))).toEqual([]);
  });

  it("is given an unknown argument, or too few", () => {
    expect(codesOf(body("gradient(square(x), by=x)"))).toEqual(["MC2011"]);
    expect(codesOf(body("gradient(square(x))"))).toEqual(["MC2013"]);
  });
});

describe("a gradient in a loss", () => {
  const file = (loss: string, pool = "AvgPool2D"): string => `
model M: (x: f32[B, 4, 4, 1], k: f32[B]) -> (h: f32[B, 4, 4, 2], y: f32[B], other: f32[B]) {
  h = x -> Conv2D(2, 3, padding=same) -> tanh
  y = h -> ${pool}(2) -> Flatten -> Dense(1)
  (h, y[:, 0], k * 2)
}
data D {
  source: csv("rows.csv")
  split:  train 1.0
  x: f32[4, 4, 1] = reshape(raw.a, [-1, 1, 1, 1]) + zeros([1, 4, 4, 1])
  k: f32[] = raw.b
}
train M on D {
  loss: ${loss}
  optimizer: sgd(lr=0.1)
  epochs: 1
}
`;
  it.each([
    "mean(square(gradient(y, h))) + mean(h)",
    "mean(gradient(y * k, x))",
    "mean(gradient(h, h) * y[:, None, None, None])",
  ])("%s", (loss) => expect(codesOfFile(file(loss))).toEqual([]));
  it.each([
    ["mean(gradient(other, h))", "MC3105", "`other` is not made of `h`"],
    ["mean(gradient(k, x))", "MC3105", "`k` is not made of `x`"],
    ["mean(gradient(k, k) * 0 + gradient(y, k))", "MC3105", "`y` is not made of `k`"],
  ])("%s", (loss, code, problem) => {
    const [found, ...more] = checkFile(file(loss));
    expect([found?.code, more]).toEqual([code, []]);
    expect(found?.message).toContain(problem);
  });
  it("is refused by an operator of the model", () => {
    const found = checkFile(file("mean(square(gradient(y, h)))", "MaxPool2D"));
    expect(found.map(({ code }) => code)).toEqual(["MC3106"]);
  });
  it("may call the language's own functions", () => {
    expect(codesOfFile(file("mean(y) * length([1, 2]) + mean(zeros([2]))"))).toEqual([]);
  });
});

describe("gradients of values that are one and the same", () => {
  const slopes = (statements: string): readonly number[] => {
    const graph = buildInferenceGraph(
      lower(
        `block Same: (a: f32[3]) -> f32[3] {\n  a\n}\nblock Both: (a: f32[3], b: f32[3]) -> f32[3] {\n  gradient(a * b, a)\n}\nmodel M: (x: f32[3]) -> y: f32[3] {\n  ${statements}\n}\n`,
        "M",
      ),
      referenceTarget,
    );
    const inputs = inputsFor(graph);
    const x = inputs.get("x")?.data ?? [];
    const y = interpretGraph(graph, inputs).get("y")?.data ?? [];
    return [...y].map((it, at) => Math.round((1e6 * it) / (x[at] ?? NaN)) / 1e6);
  };
  it.each([
    ["Both()(x, x)", 1],
    ["h = Same()(x)\n  gradient(h * x, h)", 1],
    ["h = Same()(x)\n  gradient(h * x, x)", 2],
    ["h = x -> Dropout(0.5)\n  gradient(h * x, h)", 1],
  ])("%s", (statements, times) => {
    expect(slopes(statements)).toEqual([times, times, times]);
  });
});

describe("a gradient that a region has", () => {
  const text = (statements: string): Graph => {
    const module = lower(`model M: (x: f32[2, 3, 4]) -> y: f32[2, 3, 4] {\n  ${statements}\n}\n`, "M");
    return buildInferenceGraph(module, referenceTarget);
  };
  it.each([
    ["scan e in x over 1 {\n    emit gradient(e * e * e, e)\n  }", 3],
    ["ys = for i in range(2) { gradient(x * x * x * i, x) }\n  ys[0] + ys[1]", 3],
    ["h = x * x\n  sum(for i in range(2) { gradient(h * x * i, x) })", 3],
    ["h = x * x * x\n  scan e in x over 1 {\n    emit gradient(h, x)[:, 0] * 0 + gradient(e * e * e, e)\n  }", 3],
  ])("%s", (statements, times) => {
    const graph = text(statements);
    const inputs = inputsFor(graph);
    const y = interpretGraph(graph, inputs).get("y")?.data ?? [];
    inputs.get("x")?.data.forEach((x, at) => expect(y[at]).toBeCloseTo(times * x * x, 10));
  });
});
