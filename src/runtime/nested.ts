import { elementAt } from "../support/element-at.ts";
import { numberOfJson } from "../support/json-numbers.ts";
import { failure, success, type Result } from "../support/result.ts";
import type { DType } from "../ir/types.ts";
import { isFloat } from "../ops/define/dtype-class.ts";
import { findMisfit } from "./data/find-misfit.ts";
import { fromNumbers, toNumbers } from "./onnx/typed-array.ts";
import type { Tensor } from "./tensor.ts";
import { showName } from "../support/show-text.ts";

/** A tensor as nested arrays: numbers, or true and false; 64-bit integers that no number of JSON holds as digits in a text. */
export type Nested = number | boolean | string | readonly Nested[];

/** How deep lists may nest, so that recursion over them ends: no tensor has as many axes. */
const deepestList = 100;

/**
 * Reads nested arrays as a tensor of a dtype; an error says where they are uneven, hold something else, or a number that
 * the dtype does not. JSON has no NaN and no exact 64-bit integers: `"NaN"`, `"Infinity"`, `"-Infinity"` are taken as
 * floats, digits in quotes as i64.
 */
export function fromNested(value: unknown, dtype: DType): Result<Tensor, string> {
  const shape: number[] = [];
  for (let it = value; Array.isArray(it); it = (it as readonly unknown[])[0]) shape.push(it.length);
  if (shape.length > deepestList) return failure(`it has ${shape.length} lists within one another`);
  const numbers: number[] = [];
  const integers: bigint[] = [];
  let wrong: string | undefined;
  const visit = (it: unknown, depth: number, place: string): void => {
    if (wrong !== undefined) return;
    if (Array.isArray(it)) {
      if (it.length !== shape[depth])
        wrong = `${place} has ${it.length} elements where ${shape[depth] ?? "a number"} ${shape[depth] === undefined ? "is" : "are"} expected`;
      else it.forEach((element, index) => visit(element, depth + 1, `${place}[${index}]`));
    } else if (depth < shape.length) wrong = `${place} is ${shown(it, dtype)} where a list is expected`;
    else {
      const read = readElement(it, dtype);
      if (typeof read === "string") wrong = `${place} is ${shown(it, dtype)}, ${read}`;
      else if (typeof read === "bigint") integers.push(read);
      else numbers.push(read);
    }
  };
  visit(value, 0, "it");
  if (wrong !== undefined) return failure(wrong);
  if (dtype === "i64") return success({ dtype, shape, data: BigInt64Array.from(integers) });
  return success({ dtype, shape, data: fromNumbers(dtype, numbers, numbers.length) });
}

/** An element as it stands in JSON, as far as numbers have kept that. */
function shown(it: unknown, dtype: DType): string {
  if (typeof it === "object" && it !== null) return "an object";
  if (typeof it !== "number") return showName(JSON.stringify(it));
  if (!Number.isFinite(it)) return `${it < 0 ? "below" : "beyond"} all numbers in double precision`;
  return dtype === "i64" && Number.isInteger(it) && !Number.isSafeInteger(it) ? `about ${it}` : String(it);
}

/** An element as a number, as an integer where it is to be i64, or what is wrong with it. */
function readElement(it: unknown, dtype: DType): number | bigint | string {
  const unwritten = isFloat(dtype) && typeof it === "string" ? numberOfJson(it) : undefined;
  if (unwritten !== undefined) return unwritten;
  if (dtype === "i64" && typeof it === "string" && /^-?\d{1,20}$/.test(it)) {
    const exact = BigInt(it);
    return BigInt.asIntN(64, exact) === exact ? exact : "which i64 does not hold (-2^63 to 2^63 - 1)";
  }
  if (dtype === "bool" ? typeof it !== "boolean" && it !== 0 && it !== 1 : typeof it !== "number")
    return dtype === "bool" ? "neither true nor false" : "no number";
  const value = Number(it);
  const misfit = findMisfit(dtype, value);
  if (misfit?.kind === "fraction") return `but its elements are ${dtype}`;
  if (misfit !== undefined) return `which ${dtype} does not hold (${misfit.limits})`;
  if (dtype !== "i64") return value;
  return Number.isSafeInteger(value) ? BigInt(value) : "more than a number in JSON says exactly: put it in quotes";
}

/** A tensor as nested arrays; f32 as the shortest decimals that mean it. */
export function toNested(tensor: Tensor): Nested {
  const numbers = toNumbers(tensor);
  const element = (at: number): number | boolean | string => {
    const value = elementAt(numbers, at);
    if (tensor.data instanceof BigInt64Array && !Number.isSafeInteger(value)) return String(tensor.data[at]);
    if (tensor.dtype === "bool") return value !== 0;
    return tensor.dtype === "f32" ? Number(value.toPrecision(8)) : value;
  };
  const build = (axis: number, from: number): Nested => {
    const size = tensor.shape[axis];
    if (size === undefined) return element(from);
    const stride = tensor.shape.slice(axis + 1).reduce((a, b) => a * b, 1);
    return Array.from({ length: size }, (_, index) => build(axis + 1, from + index * stride));
  };
  return build(0, 0);
}
