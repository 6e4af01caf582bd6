import type { DimExpression, Manifest, ManifestInput } from "../../emit/onnx/manifest.ts";
import { required } from "../../support/fault.ts";
import type { Tensors } from "../tensor.ts";

/** What a set of tensors says about a graph's free dimensions, or what does not fit. */
export type Binding =
  { readonly ok: true; readonly dims: ReadonlyMap<string, number> } | { readonly ok: false; readonly message: string };

/**
 * Reads the free dimensions off the tensors that are fed, and checks their dtypes and shapes and the model's
 * constraints: what Runtime would report late, in its own words, or not at all.
 */
export function bindDimensions(
  inputs: readonly ManifestInput[],
  constraints: Manifest["constraints"],
  feeds: Tensors,
): Binding {
  const failed = (message: string): Binding => ({ ok: false, message });
  const dims = new Map<string, number>();
  const givenBy = new Map<string, string>();
  for (const { name, dtype, shape, stored } of inputs) {
    if (stored === true) continue;
    const tensor = feeds.get(name);
    if (tensor === undefined) return failed(`input ${name} is missing`);
    if (tensor.dtype !== dtype) return failed(`input ${name} is ${dtype}, not ${tensor.dtype}`);
    const shown = `input ${name} has the shape [${shape.join(", ")}], not [${tensor.shape.join(", ")}]`;
    if (tensor.shape.length !== shape.length) return failed(shown);
    for (const [axis, dim] of shape.entries()) {
      const size = required(tensor.shape[axis], "size");
      if (typeof dim === "number") {
        if (dim !== size) return failed(shown);
        continue;
      }
      const known = dims.get(dim);
      const other = givenBy.get(dim);
      if (known !== undefined && known !== size && other !== undefined)
        return failed(`${shown}: ${dim} is ${known} in ${other}`);
      dims.set(dim, size);
      if (other === undefined) givenBy.set(dim, name);
    }
  }
  for (const { text, message, check } of constraints) {
    if (check === undefined) continue;
    const [sign, left, right] = check;
    const a = evaluate(left, dims);
    const b = evaluate(right, dims);
    // A dimension that these inputs do not have cannot break its constraint here.
    if (a === undefined || b === undefined) continue;
    const holds = sign === "==" ? a === b : sign === "!=" ? a !== b : sign === ">=" ? a >= b : a < b;
    if (!holds)
      return failed(
        message ?? `${text} does not hold (${[...dims].map(([name, it]) => `${name} = ${it}`).join(", ")})`,
      );
  }
  return { ok: true, dims };
}

/** The value of an expression, or undefined where a name in it has none. */
function evaluate(expression: DimExpression, dims: ReadonlyMap<string, number>): number | undefined {
  if (typeof expression === "number") return expression;
  if (typeof expression === "string") return dims.get(expression);
  const [operator, ...rest] = expression;
  const operands: number[] = [];
  for (const it of rest) {
    const value = evaluate(it, dims);
    if (value === undefined) return undefined;
    operands.push(value);
  }
  const [a = 0, b = 1] = operands;
  switch (operator) {
    case "+":
      return operands.reduce((x, y) => x + y, 0);
    case "*":
      return operands.reduce((x, y) => x * y, 1);
    case "//":
      return Math.floor(a / b);
    case "%":
      return a - b * Math.floor(a / b);
    case "min":
      return Math.min(...operands);
    case "max":
      return Math.max(...operands);
  }
}
