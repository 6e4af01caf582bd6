import { constant, multiply, type Dim } from "../../dims/dim.ts";
import type { DType, TensorType } from "../../ir/types.ts";
import { elementAt } from "../../support/element-at.ts";
import { fillArray, sizeOf, type ConcreteType } from "../define/nd-array.ts";
import {
  definePrimitive,
  type NdArray,
  type OperandSpec,
  type Primitive,
  type Sample,
  type ShapeChecker,
} from "../define/operator.ts";
import { checkSameShape, elementsOf } from "../define/shape-rules.ts";
import { bits, fold, normal, uniform, type Key } from "./counter.ts";
import { checkKey, keyOperand } from "./fold-key.ts";

/** The attributes of what draws. */
export const drawAttributes = {
  shape: { kind: "dims", min: 1, doc: "Shape of the result; the counter is its row-major index." },
} as const;

/** The attributes of `random_normal`: uniforms are exact in f32, normals are not. */
export const normalAttributes = {
  ...drawAttributes,
  dtype: { kind: "dtype", doc: "The element type: f32 or f64.", default: "f32" },
} as const;

/** What tells apart whom draws are of: one that has a number draws by it, whoever else is drawn for. */
const numbersOperand: OperandSpec = {
  name: "numbers",
  dtype: "u32",
  shape: "[N]",
  doc: "Numbers of what lies along the first axis: each draws by the key folded with its own, and counts from 0.",
  optional: true,
};

const key = { dtype: "u32", shape: [2], data: [0xdeadbe00, 0x01234500] } as const;

const samples: readonly Sample[] = [[7], [2, 3, 4], []].map((shape) => ({
  operands: [key],
  attributes: { shape: shape.map((size) => constant(size)) },
}));

/** `random_bits`: uniform 32-bit words. */
export const randomBits = defineDraw("random_bits", "Uniform 32-bit words.", "u32", bits);

/** `random_uniform`: uniform numbers in [0, 1), multiples of 2^-24. */
export const randomUniform = defineDraw(
  "random_uniform",
  "Uniform numbers in [0, 1), multiples of 2^-24.",
  "f32",
  uniform,
);

/** `random_normal`: standard normal numbers by Box and Muller. */
export const randomNormal = definePrimitive({
  ...drawn("random_normal", "Standard normal numbers, by Box and Muller.", normal),
  attributes: normalAttributes,
  infer: ({ operands, attributes: { shape, dtype }, check }) => {
    if (!checkKey("random_normal", elementAt(operands, 0), check)) return undefined;
    if (!checkNumbers("random_normal", operands[1], shape, check)) return undefined;
    return dtype === "f32" || dtype === "f64" ? [{ dtype, shape }] : check.fail("random_normal draws f32 or f64");
  },
  samples: [...samples, { operands: [key], attributes: { shape: [constant(2), constant(5)], dtype: "f64" } }],
});

type Draw = (key: Key, counter: number) => number;

/** Reports unless numbers, where they are given, count the first axis. */
function checkNumbers(
  what: string,
  numbers: TensorType | undefined,
  shape: readonly Dim[],
  check: ShapeChecker,
): boolean {
  if (numbers === undefined) return true;
  return checkSameShape(numbers.shape, shape.slice(0, 1), `the numbers and the first axis of ${what}`, check);
}

function defineDraw(name: string, doc: string, dtype: DType, draw: Draw): Primitive<typeof drawAttributes> {
  return definePrimitive({
    ...drawn(name, doc, draw),
    attributes: drawAttributes,
    infer: ({ operands, attributes: { shape }, check }) =>
      checkKey(name, elementAt(operands, 0), check) && checkNumbers(name, operands[1], shape, check)
        ? [{ dtype, shape }]
        : undefined,
    samples,
  });
}

/** What all that draws has in common. */
function drawn(name: string, doc: string, draw: Draw) {
  return {
    name,
    doc,
    exposed: false,
    structure: "other",
    operands: [keyOperand, numbersOperand],
    cost: ({ results }: { readonly results: readonly TensorType[] }) => ({
      flops: multiply(elementsOf(elementAt(results, 0)), constant(20)),
    }),
    reference: ({ operands, results }: Concrete) => {
      const words = elementAt(operands, 0).data;
      const drawKey: Key = [elementAt(words, 0), elementAt(words, 1)];
      const result = elementAt(results, 0);
      const numbers = operands[1]?.data;
      if (numbers === undefined) return [fillArray(result, (index) => draw(drawKey, index))];
      const keys = Array.from(numbers, (number) => fold(drawKey, number));
      const size = sizeOf(result.shape.slice(1));
      return [fillArray(result, (index) => draw(elementAt(keys, Math.floor(index / size)), index % size))];
    },
    draw,
    gradient: "nondifferentiable",
  } as const;
}

interface Concrete {
  readonly operands: readonly NdArray[];
  readonly results: readonly ConcreteType[];
}
