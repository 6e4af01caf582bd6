import { readdirSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { evaluate } from "../../src/dims/dim.ts";
import { measure } from "../../src/graph/measure.ts";
import { verifyModule } from "../../src/graph/verify.ts";
import type { Module } from "../../src/ir/graph.ts";
import { attributesFor } from "../../src/ops/define/operator.ts";
import { findOperator } from "../../src/ops/registry.ts";
import { flatten } from "../../src/passes/flatten.ts";
import { required } from "../../src/support/fault.ts";
import { elementAt } from "../../src/support/element-at.ts";
import { loadData, loadModule, loadTraining } from "./spec-testing.ts";
import { trainAlike } from "./train-alike.ts";
import { zooFigures } from "./zoo-figures.ts";

/** The multiply-adds of convolutions and of products of matrices, which publications count. */
function multiplyAdds(module: Module, sizes: ReadonlyMap<string, number>): number {
  const counted = ["conv", "matmul", "einsum"];
  const { nodes } = flatten(module, { mode: "inference", features: "plain" });
  const flops = nodes.flatMap((node) => {
    if (node.kind !== "operator" || !counted.includes(node.op)) return [];
    const operator = required(findOperator(node.op), node.op);
    const operands = node.operands.map((it) => it.type);
    const results = node.results.map((it) => it.type);
    const { flops } = operator.cost({ operands, results, attributes: attributesFor(operator, node.attributes) });
    return [evaluate(flops, sizes) / 2];
  });
  return flops.reduce((sum, it) => sum + it, 0);
}

const folder = "specs/zoo";
const files = readdirSync(folder)
  .filter((name) => name.endsWith(".model"))
  .map((name) => name.slice(0, -".model".length));

describe("the zoo", () => {
  it.each(zooFigures)(
    "$file: $model has its published figures",
    ({ file, model, parameters, states, at, gigamacs }) => {
      const sizes = new Map(Object.entries(at ?? {}));
      const module = loadModule(`${folder}/${file}.model`, {}, model);
      expect(verifyModule(module)).toEqual([]);
      const measured = measure(module);
      expect(evaluate(measured.trainable, sizes)).toBe(parameters);
      if (states !== undefined) expect(evaluate(measured.nonTrainable, sizes)).toBe(states);
      if (gigamacs !== undefined) {
        const found = multiplyAdds(module, sizes) / 1e9;
        expect(Math.abs(found / gigamacs - 1)).toBeLessThan(0.005);
      }
    },
  );

  it.each(files)("%s trains alike on both runtimes, and its loss falls", async (name) => {
    const path = `${folder}/${name}.model`;
    const program = loadTraining(path);
    const losses = await trainAlike(program, await loadData(program, path), { batches: 6, batch: 16, backend: "wasm" });
    const [first, last] = [elementAt(losses, 0), elementAt(losses, 5)];
    expect(elementAt(last, 0)).toBeLessThan(elementAt(first, 0));
  });
});
