import type { AttributeSchema, Composite, LoweringInput, Primitive } from "../../../ops/define/operator.ts";
import type { CompositeName, PrimitiveName } from "../../../ops/registry.ts";
import { angles } from "./angles.ts";
import { averagePool } from "./average-pool.ts";
import { convolution } from "./convolution.ts";
import { elementwise } from "./elementwise.ts";
import { lookups } from "./lookups.ts";
import { losses } from "./losses.ts";
import type { OnnxForm, OnnxFused, OnnxFusions, OnnxLowering, OnnxLowerings } from "./lowering.ts";
import { maxPool } from "./max-pool.ts";
import { normalization } from "./normalization.ts";
import { products } from "./products.ts";
import { random } from "./random.ts";
import { recurrent } from "./recurrent.ts";
import { reductions } from "./reductions.ts";
import { shapes } from "./shapes.ts";
import { withStandIn } from "./stand-ins.ts";

/** How ONNX says every operator there is: one that is missing does not compile. */
const lowerings: OnnxLowerings = {
  ...angles,
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
const primitives = lowerings as unknown as Readonly<Record<PrimitiveName, OnnxForm<AttributeSchema>>>;
const composites = lowerings as unknown as Readonly<Record<CompositeName, OnnxFusions<AttributeSchema>>>;

/** What writes a primitive. */
export function onnxLowering({ name }: Primitive): OnnxLowering<AttributeSchema> {
  const form = primitives[name as PrimitiveName];
  return withStandIn(name, typeof form === "string" ? (writer, { refs }) => [writer.node(form, refs)] : form);
}

/** What writes an application of a composite whole, in a mode and at an opset; undefined where nothing does. */
export function onnxFused(
  { name }: Composite,
  input: LoweringInput<AttributeSchema>,
  mode: "training" | "inference",
  opset: number,
): OnnxLowering<AttributeSchema> | undefined {
  const fused = onnxFusion(name, mode);
  return fused === undefined || fused.when?.(input, opset) === false ? undefined : withStandIn(name, fused.lower);
}

/** Whether a composite is ever written whole in a mode. */
export function isFusedByOnnx({ name }: Composite, mode: "training" | "inference"): boolean {
  return onnxFusion(name, mode) !== undefined;
}

function onnxFusion(name: string, mode: "training" | "inference"): OnnxFused<AttributeSchema> | undefined {
  const fusions = composites[name as CompositeName];
  const fused = fusions === "decomposed" ? fusions : fusions[mode];
  return fused === "decomposed" ? undefined : fused;
}
