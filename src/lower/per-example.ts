import { asNumber, constant, sameForm, type Dim } from "../dims/dim.ts";
import type { Attribute } from "../ir/graph.ts";
import type { TensorType } from "../ir/types.ts";
import type { Context } from "./context.ts";
import { isRest } from "./fill-shape.ts";
import type { Val } from "./values.ts";

/** What an attribute of a call says of one example, where the operand is a whole batch of them. */
export interface PerExample {
  /** The operand as one example has it. */
  readonly type: TensorType;
  /** The attribute for the batch, of that for the example. */
  readonly forBatch: (attribute: Attribute) => Attribute;
}

/** The dim that counts the examples of an operand, in what a feature says; undefined anywhere else. */
export function batchOf(ctx: Context, type: TensorType): Dim | undefined {
  const [first] = type.shape;
  const { batch } = ctx.frame;
  return batch !== undefined && first !== undefined && sameForm(first, batch) ? batch : undefined;
}

/**
 * What a feature's new shape or order of axes says of each example; undefined where it has the batch in it as well, as
 * `reshape([-1, 28, 28])` and `transpose(perm=[0, 2, 1])` of `[B, 28, 28]` have.
 */
export function perExample(
  ctx: Context,
  attribute: { readonly operator: string; readonly name: string },
  val: Val,
  type: TensorType | undefined,
): PerExample | undefined {
  const batch = type && batchOf(ctx, type);
  if (type === undefined || batch === undefined || val.kind !== "list") return undefined;
  const own = { ...type, shape: type.shape.slice(1) };
  switch (`${attribute.operator}.${attribute.name}`) {
    case "reshape.shape": {
      const [first] = val.elements;
      if (first !== undefined && isRest(first)) return undefined;
      return {
        type: own,
        forBatch: (it) => (it.kind === "dims" ? { kind: "dims", value: [batch, ...it.value] } : it),
      };
    }
    case "transpose.perm":
      if (val.elements.length !== own.shape.length) return undefined;
      return {
        type: own,
        forBatch: (it) => (it.kind === "numbers" ? { ...it, value: [0, ...it.value.map((axis) => axis + 1)] } : it),
      };
    default:
      return undefined;
  }
}

/**
 * The shapes of operands of an elementwise operator that differ from their own, as what examples have broadcasts: behind the
 * batch there are as many axes as the largest operand has for an example.
 */
export function alignedShapes(ctx: Context, types: readonly TensorType[]): readonly (readonly Dim[] | undefined)[] {
  const whole = Math.max(...types.map((it) => (batchOf(ctx, it) === undefined ? 0 : it.shape.length)));
  // A first axis of size 1 stands for the batch where it is one of as many axes, as in `zeros([1, 4, 4, 1])`.
  const standsForBatch = ({ shape: [first, ...others] }: TensorType): boolean =>
    others.length + 1 === whole && first !== undefined && asNumber(first) === 1;
  const ranks = types.map((it) => it.shape.length - (batchOf(ctx, it) !== undefined || standsForBatch(it) ? 1 : 0));
  const rank = Math.max(...ranks);
  return types.map((it, at) => {
    const batch = batchOf(ctx, it);
    const lacks = rank - (ranks[at] ?? rank);
    if (batch === undefined || lacks === 0) return undefined;
    return [batch, ...Array<Dim>(lacks).fill(constant(1)), ...it.shape.slice(1)];
  });
}

/**
 * The axes that a reduction without any goes over: all of them, and in a feature those of the example. One that has none is
 * not what is meant: that it goes over the batch is told where features are judged.
 */
export function allAxes(ctx: Context, type: TensorType): readonly number[] {
  const axes = type.shape.map((_, axis) => axis);
  return batchOf(ctx, type) === undefined || axes.length === 1 ? axes : axes.slice(1);
}
