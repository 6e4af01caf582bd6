import type { Attributes } from "../ir/graph.ts";
import type { TensorType } from "../ir/types.ts";
import { attributesFor, type Operator } from "../ops/define/operator.ts";
import { rangeOfType, unionOf, type ValueRange } from "../ops/define/value-range.ts";

/** What is known of the elements of an operator's results, by what is known of its operands'. */
export function inferRange(
  operator: Operator,
  operands: readonly TensorType[],
  ranges: readonly ValueRange[],
  attributes: Attributes,
  result: TensorType,
): ValueRange {
  if (operator.range !== undefined)
    return operator.range({ operands, ranges, attributes: attributesFor(operator, attributes) });
  return operator.valueFact === "view" ? unionOf(ranges) : rangeOfType(result.dtype);
}
