import { ceilDivide, floorDivide, maximum, minimum, type Dim } from "../dims/dim.ts";
import type { ElementFunction } from "../ops/define/operator.ts";
import { findOperator } from "../ops/registry.ts";
import { textOf } from "../support/source.ts";
import type { CallExpression } from "../syntax/ast.ts";
import { dimOf, isNonzero, isStaticNumber } from "./arithmetic.ts";
import { report, type Context, type Expected } from "./context.ts";
import { combined, isWhole, numberOf } from "./convert.ts";
import { poison, type Val } from "./values.ts";

interface Extreme {
  readonly ofNumbers: (...numbers: number[]) => number;
  readonly ofDims: (...dims: Dim[]) => Dim;
}

const extremes: ReadonlyMap<string, Extreme> = new Map([
  ["min", { ofNumbers: Math.min, ofDims: minimum }],
  ["max", { ofNumbers: Math.max, ofDims: maximum }],
]);

/** What a function makes of the quotient of two dims. */
const quotients: ReadonlyMap<string, (dividend: Dim, divisor: Dim) => Dim> = new Map([
  ["ceil", ceilDivide],
  ["floor", floorDivide],
]);

/** Whether a name is a function that takes whole numbers and dims as it takes tensors: `min(a, b)`. */
export function isExtreme(name: string): boolean {
  return extremes.has(name);
}

/** Whether calling a name with numbers known at compile time gives one: operators on real numbers, one by one. */
export function isStaticFunction(name: string): boolean {
  return extremes.has(name) || name === "pow" || elementFunction(name) !== undefined;
}

function elementFunction(
  name: string,
): (ElementFunction & { readonly operands: 1; readonly keepsType: boolean }) | undefined {
  const operator = findOperator(name);
  if (operator?.kind !== "primitive" || !operator.exposed || operator.element?.operands !== 1) return undefined;
  const [{ dtype } = { dtype: "bool" }] = operator.operands;
  // What takes integers as well gives them of integers.
  return dtype === "float" || dtype === "number" ? { ...operator.element, keepsType: dtype === "number" } : undefined;
}

/**
 * `sqrt(D / heads)`, `pow(2, i)`, `min(a, b)`, `ceil(a / b)`: functions of compile-time numbers, and of dims where they stay
 * dims. Undefined where an argument is a tensor or the function is none of these.
 */
export function lowerStaticCall(
  ctx: Context,
  name: string,
  call: CallExpression,
  vals: readonly Val[],
  expected: Expected,
): Val | undefined {
  if (vals.length === 0 || !vals.every(isStaticNumber) || call.arguments.some((it) => it.name !== undefined))
    return undefined;
  const provenance = combined(
    vals,
    (texts) => `${name}(${texts.map((it) => it.replace(/^\((.*)\)$/, "$1")).join(", ")})`,
  );
  const numbers = vals.map(numberOf);
  const extreme = extremes.get(name);
  if (extreme !== undefined && vals.length >= 2) {
    if (numbers.every((it) => it !== undefined)) {
      return { kind: "number", value: extreme.ofNumbers(...numbers), integer: vals.every(isWhole), ...provenance };
    }
    const dims = vals.map(dimOf);
    if (!dims.every((it) => it !== undefined)) return undefined;
    return { kind: "dim", dim: extreme.ofDims(...dims), ...provenance };
  }
  const [first] = vals;
  const [value, exponent] = numbers;
  if (name === "pow" && vals.length === 2 && value !== undefined && exponent !== undefined) {
    const integer = vals.every(isWhole) && exponent >= 0;
    return finite(ctx, call, [value, exponent], { kind: "number", value: value ** exponent, integer, ...provenance });
  }
  if (first === undefined || vals.length !== 1) return undefined;
  const divide = quotients.get(name);
  if (divide !== undefined && value === undefined) {
    if (first.kind === "dim") return first;
    if (first.kind !== "ratio") return undefined;
    if (!isNonzero(ctx, first.divisor, call.span)) return poison;
    return { kind: "dim", dim: divide(first.dividend, first.divisor), ...provenance };
  }
  const element = elementFunction(name);
  if (element === undefined || value === undefined) return undefined;
  const result = element.compute(value, "f64");
  const integer = element.isWhole === true || expected.integer === true || (element.keepsType && isWhole(first));
  return finite(ctx, call, [value], { kind: "number", value: result, integer, ...provenance });
}

/** A number that a call gives, whole only where it is held exactly; what is none is told, with what it was made of. */
function finite(
  ctx: Context,
  call: CallExpression,
  made: readonly number[],
  number: Val & { readonly kind: "number" },
): Val {
  if (!Number.isFinite(number.value)) {
    const computed = `${textOf(call.callee.span)}(${made.map((it) => Number(it.toPrecision(6))).join(", ")})`;
    report(ctx, "MC3032", call.span, { expression: textOf(call.span), computed });
    return poison;
  }
  return { ...number, integer: number.integer && Number.isSafeInteger(number.value) };
}
