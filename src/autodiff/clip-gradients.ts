import type { Value } from "../ir/graph.ts";
import type { ClipSpec } from "../ir/program.ts";
import type { GraphBuilder } from "../ops/builder.ts";

/**
 * Gradients with their size limited: `global_norm` scales all of them by limit / max(norm of all, limit), `norm` each by
 * its own norm, `value` clips every element to -limit..limit.
 */
export function clipGradients(
  b: GraphBuilder,
  clip: ClipSpec | undefined,
  gradients: readonly Value[],
): readonly Value[] {
  if (clip === undefined || gradients.length === 0) return gradients;
  switch (clip.kind) {
    case "value":
      return gradients.map((it) => b.op("clip", [it], { min: -clip.limit, max: clip.limit }));
    case "norm":
      return gradients.map((it) => scaleBy(b, it, factorOf(b, squareSum(b, it), clip.limit)));
    case "global_norm": {
      const total = gradients.map((it) => squareSum(b, it)).reduce((sum, it) => b.add(sum, it));
      const factor = factorOf(b, total, clip.limit);
      return gradients.map((it) => scaleBy(b, it, factor));
    }
  }
}

/** The sum of a gradient's squares, in f32. */
function squareSum(b: GraphBuilder, gradient: Value): Value {
  const wide = gradient.type.dtype === "f64" ? gradient : b.cast(gradient, "f32");
  const sum = b.sum(
    b.op("square", [wide]),
    gradient.type.shape.map((_, axis) => axis),
  );
  return b.cast(sum, "f32");
}

function factorOf(b: GraphBuilder, squares: Value, limit: number): Value {
  const bound = b.scalar(limit);
  return b.div(bound, b.op("maximum", [b.op("sqrt", [squares]), bound]));
}

function scaleBy(b: GraphBuilder, gradient: Value, factor: Value): Value {
  return b.mul(gradient, b.cast(factor, gradient.type.dtype));
}
