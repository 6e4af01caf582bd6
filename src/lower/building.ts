import { createBuilder } from "../graph/create-builder.ts";
import type { GraphBuilder } from "../ops/define/builder.ts";
import type { Context } from "./context.ts";

/** Lets a builder add to what is lowered here, under the facts that hold. */
export function building<Made>(ctx: Context, build: (b: GraphBuilder) => Made): Made {
  const b = createBuilder({ firstId: ctx.unit.nextId, facts: ctx.facts });
  const made = build(b);
  ctx.nodes.push(...b.nodes);
  // The builder's next value has the first number that is free.
  ctx.unit.nextId = b.value({ dtype: "f32", shape: [] }).id;
  return made;
}
