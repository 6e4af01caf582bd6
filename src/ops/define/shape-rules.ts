import { asNumber, constant, product, sameForm, type Dim } from "../../dims/dim.ts";
import type { DType, TensorType } from "../../ir/types.ts";
import { required } from "../../support/fault.ts";
import { isFloat } from "./dtype-class.ts";
import type { ShapeChecker, SizePair } from "./operator.ts";

/** The dimension 1. */
export const one: Dim = constant(1);

/** True for the literal dimension 1, which broadcasts. */
export function isOne(dim: Dim): boolean {
  return asNumber(dim) === 1;
}

/** The number of elements of a type. */
export function elementsOf(type: TensorType): Dim {
  return product(type.shape);
}

/** The shape of the operands beside a number, where all are to have one. */
export function shapeOfOthers(operands: readonly (TensorType | undefined)[]): readonly Dim[] | undefined {
  return operands.find((it) => it !== undefined)?.shape;
}

/** A type of the same shape with another element type. */
export function withDType(type: TensorType, dtype: DType): TensorType {
  return { dtype, shape: type.shape };
}

/** The element type that all operands share, or undefined after a report. */
export function sharedDType(operands: readonly TensorType[], what: string, check: ShapeChecker): DType | undefined {
  const [first, ...rest] = operands;
  if (first === undefined) return check.fail(`${what} needs at least one operand`);
  const other = rest.find((it) => it.dtype !== first.dtype);
  if (other !== undefined) {
    // Whole numbers and truth values become real ones without loss.
    const { dtype } = isFloat(other.dtype) && !isFloat(first.dtype) ? other : first;
    return check.fail(
      `the operands of ${what} must have one element type, and ${first.dtype} is not ${other.dtype}`,
      `convert one of them with \`cast(x, ${dtype})\``,
    );
  }
  return first.dtype;
}

const placesFromEnd = ["last axes", "last axes but one", "last axes but two"];

/**
 * The shape that two shapes broadcast to, as NumPy has it, on dims that are proved equal, or that are the literal 1 or
 * proved to be; or undefined after a report. `behind` are axes that the operands of `what` have behind these.
 */
export function broadcastShapes(
  left: readonly Dim[],
  right: readonly Dim[],
  what: string,
  check: ShapeChecker,
  behind = 0,
): readonly Dim[] | undefined {
  const rank = Math.max(left.length, right.length);
  const shape: Dim[] = [];
  const pairs: SizePair[] = [];
  for (let axis = 0; axis < rank; axis += 1) {
    const a = left[axis - (rank - left.length)];
    const b = right[axis - (rank - right.length)];
    if (a === undefined || b === undefined) {
      const present = a ?? b;
      if (present !== undefined) shape.push(present);
    } else if (isOne(b)) shape.push(a);
    else if (isOne(a)) shape.push(b);
    else {
      // Of two ranks, places are counted from where they meet.
      const which =
        left.length === right.length
          ? `axes ${String(axis)}`
          : `the ${placesFromEnd[rank - axis - 1 + behind] ?? `axes ${String(axis - rank - behind)}`}`;
      const isLast = axis === rank - 1 && behind === 0;
      pairs.push({ left: a, right: b, what: `${which} of the operands of ${what}`, isLast });
      shape.push(preferred(a, b));
    }
  }
  if (!check.allBroadcast(pairs)) return undefined;
  const met = dimMeetingItself(left, right);
  if (met !== undefined) check.meetsItself(left, right, met);
  return shape;
}

/**
 * The dim that broadcasting two shapes of different ranks sets against itself: `[B, 1]` and `[B]` become `[B, B]`. It
 * stands on an axis that the shorter shape lacks, and in the shorter one where the longer has a 1.
 */
function dimMeetingItself(left: readonly Dim[], right: readonly Dim[]): Dim | undefined {
  const [long, short] = left.length >= right.length ? [left, right] : [right, left];
  const added = long.slice(0, long.length - short.length).filter((it) => asNumber(it) === undefined);
  return short.find((dim, axis) => {
    const beside = long[axis + long.length - short.length];
    return beside !== undefined && isOne(beside) && added.some((it) => sameForm(it, dim));
  });
}

/** Of two equal dims the one that says more: a literal, else one with a label, else the first. */
export function preferred(a: Dim, b: Dim): Dim {
  if (asNumber(a) === undefined && asNumber(b) !== undefined) return b;
  return a.label === undefined && b.label !== undefined && asNumber(a) === undefined ? b : a;
}

/** Reports unless `axis` lies in 0..rank-1. */
export function checkAxis(axis: number, rank: number, what: string, check: ShapeChecker): boolean {
  if (Number.isInteger(axis) && axis >= 0 && axis < rank) return true;
  check.fail(`axis ${axis} of ${what} does not exist: the operand has ${rank} ${rank === 1 ? "axis" : "axes"}`);
  return false;
}

/** Reports unless all axes exist and none is named twice. */
export function checkAxes(axes: readonly number[], rank: number, what: string, check: ShapeChecker): boolean {
  if (!axes.every((axis) => checkAxis(axis, rank, what, check))) return false;
  if (new Set(axes).size === axes.length) return true;
  check.fail(`${what} names an axis twice`);
  return false;
}

/** Reports unless both shapes are equal, axis by axis. */
export function checkSameShape(
  left: readonly Dim[],
  right: readonly Dim[],
  what: string,
  check: ShapeChecker,
): boolean {
  if (left.length !== right.length) {
    const [long, short] = left.length > right.length ? [left, right] : [right, left];
    const last = long.at(-1);
    const isColumn = long.length === short.length + 1 && last !== undefined && isOne(last);
    check.fail(
      `${what} must have one shape, and the ranks ${left.length} and ${right.length} differ`,
      isColumn ? "the longer one has a last axis of 1: its numbers without that axis are `[..., 0]`" : undefined,
    );
    return false;
  }
  return check.allEqual(
    left.map((dim, axis) => ({
      left: dim,
      right: required(right[axis], "dimension"),
      what: `axes ${axis} of ${what}`,
    })),
  );
}

/** A shape with one axis taken out. */
export function withoutAxis(shape: readonly Dim[], axis: number): readonly Dim[] {
  return shape.filter((_, index) => index !== axis);
}

/** A shape with one axis replaced. */
export function withAxis(shape: readonly Dim[], axis: number, dim: Dim): readonly Dim[] {
  return shape.map((it, index) => (index === axis ? dim : it));
}

/** The literal sizes of a shape, or undefined where one is symbolic. */
export function literalShape(shape: readonly Dim[]): readonly number[] | undefined {
  const sizes: number[] = [];
  for (const dim of shape) {
    const size = asNumber(dim);
    if (size === undefined) return undefined;
    sizes.push(size);
  }
  return sizes;
}

/** True where two shapes are the same, dimension by dimension, as they are written. */
export function sameShape(a: readonly Dim[], b: readonly Dim[]): boolean {
  return (
    a.length === b.length &&
    a.every((dim, axis) => {
      const other = b[axis];
      return other !== undefined && sameForm(dim, other);
    })
  );
}
