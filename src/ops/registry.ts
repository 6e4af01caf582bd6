import { add, div, floorDiv, maximum, minimum, mod, mul, pow, sub } from "./arithmetic.ts";
import { broadcastTo } from "./broadcast-to.ts";
import { cast } from "./cast.ts";
import { clip } from "./clip.ts";
import { equal, greater, greaterEqual, less, lessEqual, notEqual } from "./comparisons.ts";
import { identity, stopGradient } from "./identity.ts";
import { logicalAnd, logicalNot, logicalOr } from "./logic.ts";
import type { Operator } from "./operator.ts";
import { max, mean, min, prod, sum } from "./reductions.ts";
import { reshape } from "./reshape.ts";
import { ceil, floor, round } from "./rounding.ts";
import { transpose } from "./transpose.ts";
import {
  abs,
  cos,
  erf,
  exp,
  expm1,
  log,
  log1p,
  neg,
  reciprocal,
  relu,
  rsqrt,
  sigmoid,
  sign,
  sin,
  softplus,
  sqrt,
  square,
  tanh,
} from "./unary.ts";
import { where } from "./where.ts";

/** Every operator there is, by name; one line each. */
export const operators = {
  abs,
  add,
  broadcast_to: broadcastTo,
  cast,
  ceil,
  clip,
  cos,
  div,
  equal,
  erf,
  exp,
  expm1,
  floor,
  floor_div: floorDiv,
  greater,
  greater_equal: greaterEqual,
  identity,
  less,
  less_equal: lessEqual,
  log,
  log1p,
  logical_and: logicalAnd,
  logical_not: logicalNot,
  logical_or: logicalOr,
  max,
  maximum,
  mean,
  min,
  minimum,
  mod,
  mul,
  neg,
  not_equal: notEqual,
  pow,
  prod,
  reciprocal,
  relu,
  reshape,
  round,
  rsqrt,
  sigmoid,
  sign,
  sin,
  softplus,
  sqrt,
  square,
  stop_gradient: stopGradient,
  sub,
  sum,
  tanh,
  transpose,
  where,
} satisfies Readonly<Record<string, Operator>>;

/** The name of an operator. */
export type OperatorName = keyof typeof operators;

const byName: ReadonlyMap<string, Operator> = new Map<string, Operator>(Object.entries(operators));

/** The operator of a name, or undefined. */
export function findOperator(name: string): Operator | undefined {
  return byName.get(name);
}

/** All operators, in the order of their names. */
export const allOperators: readonly Operator[] = [...byName.values()];
