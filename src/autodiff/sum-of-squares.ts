import type { Value } from "../ir/graph.ts";
import type { GraphBuilder } from "../ops/define/builder.ts";

/** The sum of the squares of all elements, an f32 scalar: half precision would overflow. */
export function sumOfSquares(b: GraphBuilder, value: Value): Value {
  const wide = value.type.dtype === "f64" ? value : b.cast(value, "f32");
  const sum = b.sum(
    b.op("square", [wide]),
    value.type.shape.map((_, axis) => axis),
  );
  return b.cast(sum, "f32");
}
