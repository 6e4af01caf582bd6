import { add, constant, floorDivide, modulo, multiply, subtract, type Dim } from "../dims/dim.ts";
import { operatorOfSign } from "../ops/define/operator-signs.ts";
import { decide } from "../dims/decide.ts";
import { equal, negateRelation } from "../dims/facts.ts";
import { isFloat } from "../ops/define/dtype-class.ts";
import { findOperator } from "../ops/registry.ts";
import { textOf, type Span } from "../support/source.ts";
import type { BinaryExpression, Expression, UnaryExpression } from "../syntax/ast.ts";
import { eitherOf, nearestNumbers } from "./sizes/nearest-numbers.ts";
import { applyOperator } from "./apply-operator.ts";
import { report, type Context, type Expected } from "./context.ts";
import {
  asTensor,
  combined,
  exactQuotient,
  failsAt,
  formatExample,
  literalType,
  isWhole,
  numberOf,
  type NumberType,
} from "./convert.ts";
import { factsIn } from "./minima.ts";
import { describe, poison, type RatioVal, type Val } from "./values.ts";
import { reportUndecided } from "./report-undecided.ts";

type ArithmeticOperator = "+" | "-" | "*" | "/" | "//" | "%";

/** True for what is known at compile time and takes part in arithmetic. */
export function isStaticNumber(val: Val): boolean {
  return val.kind === "number" || val.kind === "dim" || val.kind === "ratio";
}

/** `a + b`, `a and b`, ... */
export function lowerBinary(ctx: Context, e: BinaryExpression, expected: Expected): Val {
  const wanted: Expected = expected.integer === true ? { integer: true } : {};
  const left = ctx.elaborator.rules.expression(ctx, e.left, wanted);
  if (e.operator === "and" || e.operator === "or") return lowerLogical(ctx, e, e.operator, left);
  const right = ctx.elaborator.rules.expression(ctx, e.right, wanted);
  if (left.kind === "poison" || right.kind === "poison") return poison;
  if (isStaticNumber(left) && isStaticNumber(right)) {
    const folded = foldBinary(ctx, e.operator, left, right, e.span, expected.integer === true);
    if (folded !== undefined) return folded;
  }
  return tensorBinary(ctx, operatorOfSign[e.operator], left, right, e);
}

/** Applies a binary operator to two values of which one is a tensor; a number takes the other's element type. */
export function tensorBinary(
  ctx: Context,
  op: string,
  left: Val,
  right: Val,
  e: { readonly span: Span; readonly left: { readonly span: Span }; readonly right: { readonly span: Span } },
): Val {
  const operator = findOperator(op);
  if (operator === undefined) return poison;
  let a = left;
  let b = right;
  // Division is real, as in NumPy: integers become f32 first.
  if (op === "div") {
    a = realOperand(ctx, a, e.left.span);
    b = realOperand(ctx, b, e.right.span);
  }
  const x = asTensor(ctx, a, e.left.span, typeBeside(b, a, e.right.span));
  const y = asTensor(ctx, b, e.right.span, typeBeside(a, b, e.left.span));
  if (x === undefined || y === undefined) return poison;
  return applyOperator(ctx, operator, [x, y], {}, e.span, [e.left.span, e.right.span]);
}

function realOperand(ctx: Context, val: Val, span: Span): Val {
  if (val.kind !== "tensor" || isFloat(val.value.type.dtype) || val.value.type.dtype === "bool") return val;
  const cast = findOperator("cast");
  if (cast === undefined) return val;
  return applyOperator(ctx, cast, [val], { dtype: { kind: "string", value: "f32" } }, span, [span]);
}

/** What a number becomes beside another value. */
function typeBeside(other: Val, number: Val, beside: Span): NumberType {
  return other.kind === "tensor" ? { dtype: other.value.type.dtype, beside } : { dtype: literalType([number, other]) };
}

/** Arithmetic at compile time; undefined where it needs a tensor. */
function foldBinary(
  ctx: Context,
  op: ArithmeticOperator,
  left: Val,
  right: Val,
  span: Span,
  integer: boolean,
): Val | undefined {
  const a = numberOf(left);
  const b = numberOf(right);
  const provenance = combined([left, right], ([x = "", y = ""]) => `${x} ${op} ${y}`);
  if (a !== undefined && b !== undefined) {
    const computed = `${a} ${op} ${b}`;
    if ((op === "/" || op === "//" || op === "%") && b === 0) {
      report(ctx, "MC3032", span, { expression: textOf(span), computed });
      return poison;
    }
    if (op === "/" && integer) {
      if (Number.isSafeInteger(a / b)) return { kind: "number", value: a / b, integer: true, ...provenance };
      const fitting = nearestNumbers(b, (it) => Number.isSafeInteger(a / it));
      const divides = fitting.length === 0 ? "" : `: ${String(a)} divides by ${eitherOf(fitting)}`;
      const help = `Use \`//\` for floor division, or choose other sizes${divides}.`;
      report(ctx, "MC3005", span, { dividend: String(a), divisor: String(b), example: "" }, { help });
      return poison;
    }
    const value = fold(op, a, b);
    if (!Number.isFinite(value)) {
      report(ctx, "MC3032", span, { expression: textOf(span), computed });
      return poison;
    }
    return {
      kind: "number",
      value,
      integer: op !== "/" && isWhole(left) && isWhole(right) && Number.isSafeInteger(value),
      ...provenance,
    };
  }
  const x = dimOf(left);
  const y = dimOf(right);
  if (x === undefined || y === undefined) return undefined;
  if (op === "/") {
    if (!integer) return ratio(x, y);
    const quotient = exactQuotient(ctx, x, y, span);
    return quotient === undefined ? poison : { kind: "dim", dim: quotient, ...provenance };
  }
  if ((op === "//" || op === "%") && !isNonzero(ctx, y, span)) return poison;
  return { kind: "dim", dim: foldDim(op, x, y), ...provenance };
}

/** Proves that a divisor is not zero; false after a report. */
export function isNonzero(ctx: Context, divisor: Dim, span: Span): boolean {
  const proof = decide(negateRelation(equal(divisor, constant(0))), factsIn(ctx));
  if (proof.verdict === "proved") return true;
  if (proof.verdict === "unknown") {
    const relations = [negateRelation(equal(divisor, constant(0)))];
    reportUndecided(ctx, span, { claim: `the divisor of \`${textOf(span)}\` is never 0`, relations });
    return false;
  }
  const at = formatExample(proof.counterexample);
  report(
    ctx,
    "MC3032",
    span,
    { expression: textOf(span) },
    at === ""
      ? {}
      : {
          help: `At ${at} the divisor is 0. Exclude that in the header's \`where\`.`,
          ...failsAt(negateRelation(equal(divisor, constant(0))), factsIn(ctx)),
        },
  );
  return false;
}

function ratio(dividend: Dim, divisor: Dim): RatioVal {
  return { kind: "ratio", dividend, divisor };
}

/** A value known at compile time as a dim, where it is one. */
export function dimOf(val: Val): Dim | undefined {
  if (val.kind === "dim") return val.dim;
  return val.kind === "number" && Number.isSafeInteger(val.value) ? constant(val.value) : undefined;
}

function fold(op: ArithmeticOperator, a: number, b: number): number {
  switch (op) {
    case "+":
      return a + b;
    case "-":
      return a - b;
    case "*":
      return a * b;
    case "/":
      return a / b;
    case "//":
      return Math.floor(a / b);
    case "%":
      return a - b * Math.floor(a / b);
  }
}

function foldDim(op: "+" | "-" | "*" | "//" | "%", a: Dim, b: Dim): Dim {
  switch (op) {
    case "+":
      return add(a, b);
    case "-":
      return subtract(a, b);
    case "*":
      return multiply(a, b);
    case "//":
      return floorDivide(a, b);
    case "%":
      return modulo(a, b);
  }
}

/** `-x` and `not c`. */
export function lowerUnary(ctx: Context, e: UnaryExpression, expected: Expected): Val {
  const operand = ctx.elaborator.rules.expression(ctx, e.operand, expected.integer === true ? { integer: true } : {});
  switch (operand.kind) {
    case "poison":
      return poison;
    case "number":
      if (e.operator === "not") break;
      return {
        kind: "number",
        value: -operand.value,
        integer: operand.integer,
        ...(isOne(e.operand) && { rest: true }),
        ...combined([operand], ([x = ""]) => `-${x}`),
      };
    case "dim":
      if (e.operator === "not") break;
      return { kind: "dim", dim: subtract(constant(0), operand.dim), ...combined([operand], ([x = ""]) => `-${x}`) };
    case "boolean":
      if (e.operator === "-") break;
      return { kind: "boolean", value: !operand.value, ...combined([operand], ([x = ""]) => `not ${x}`) };
    case "training":
      if (e.operator === "-") break;
      return { kind: "training", negated: !operand.negated };
    default: {
      const x = asTensor(ctx, operand, e.operand.span);
      const operator = findOperator(e.operator === "-" ? "neg" : "logical_not");
      if (x === undefined || operator === undefined) return poison;
      return applyOperator(ctx, operator, [x], {}, e.span, [e.operand.span]);
    }
  }
  const expectedText = e.operator === "-" ? "`-` needs a number or a tensor" : "`not` needs a condition";
  report(ctx, "MC3008", e.operand.span, { expected: expectedText, actual: describe(operand) });
  return poison;
}

/** Whether the number 1 is written. */
function isOne(e: Expression): boolean {
  return e.kind === "parenthesized" ? isOne(e.inner) : e.kind === "number" && e.value === 1;
}

function lowerLogical(ctx: Context, e: BinaryExpression, op: "and" | "or", left: Val): Val {
  if (left.kind === "poison") return poison;
  // What decides the condition already leaves the rest unlooked at, as everywhere.
  if (left.kind === "boolean" && left.value === (op === "or")) return left;
  const right = ctx.elaborator.rules.expression(ctx, e.right);
  if (right.kind === "poison") return poison;
  if (left.kind === "boolean" && isCondition(right)) return right;
  if (right.kind === "boolean" && left.kind === "training") return right.value === (op === "or") ? right : left;
  if (left.kind === "training" && right.kind === "training") {
    if (left.negated === right.negated) return left;
    return { kind: "boolean", value: op === "or" };
  }
  return tensorBinary(ctx, op === "and" ? "logical_and" : "logical_or", left, right, e);
}

function isCondition(val: Val): boolean {
  return val.kind === "boolean" || val.kind === "training";
}
