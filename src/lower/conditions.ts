import { asNumber, formatDim, type Dim } from "../dims/dim.ts";
import { operatorOfSign } from "../ops/define/operator-signs.ts";
import { decide } from "../dims/decide.ts";
import { atLeast, divides, equal, lessThan, negateRelation, type Relation } from "../dims/facts.ts";
import { textOf, type Span } from "../support/source.ts";
import type { ComparisonExpression, ComparisonOperator, Expression } from "../syntax/ast.ts";
import { report, type Context } from "./context.ts";
import { combined, formatExample, numberOf } from "./convert.ts";
import { dimOf, isStaticNumber, tensorBinary } from "./arithmetic.ts";
import { describe, keyOfVal, poison, type BooleanVal, type TrainingVal, type Val } from "./values.ts";
import { factsIn } from "./minima.ts";
import { inParentheses, valuesIn } from "./shown-value.ts";
import { helpOfChoice, helpOfListed } from "./help-of-choice.ts";
import { reportUndecided } from "./report-undecided.ts";

/** `a < b`, chained as in Python; of tensors a tensor, else decided now. */
export function lowerComparison(ctx: Context, e: ComparisonExpression): Val {
  const words = ctx.words;
  const vals: Val[] = [];
  for (const it of e.operands) {
    const val = ctx.elaborator.rules.expression(ctx, it, { words });
    // What is compared with nothing may be a word of the argument that was meant: `padding==same`.
    if (val.kind === "poison") return poison;
    vals.push(val);
  }
  let all: Val = { kind: "boolean", value: true };
  for (const [index, operator] of e.operators.entries()) {
    const left = vals[index];
    const right = vals[index + 1];
    const leftSpan = e.operands[index]?.span ?? e.span;
    const rightSpan = e.operands[index + 1]?.span ?? e.span;
    const [a, b] = [e.operands[index], e.operands[index + 1]];
    if (left === undefined || right === undefined || a === undefined || b === undefined) return poison;
    if (isNeverEqual(ctx, a, b, right, e.span) || isNeverEqual(ctx, b, a, left, e.span)) return poison;
    const one = compare(ctx, operator, left, right, e, leftSpan, rightSpan);
    if (one.kind === "poison") return poison;
    if (one.kind === "boolean" && all.kind === "boolean") {
      all = { kind: "boolean", value: all.value && one.value };
    } else if (all.kind === "boolean" && all.value) {
      // Nothing but what is true stands before it.
      all = one;
    } else {
      all = tensorBinary(ctx, "logical_and", all, one, {
        span: e.span,
        left: { span: leftSpan },
        right: { span: rightSpan },
      });
    }
  }
  return all.kind === "boolean" ? { ...all, ...combined(vals, () => textOf(e.span)) } : all;
}

/** Literals by their kind: what they are called, the types that take them, and the values that they are never the same as. */
const literals = {
  string: {
    called: "a text",
    types: ["string"],
    differsFrom: ({ kind }: Val) => !["string", "tensor", "poison"].includes(kind),
  },
  number: { called: "a number", types: ["int", "float"], differsFrom: ({ kind }: Val) => kind === "boolean" },
  boolean: { called: "a truth value", types: ["bool"], differsFrom: isStaticNumber },
} as const;

/** Whether a literal stands beside what it can never be the same as; then it is reported. */
function isNeverEqual(ctx: Context, literal: Expression, other: Expression, val: Val, span: Span): boolean {
  if (literal.kind !== "string" && literal.kind !== "number" && literal.kind !== "boolean") return false;
  const { called, types, differsFrom } = literals[literal.kind];
  if (!differsFrom(val)) return false;
  // A hyperparameter of several types may be given the one that the literal is not of.
  const own = ctx.callable?.declaration.hyperparameters.find(
    ({ name }) => other.kind === "reference" && other.text === name.text,
  );
  if (own?.type.alternatives.some((it) => it.kind === "word" && types.some((type) => type === it.name.text)))
    return false;
  const expected = "what is compared must be of one kind";
  report(ctx, "MC3008", span, { expected, actual: `${called} and ${describe(val)}` }, helpOfQuotes(literal, val));
  return true;
}

function helpOfQuotes(literal: Expression, val: Val): { readonly help?: string } {
  if (literal.kind !== "string") return {};
  if (isStaticNumber(val)) return { help: "Numbers stand without quotes." };
  return { help: `Words and functions stand without quotes: \`${literal.value}\`.` };
}

function compare(
  ctx: Context,
  operator: ComparisonOperator,
  left: Val,
  right: Val,
  e: Expression,
  leftSpan: Span,
  rightSpan: Span,
): Val {
  if (left.kind === "tensor" || right.kind === "tensor") {
    return tensorBinary(ctx, operatorOfSign[operator], left, right, {
      span: e.span,
      left: { span: leftSpan },
      right: { span: rightSpan },
    });
  }
  if (isStaticNumber(left) && isStaticNumber(right)) {
    const a = numberOf(left);
    const b = numberOf(right);
    if (a !== undefined && b !== undefined) return { kind: "boolean", value: compareNumbers(operator, a, b) };
    const x = dimOf(left);
    const y = dimOf(right);
    if (x !== undefined && y !== undefined) return decided(ctx, relationOf(operator, x, y), e);
    const [size, number] = x === undefined ? [y, a] : [x, b];
    if (size !== undefined) {
      const expected = `\`${operator}\` compares a size with whole numbers that are exact`;
      report(
        ctx,
        "MC3008",
        e.span,
        { expected, actual: describe(x === undefined ? left : right) },
        wholeHelp(operator, formatDim(size), number, x === undefined),
      );
      return poison;
    }
  }
  const [list, size] = left.kind === "list" ? [left, right] : [right, left];
  if (list.kind === "list" && size.kind === "dim" && asNumber(size.dim) === undefined) {
    const sizes = list.elements.flatMap((it) => dimOf(it) ?? []);
    const help = sizes.length === list.elements.length ? helpOfListed(operator, size.dim, sizes) : undefined;
    const found = { expected: `\`${operator}\` compares a size with a size`, actual: describe(list) };
    report(ctx, "MC3008", e.span, found, help === undefined ? {} : { help });
    return poison;
  }
  if (operator === "==" || operator === "!=") {
    return { kind: "boolean", value: (keyOfVal(left) === keyOfVal(right)) === (operator === "==") };
  }
  report(ctx, "MC3008", e.span, {
    expected: `\`${operator}\` compares numbers`,
    actual: `${describe(left)} and ${describe(right)}`,
  });
  return poison;
}

/** `T >= 5`, for `T >= 4.5`: what a comparison with a number comes to that is not whole. */
function wholeHelp(
  operator: ComparisonOperator,
  size: string,
  number: number | undefined,
  isTurned: boolean,
): { readonly help?: string } {
  if (number === undefined || Number.isInteger(number) || Math.abs(number) >= Number.MAX_SAFE_INTEGER) return {};
  if (operator === "==" || operator === "!=") return { help: `\`${size}\` is a whole number.` };
  const isAbove = (operator === ">" || operator === ">=") !== isTurned;
  const bound = isAbove ? `>= ${String(Math.ceil(number))}` : `<= ${String(Math.floor(number))}`;
  return { help: `\`${size}\` is a whole number: write \`${size} ${bound}\`.` };
}

function compareNumbers(operator: ComparisonOperator, a: number, b: number): boolean {
  switch (operator) {
    case "==":
      return a === b;
    case "!=":
      return a !== b;
    case "<":
      return a < b;
    case "<=":
      return a <= b;
    case ">":
      return a > b;
    case ">=":
      return a >= b;
  }
}

function relationOf(operator: ComparisonOperator, a: Dim, b: Dim): Relation {
  switch (operator) {
    case "==":
      return equal(a, b);
    case "!=":
      return negateRelation(equal(a, b));
    case "<":
      return lessThan(a, b);
    case "<=":
      return atLeast(b, a);
    case ">":
      return lessThan(b, a);
    case ">=":
      return atLeast(a, b);
  }
}

/** A condition over dims that is the same for all their values; else a report that names an example of each. */
function decided(ctx: Context, relation: Relation, e: Expression): Val {
  const holds = decide(relation, factsIn(ctx));
  if (holds.verdict === "proved") return { kind: "boolean", value: true, opaque: true };
  const fails = decide(negateRelation(relation), factsIn(ctx));
  if (fails.verdict === "proved") return { kind: "boolean", value: false, opaque: true };
  if (holds.verdict === "unknown" || fails.verdict === "unknown") {
    const never = holds.verdict === "unknown" ? "" : "never ";
    const claim = `\`${textOf(e.span)}\` ${never}holds, for all sizes`;
    reportUndecided(ctx, e.span, { claim, relations: [never === "" ? relation : negateRelation(relation)] });
    return poison;
  }
  const dims = [...new Set([...formatDims(relation)])].join(" and ");
  if (ctx.inWhere !== undefined) {
    const parameters = { condition: textOf(ctx.inWhere.span), part: textOf(e.span), dims };
    report(ctx, "MC3108", ctx.inWhere.span, parameters, { help: helpOfChoice(ctx.inWhere) });
    return poison;
  }
  const example = `true at ${formatExample(fails.counterexample)} and false at ${formatExample(holds.counterexample)}`;
  report(
    ctx,
    "MC3016",
    e.span,
    { condition: textOf(e.span), values: inParentheses(valuesIn(ctx, e)), dims, example },
    {
      help: "Fix the dim, state the condition in the header's `where`, or make the choice a hyperparameter.",
    },
  );
  return poison;
}

function formatDims(relation: Relation): readonly string[] {
  const sides = "divisor" in relation ? [relation.dividend, relation.divisor] : [relation.left, relation.right];
  return sides.filter((it) => asNumber(it) === undefined).map(formatDim);
}

/** A condition of `when`: known now, or `training`; undefined after a report. */
export function lowerCondition(ctx: Context, e: Expression): BooleanVal | TrainingVal | undefined {
  const val = ctx.elaborator.rules.expression(ctx, e);
  if (val.kind === "training" && ctx.mode !== undefined) {
    return { kind: "boolean", value: (ctx.mode === "training") !== val.negated };
  }
  if (val.kind === "boolean" || val.kind === "training") return val;
  if (val.kind === "poison") return undefined;
  const help =
    val.kind === "tensor"
      ? "To choose by the elements of a tensor, write `where(mask, a, b)`."
      : val.kind === "dim" || val.kind === "number"
        ? `A number is no condition: compare it, \`${textOf(e.span)} ${isRemainder(e) ? "== 0" : "> 1"}\`.`
        : undefined;
  report(ctx, "MC3034", e.span, { actual: describe(val) }, help === undefined ? {} : { help });
  return undefined;
}

function isRemainder(e: Expression): boolean {
  return e.kind === "binary" && e.operator === "%";
}

const opposites: Readonly<Record<ComparisonOperator, ComparisonOperator>> = {
  "==": "!=",
  "!=": "==",
  "<": ">=",
  "<=": ">",
  ">": "<=",
  ">=": "<",
};

/** The comparison that holds where one does not; undefined where it is none, or a chain of several. */
function oppositeOf(e: Expression): Expression | undefined {
  if (e.kind === "parenthesized") return oppositeOf(e.inner);
  if (e.kind === "unary" && e.operator === "not") return e.operand;
  const [operator, ...others] = e.kind === "comparison" ? e.operators : [];
  if (e.kind !== "comparison" || operator === undefined || others.length > 0) return undefined;
  return { ...e, operators: [opposites[operator]] };
}

/** One relation that a `where` states. */
export interface Stated {
  readonly relation: Relation;
  readonly text: string;
}

/**
 * The relations over dims that a condition states, and false where a part that is known already fails. Undefined after
 * a report of what cannot be a fact.
 */
export function statedRelations(ctx: Context, e: Expression): readonly (Stated | false)[] | undefined {
  if (e.kind === "parenthesized") return statedRelations(ctx, e.inner);
  if (e.kind === "binary" && e.operator === "and") {
    const left = statedRelations(ctx, e.left);
    const right = statedRelations(ctx, e.right);
    return left && right && [...left, ...right];
  }
  if (e.kind === "comparison") {
    const parts: (Stated | false)[] = [];
    for (const [index, operator] of e.operators.entries()) {
      const left = e.operands[index];
      const right = e.operands[index + 1];
      if (left === undefined || right === undefined) return undefined;
      const part = stated(ctx, operator, left, right, textOf(e.span));
      if (part === undefined) return undefined;
      if (part !== true) parts.push(part);
    }
    return parts;
  }
  if (e.kind === "unary" && e.operator === "not") {
    const whole = oppositeOf(e.operand);
    if (whole !== undefined) return statedRelations(ctx, whole);
  }
  const val = lowerCondition({ ...ctx, inWhere: e }, e);
  if (val === undefined) return undefined;
  if (val.kind === "boolean") return val.value ? [] : [false];
  report(ctx, "MC3034", e.span, { actual: describe(val) });
  return undefined;
}

function stated(
  ctx: Context,
  operator: ComparisonOperator,
  left: Expression,
  right: Expression,
  text: string,
): Stated | boolean | undefined {
  const { rules } = ctx.elaborator;
  const remainder = left.kind === "binary" && left.operator === "%" ? left : undefined;
  if (remainder !== undefined && (operator === "==" || operator === "!=")) {
    const dividend = dimOf(rules.expression(ctx, remainder.left, { integer: true }));
    const divisor = dimOf(rules.expression(ctx, remainder.right, { integer: true }));
    const zero = numberOf(rules.expression(ctx, right)) === 0;
    if (dividend !== undefined && divisor !== undefined && zero && asNumber(divisor) !== 0) {
      const relation = divides(divisor, dividend);
      return { relation: operator === "==" ? relation : negateRelation(relation), text };
    }
  }
  const a = rules.expression(ctx, left, { integer: true, words: ctx.words });
  const b = rules.expression(ctx, right, { integer: true, words: ctx.words });
  if (a.kind === "poison" || b.kind === "poison") return undefined;
  const x = dimOf(a);
  const y = dimOf(b);
  if (x !== undefined && y !== undefined) return { relation: relationOf(operator, x, y), text };
  const val = compare(ctx, operator, a, b, left, left.span, right.span);
  if (val.kind === "boolean") return val.value;
  if (val.kind !== "poison")
    report(ctx, "MC3034", (a.kind === "tensor" ? left : right).span, { actual: describe(val) });
  return undefined;
}
