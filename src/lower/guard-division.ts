import { isFloat } from "../ops/define/dtype-class.ts";
import type { Operator } from "../ops/define/operator.ts";
import { findOperator } from "../ops/registry.ts";
import { highest, numbersBetween, rangeOfType } from "../ops/define/value-range.ts";
import { required } from "../support/fault.ts";
import type { Span } from "../support/source.ts";
import { constantNode, type Context } from "./context.ts";
import { tensor, type TensorVal, type Val } from "./values.ts";

/** A division that is safe: what is divided instead, and what is made of its result. */
interface GuardedDivision {
  readonly operands: readonly TensorVal[];
  finish(whole: TensorVal): TensorVal;
}

/**
 * Guards `//` and `%` of integers whose divisor may be 0, or -1, by which the least integer cannot be divided: runtimes
 * throw or trap there. What is divided by 0 is 0 and leaves 0, as in NumPy. Undefined where the divisor is proved to be
 * neither, or where nothing is divided. `applied` appends an operator.
 */
export function guardDivision(
  ctx: Context,
  operator: Operator,
  operands: readonly TensorVal[],
  span: Span,
  applied: (operator: Operator, operands: readonly TensorVal[]) => Val,
): GuardedDivision | undefined {
  const [dividend, divisor] = operands;
  if (operator.name !== "floor_div" && operator.name !== "mod") return undefined;
  if (dividend === undefined || divisor === undefined || isFloat(divisor.value.type.dtype)) return undefined;
  const { dtype } = divisor.value.type;
  const range = divisor.facts.range ?? rangeOfType(dtype);
  if (range.low >= 1 || highest(range) < -1) return undefined;

  const apply = (name: string, ...given: readonly TensorVal[]): TensorVal => {
    const made = applied(required(findOperator(name), name), given);
    return made.kind === "tensor" ? made : tensor(divisor.value);
  };
  const scalar = (value: number): TensorVal =>
    tensor(constantNode(ctx, { dtype, shape: [] }, value, undefined, span), { range: numbersBetween(value, value) });
  const least = dtype === "u8" ? 0 : -1;
  const small = [
    ...(range.low >= least ? [] : [apply("greater_equal", divisor, scalar(least))]),
    apply("less_equal", divisor, scalar(1)),
  ];
  const [one = divisor, other = one] = small;
  const isSmall = small.length === 1 ? one : apply("logical_and", one, other);
  return {
    operands: [dividend, apply("where", isSmall, scalar(2), divisor)],
    // By -1, 0 and 1, a quotient is the product, and nothing is left over.
    finish: (whole) => {
      const rest = operator.name === "mod" ? scalar(0) : apply("mul", dividend, divisor);
      return apply("where", isSmall, rest, whole);
    },
  };
}
