import { describe, expect, it } from "vitest";
import { identifier } from "../../../src/emit/tfjs/ast.ts";
import { printStatement } from "../../../src/emit/tfjs/print.ts";
import { writeScalarsAndTensors, type Template } from "../../../src/emit/tfjs/write-template.ts";
import { variable } from "../../../src/dims/dim.ts";
import type { Value } from "../../../src/ir/graph.ts";
import { createBuilder } from "../../../src/graph/create-builder.ts";
import type { GraphBuilder } from "../../../src/ops/define/builder.ts";

interface Parts {
  readonly b: GraphBuilder;
  readonly parameter: Value;
  readonly m: Value;
  readonly gradient: Value;
}

/** The statements of an update that gives a parameter and its slot `m` their next values. */
function written(update: (parts: Parts) => { readonly parameter: Value; readonly m: Value }): readonly string[] {
  const b = createBuilder({ firstId: 0 });
  const tensor = (): Value => b.value({ dtype: "f32", shape: [variable("N")] });
  const parts = { b, parameter: tensor(), m: tensor(), gradient: tensor() };
  const next = update(parts);
  const inputs = (["parameter", "m", "gradient"] as const).map((name): Template["inputs"][number] => [
    parts[name],
    { expression: identifier(name), form: "tensor" },
  ]);
  const { each } = writeScalarsAndTensors({
    nodes: b.nodes,
    names: new Map(),
    results: [],
    inputs,
    each: new Set(inputs.map(([{ id }]) => id)),
    assigned: [
      { variable: "m", before: parts.m, next: next.m },
      { variable: "parameter", before: parts.parameter, next: next.parameter },
    ],
    helpers: new Set(),
  });
  return each.map((it) => printStatement(it).trim());
}

describe("an update that is written from a graph", () => {
  it("assigns a variable where its next value is made, and reads the new one after", () => {
    const statements = written(({ b, parameter, m, gradient }) => {
      const next = b.add(m, gradient);
      return { parameter: b.sub(parameter, next), m: next };
    });
    expect(statements).toEqual(["m.assign(tf.add(m, gradient));", "parameter.assign(tf.sub(parameter, m));"]);
  });

  it("keeps what a variable was, for a later node that reads it", () => {
    const statements = written(({ b, parameter, m, gradient }) => {
      const next = b.add(m, gradient);
      return { parameter: b.sub(parameter, b.mul(next, m)), m: next };
    });
    expect(statements).toEqual([
      "const nextM = tf.add(m, gradient);",
      "parameter.assign(tf.sub(parameter, tf.mul(nextM, m)));",
      "m.assign(nextM);",
    ]);
  });

  it("keeps what a variable was, for an expression that is still to be written", () => {
    const statements = written(({ b, parameter, m, gradient }) => {
      const before = b.mul(m, gradient);
      const next = b.add(m, gradient);
      return { parameter: b.sub(parameter, before), m: next };
    });
    expect(statements).toEqual([
      "const nextM = tf.add(m, gradient);",
      "parameter.assign(tf.sub(parameter, tf.mul(m, gradient)));",
      "m.assign(nextM);",
    ]);
  });
});
