import { describe, expect, it } from "vitest";
import { createBuilder } from "../../../src/graph/create-builder.ts";
import { interpretGraph } from "../../../src/graph/interpret.ts";
import { isFloat } from "../../../src/ops/define/dtype-class.ts";
import { attributesFor, type NdArray, type Operator, type Sample } from "../../../src/ops/define/operator.ts";
import { sameShape } from "../../../src/ops/define/shape-rules.ts";
import { allOperators } from "../../../src/ops/registry.ts";
import { required } from "../../../src/support/fault.ts";
import { attributesOf } from "../symbolic-samples.ts";
import { graphOfSample, inputsOfSample } from "../sample-graphs.ts";

/** An operand of a sample, and what it comes back as; undefined where that is refused. */
function thereAndBack(
  operator: Operator,
  sample: Sample,
  of: number,
  known: readonly (number | undefined)[],
): readonly [NdArray, NdArray] | undefined {
  const graph = graphOfSample(operator, sample);
  const b = createBuilder({ firstId: graph.nextId });
  const back = operator.inverse?.({
    b,
    y: required(graph.outputs[0], "a result").value,
    of,
    type: required(graph.inputs[of], "an operand").value.type,
    others: graph.inputs.map(({ value }, at) => (at === of ? undefined : value)),
    known,
    attributes: attributesFor(operator, attributesOf(operator, sample, "literal")),
  });
  if (back === undefined) return undefined;
  const inputs = inputsOfSample(graph, sample);
  const outputs = [{ name: "back", role: "output", value: back }] as const;
  const found = interpretGraph({ ...graph, nodes: [...graph.nodes, ...b.nodes], outputs, nextId: b.nextId }, inputs);
  return [required(inputs.get(`x${of}`), "an operand"), required(found.get("back"), "what comes back")];
}

/** How far an operand is from what it comes back as. */
const lost = ([x, back]: readonly [NdArray, NdArray]): number =>
  Math.max(0, ...x.data.map((it, at) => Math.abs(it - required(back.data[at], "a number"))));

const undone = allOperators.filter((it) => it.inverse !== undefined);

describe("the inverse of an operator gives back the operand", () => {
  it.each(undone.map((it) => [it.name, it] as const))("%s", (name, operator) => {
    let checked = 0;
    for (const sample of operator.samples) {
      const graph = graphOfSample(operator, sample);
      const result = required(graph.outputs[0], "a result").value.type;
      sample.operands.forEach((operand, of) => {
        const { shape } = required(graph.inputs[of], "an operand").value.type;
        const isWhole = operator.structure !== "elementwise" || sameShape(shape, result.shape);
        if (!isFloat(operand.dtype) || !isFloat(result.dtype) || !isWhole) return;
        const pair = thereAndBack(
          operator,
          sample,
          of,
          sample.operands.map(() => undefined),
        );
        if (pair === undefined) return;
        expect(pair[1].shape).toEqual(pair[0].shape);
        expect(lost(pair)).toBeLessThan(1e-9);
        checked += 1;
      });
    }
    // A power is undone where its exponent or its base is known.
    if (name !== "pow") expect(checked).toBeGreaterThan(0);
  });

  const power = required(
    allOperators.find(({ name }) => name === "pow"),
    "pow",
  );
  const times = required(
    allOperators.find(({ name }) => name === "mul"),
    "mul",
  );
  const positive = { dtype: "f32", shape: [4], range: [0.2, 5] } as const;
  const by = (data: number) => ({ dtype: "f32", shape: [], data: [data] }) as const;

  it.each([0.5, 0.25, -1.5, 2.5])("a power with a fraction: %s", (exponent) => {
    const pair = thereAndBack(power, { operands: [positive, by(exponent)] }, 0, [undefined, exponent]);
    expect(lost(required(pair, "a way back"))).toBeLessThan(1e-9);
  });

  it.each([0.5, 2, 10])("an exponent of a base: %s", (base) => {
    const pair = thereAndBack(power, { operands: [by(base), positive] }, 1, [base, undefined]);
    expect(lost(required(pair, "a way back"))).toBeLessThan(1e-6);
  });

  it.each([
    ["a whole power", power, 0, 2],
    ["no power", power, 0, 0],
    ["a base of 1", power, 1, 1],
    ["a negative base", power, 1, -2],
    ["nothing", times, 0, 0],
  ] as const)("is none of %s", (_, operator, of, number) => {
    const [operands, known] = [
      [positive, by(number)],
      [undefined, number],
    ];
    const turned = of === 0 ? { operands, known } : { operands: operands.toReversed(), known: known.toReversed() };
    expect(thereAndBack(operator, { operands: turned.operands }, of, turned.known)).toBeUndefined();
  });
});
