import { describe, expect, it } from "vitest";
import type { AttributeValues } from "../../../src/ir/graph.ts";
import { interpretGraph } from "../../../src/graph/interpret.ts";
import { fillArray, stridesOf, transposeArray } from "../../../src/ops/define/nd-array.ts";
import {
  attributesFor,
  type ImageStructure,
  type NdArray,
  type Operator,
  type Sample,
} from "../../../src/ops/define/operator.ts";
import { allOperators } from "../../../src/ops/registry.ts";
import { describeSample, graphOfSample, inputsOfSample } from "../sample-graphs.ts";
import { readAttribute } from "../../../src/ops/define/read-attribute.ts";
import { tagAttributes } from "../../../src/ops/define/tag-attributes.ts";
import { elementAt } from "../../../src/support/element-at.ts";

/** What passes rely on, operator by operator: a law for each structure that one can declare. */

type Arrays = readonly NdArray[];

function inputsOf(operator: Operator, sample: Sample): Arrays {
  return [...inputsOfSample(graphOfSample(operator, sample), sample).values()].slice(0, sample.operands.length);
}

/** The results of a sample for operands of its own. */
function apply(operator: Operator, sample: Sample, operands: Arrays): Arrays {
  const graph = graphOfSample(operator, sample);
  return [...interpretGraph(graph, new Map(operands.map((it, index) => [`x${index}`, it]))).values()];
}

/** An array backwards along one axis. */
function flip(array: NdArray, axis: number): NdArray {
  const strides = stridesOf(array.shape);
  const [size, stride] = [array.shape[axis] ?? 1, strides[axis] ?? 1];
  return fillArray(array, (index) => {
    const place = Math.floor(index / stride) % size;
    return array.data[index + (size - 1 - 2 * place) * stride] ?? NaN;
  });
}

/** The same along an axis counted from the end, where an array has it. */
function flipFromEnd(array: NdArray, fromEnd: number): NdArray {
  const axis = array.shape.length - fromEnd;
  return axis < 0 ? array : flip(array, axis);
}

function expectSame(found: NdArray | undefined, expected: NdArray | undefined): void {
  expect(found?.shape).toEqual(expected?.shape);
  found?.data.forEach((it, index) => {
    const wanted = expected?.data[index] ?? NaN;
    expect(Math.abs(it - wanted)).toBeLessThanOrEqual(1e-12 * Math.max(1, Math.abs(wanted)));
  });
}

const attributeOf = <K extends keyof AttributeValues>(
  operator: Operator,
  { attributes = {} }: Sample,
  name: string,
  kind: K,
): AttributeValues[K] =>
  readAttribute({ op: operator.name, attributes: tagAttributes(operator, attributes) }, name, kind);

const cases = (kind: (operator: Operator) => boolean): readonly (readonly [string, Operator, Sample])[] =>
  allOperators
    .filter(kind)
    .flatMap((operator) =>
      operator.samples.map((sample) => [`${operator.name} ${describeSample(sample)}`, operator, sample] as const),
    );

describe("an elementwise operator has the operands' places", () => {
  it.each(cases((it) => it.structure === "elementwise"))("%s", (_, operator, sample) => {
    const operands = inputsOf(operator, sample);
    const [result] = apply(operator, sample, operands);
    const rank = result?.shape.length ?? 0;
    for (let fromEnd = 1; fromEnd <= rank; fromEnd++) {
      const moved = apply(
        operator,
        sample,
        operands.map((it) => flipFromEnd(it, fromEnd)),
      );
      expectSame(moved[0], result && flipFromEnd(result, fromEnd));
    }
  });
});

describe("a reduction keeps the places of the axes that stay, and has none of the others'", () => {
  it.each(cases((it) => it.structure === "reduction"))("%s", (_, operator, sample) => {
    const [operand] = inputsOf(operator, sample);
    if (operand === undefined) throw new Error("a reduction has an operand");
    const reduced = attributeOf(operator, sample, "axes", "numbers");
    const keep = attributeOf(operator, sample, "keep", "boolean");
    const [result] = apply(operator, sample, [operand]);
    operand.shape.forEach((_size, axis) => {
      const [moved] = apply(operator, sample, [flip(operand, axis)]);
      const left = keep ? axis : axis - reduced.filter((it) => it < axis).length;
      expectSame(moved, reduced.includes(axis) || result === undefined ? result : flip(result, left));
    });
  });
});

describe("an operator along an axis leaves the places of the others", () => {
  it.each(cases((it) => it.structure === "along axis"))("%s", (_, operator, sample) => {
    const operands = inputsOf(operator, sample);
    const [result] = apply(operator, sample, operands);
    const rank = result?.shape.length ?? 0;
    const given = attributeOf(operator, sample, "axis", "number");
    const along = given < 0 ? given + rank : given;
    for (let axis = 0; axis < rank; axis++) {
      if (axis === along) continue;
      const moved = apply(
        operator,
        sample,
        operands.map((it) => flip(it, axis)),
      );
      expectSame(moved[0], result && flip(result, axis));
    }
  });
});

describe("an operator on each axis has an attribute with a number for each", () => {
  const eachAxis = (it: Operator): boolean => typeof it.structure === "object" && it.structure.kind === "each axis";
  it.each(cases(eachAxis))("%s", (_, operator, sample) => {
    const [operand] = inputsOf(operator, sample);
    const names =
      typeof operator.structure === "object" && operator.structure.kind === "each axis"
        ? operator.structure.attributes
        : [];
    if (operand === undefined) throw new Error("it has an operand");
    const perm = operand.shape.map((_size, axis) => operand.shape.length - 1 - axis);
    const attributes = { ...sample.attributes };
    for (const name of names) attributes[name] = [...attributeOf(operator, sample, name, "dims")].reverse();
    const turned: Sample = {
      ...sample,
      operands: [{ dtype: operand.dtype, shape: [...operand.shape].reverse() }],
      attributes,
    };
    const [result] = apply(operator, sample, [operand]);
    const [moved] = apply(operator, turned, [transposeArray(operand, perm)]);
    expectSame(moved, result && transposeArray(result, perm));
  });
});

const imageStructure = ({ structure }: Operator): ImageStructure | undefined =>
  typeof structure === "object" && structure.kind === "image" ? structure : undefined;

describe("an operator on images computes the same in each layout", () => {
  const [toFirst, toKernelFirst] = [
    [0, 3, 1, 2],
    [3, 2, 0, 1],
  ];
  const onImages = cases((it) => imageStructure(it) !== undefined).filter(
    ([, operator, sample]) =>
      sample.operands[0]?.shape.length === 4 && attributeOf(operator, sample, "layout", "string") === "NHWC",
  );
  it.each(onImages)("%s", (_, operator, sample) => {
    const structure = imageStructure(operator);
    const operands = inputsOf(operator, sample);
    const turned = operands.map((it, index) => {
      const kind = structure?.operands[index];
      return kind === undefined ? it : transposeArray(it, kind === "image" ? toFirst : toKernelFirst);
    });
    const attributes = { ...sample.attributes, layout: "NCHW" };
    for (const name of structure?.imageShapes ?? []) {
      const shape = attributeOf(operator, sample, name, "dims");
      Object.assign(attributes, { [name]: toFirst.map((axis) => elementAt(shape, axis)) });
    }
    const first: Sample = { operands: turned.map(({ dtype, shape }) => ({ dtype, shape })), attributes };
    const [result] = apply(operator, sample, operands);
    const [moved] = apply(operator, first, turned);
    expectSame(moved, result && transposeArray(result, toFirst));
  });
});

describe("every structure", () => {
  it("is declared by some operator, with a sample that the law holds of", () => {
    const kinds = new Set(
      allOperators.map(({ structure }) => (typeof structure === "object" ? structure.kind : structure)),
    );
    expect([...kinds].sort()).toEqual(["along axis", "each axis", "elementwise", "image", "other", "reduction"]);
    for (const operator of allOperators) {
      if (imageStructure(operator) === undefined) continue;
      expect(attributesFor(operator, {}), operator.name).toHaveProperty("layout", "NHWC");
    }
  });
});
