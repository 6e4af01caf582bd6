import { numberOfJson } from "../support/json-numbers.ts";
import { failure, success, type Result } from "../support/result.ts";
import type { DType } from "../ir/types.ts";
import { fromNumbers, toNumbers } from "./onnx/typed-array.ts";
import type { Tensor } from "./tensor.ts";
import { showName } from "../support/show-text.ts";

/** A tensor as nested arrays: numbers, or true and false. */
export type Nested = number | boolean | readonly Nested[];

/**
 * Reads nested arrays as a tensor of a dtype, `"NaN"` and the like as the numbers that JSON lacks; an error says where
 * they are uneven or hold something else.
 */
export function fromNested(value: unknown, dtype: DType): Result<Tensor, string> {
  const shape: number[] = [];
  for (let it = value; Array.isArray(it); it = (it as readonly unknown[])[0]) shape.push(it.length);
  const numbers: number[] = [];
  let wrong: string | undefined;
  const visit = (it: unknown, depth: number, place: string): void => {
    if (wrong !== undefined) return;
    if (Array.isArray(it)) {
      if (it.length !== shape[depth])
        wrong = `${place} has ${it.length} elements where ${shape[depth] ?? "a number"} ${shape[depth] === undefined ? "is" : "are"} expected`;
      else it.forEach((element, index) => visit(element, depth + 1, `${place}[${index}]`));
    } else if (depth < shape.length) wrong = `${place} is ${showName(JSON.stringify(it))} where a list is expected`;
    else if (typeof it === "boolean") numbers.push(Number(it));
    else if (numberOfJson(it) !== undefined) numbers.push(numberOfJson(it) ?? NaN);
    else wrong = `${place} is ${showName(JSON.stringify(it))}, no number`;
  };
  visit(value, 0, "it");
  if (wrong !== undefined) return failure(wrong);
  const whole = !/^b?f\d/.test(dtype);
  const fraction = whole ? numbers.find((it) => !Number.isInteger(it)) : undefined;
  if (fraction !== undefined) return failure(`it holds ${fraction}, but its elements are ${dtype}`);
  return success({ dtype, shape, data: fromNumbers(dtype, numbers, numbers.length) });
}

/** A tensor as nested arrays; f32 as the shortest decimals that mean it. */
export function toNested(tensor: Tensor): Nested {
  const numbers = toNumbers(tensor);
  const element = (at: number): number | boolean => {
    const value = numbers[at] ?? 0;
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
