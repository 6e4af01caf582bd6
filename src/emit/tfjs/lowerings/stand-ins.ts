import type { DType } from "../../../ir/types.ts";
import type { AttributeSchema } from "../../../ops/define/operator.ts";
import type { OperatorName } from "../../../ops/registry.ts";
import { first } from "../../../ops/define/elementwise.ts";
import type { Expression } from "../../structured/tree.ts";
import type { TfjsWriter } from "../tfjs-writer.ts";
import type { TfjsLowering } from "./lowering.ts";

/** What may leave the range of its operands: TensorFlow.js computes small integers in 32 bits, and nothing wraps. */
const leavesRange: ReadonlySet<OperatorName> = new Set([
  "abs",
  "add",
  "cumsum",
  "floor_div",
  "mul",
  "neg",
  "prod",
  "put_along",
  "scatter_add",
  "scatter_along",
  "square",
  "sub",
  "sum",
]);

/** What the wasm backend does of truth values wrongly, or not without a crash: their bytes are read as words. */
const failsOnTruths: ReadonlySet<OperatorName> = new Set(["flip"]);

/** The form of an operator that makes up for what TensorFlow.js does otherwise in an element type. */
export function withStandIn(op: OperatorName, lower: TfjsLowering<AttributeSchema>): TfjsLowering<AttributeSchema> {
  if (leavesRange.has(op))
    return (writer, input) => wrapped(writer, lower(writer, input), first(input.results).type.dtype);
  if (!failsOnTruths.has(op)) return lower;
  return (writer, input) => {
    if (first(input.results).type.dtype !== "bool") return lower(writer, input);
    const args = input.args.map((it) => writer.tf("cast", it, writer.string("int32")));
    return writer.tf("cast", lower(writer, { ...input, args }), writer.string("bool"));
  };
}

function wrapped(writer: TfjsWriter, x: Expression, dtype: DType): Expression {
  return dtype === "i8" || dtype === "u8" ? writer.helper("wrapBytes", x, writer.number(dtype === "i8" ? 128 : 0)) : x;
}
