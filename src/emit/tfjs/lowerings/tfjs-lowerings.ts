import type { AttributeSchema, Composite, LoweringInput, Primitive } from "../../../ops/define/operator.ts";
import type { CompositeName, PrimitiveName } from "../../../ops/registry.ts";
import { averagePool } from "./average-pool.ts";
import { convolution } from "./convolution.ts";
import { elementwise } from "./elementwise.ts";
import { lookups } from "./lookups.ts";
import { losses } from "./losses.ts";
import type { TfjsForm, TfjsFusion, TfjsLowering, TfjsLowerings } from "./lowering.ts";
import { maxPool } from "./max-pool.ts";
import { normalization } from "./normalization.ts";
import { products } from "./products.ts";
import { random } from "./random.ts";
import { recurrent } from "./recurrent.ts";
import { reductions } from "./reductions.ts";
import { shapes } from "./shapes.ts";
import { withStandIn } from "./stand-ins.ts";

/** How TensorFlow.js says every operator there is: one that is missing does not compile. */
const lowerings: TfjsLowerings = {
  ...averagePool,
  ...convolution,
  ...elementwise,
  ...lookups,
  ...losses,
  ...maxPool,
  ...normalization,
  ...products,
  ...random,
  ...recurrent,
  ...reductions,
  ...shapes,
};

// Each form takes the attributes of its own operator's schema, which is what the attributes of a node are checked against.
const primitives = lowerings as unknown as Readonly<Record<PrimitiveName, TfjsForm<AttributeSchema>>>;
const composites = lowerings as unknown as Readonly<Record<CompositeName, TfjsFusion<AttributeSchema>>>;

/** What writes a primitive such that it can be differentiated. */
export function tfjsLowering({ name }: Primitive): TfjsLowering<AttributeSchema> {
  return withStandIn(name as PrimitiveName, formOf(primitives[name as PrimitiveName]));
}

function formOf(form: TfjsForm<AttributeSchema>): TfjsLowering<AttributeSchema> {
  if (typeof form === "string") return (writer, { args }) => writer.tf(form, ...args);
  return typeof form === "function" ? form : form.lower;
}

/** The function of `tf` that is all of a primitive where nothing is differentiated; undefined where none is. */
export function plainFunction({ name }: Primitive): string | undefined {
  const form = primitives[name as PrimitiveName];
  if (typeof form === "string") return form;
  return typeof form === "function" ? undefined : form.plain;
}

/** What writes an application of a composite whole; undefined where it becomes a function of its parts. */
export function tfjsFused(
  { name }: Composite,
  input: LoweringInput<AttributeSchema>,
): TfjsLowering<AttributeSchema> | undefined {
  const fusion = composites[name as CompositeName];
  if (fusion === "decomposed") return undefined;
  return fusion.when?.(input) === false ? undefined : fusion.lower;
}
