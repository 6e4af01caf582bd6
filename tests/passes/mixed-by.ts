import { expect } from "vitest";
import { sameForm, variable, type Dim } from "../../src/dims/dim.ts";
import type { Value } from "../../src/ir/graph.ts";
import type { TensorType } from "../../src/ir/types.ts";
import type { GraphBuilder } from "../../src/ops/define/builder.ts";
import { findMixedExamples } from "../../src/passes/find-mixed-examples.ts";
import { graphOf } from "../autodiff/gradient-testing.ts";

/** What is made of the two inputs with examples and the one without. */
export type Build = (b: GraphBuilder, x: Value, y: Value, w: Value) => Value;

/** The size of the axis that counts the examples. */
export const batch = variable("B");

/**
 * What mixes the examples of `x` and `y`, whose first axis counts them, or "apart". `w` is no input with examples. Where
 * an axis of what is apart counts them, the greatest of it is mixed, and those of the other axes are not.
 */
export function mixedBy(types: readonly [x: TensorType, y: TensorType, w: TensorType], build: Build): string {
  const found = made(types, build);
  if (found.by !== "apart" || !found.shape.some((it) => sameForm(it, batch))) return found.by;
  for (const [axis, size] of found.shape.entries()) {
    const { by } = made(types, (b, x, y, w) => b.op("max", [b.cast(build(b, x, y, w), "f32")], { axes: [axis] }));
    expect(by, `the greatest along axis ${axis}`).toBe(sameForm(size, batch) ? "max" : "apart");
  }
  return found.by;
}

function made(
  [x, y, w]: readonly [x: TensorType, y: TensorType, w: TensorType],
  build: Build,
): { readonly by: string; readonly shape: readonly Dim[] } {
  const graph = graphOf({ x, y, w }, (b, values) => ({ out: build(b, values.x, values.y, values.w) }));
  const node = findMixedExamples(graph, batch, ({ name }) => name === "w").get("out");
  const by = node === undefined ? "apart" : node.kind === "operator" ? node.op : node.kind;
  return { by, shape: graph.outputs[0]?.value.type.shape ?? [] };
}
