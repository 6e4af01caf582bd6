import { asNumber, constant, product, type Dim } from "../../dims/dim.ts";
import type { TensorType } from "../../ir/types.ts";
import type { Argument, Expression } from "../../syntax/ast.ts";
import { mapChildren } from "./map-children.ts";
import { rawName } from "./raw-fields.ts";

/**
 * The shape that a raw field is given at once, wherever a feature reads it: `raw.x / 255 -> reshape([28, 28])`. It then
 * may lie in the source in any shape of as many numbers. Undefined where the feature reads it as it lies there.
 */
export function reshapedRaw(expression: Expression, name: string, declared: TensorType): readonly Dim[] | undefined {
  const found: (readonly Dim[] | undefined)[] = [];
  const visit = (it: Expression): Expression => {
    const sizes = reshapeOf(it, name, declared);
    if (sizes !== undefined) {
      found.push(sizes);
      return it;
    }
    if (isRaw(it, name)) found.push(undefined);
    return mapChildren(it, visit);
  };
  visit(expression);
  return found.every((it) => it !== undefined) ? found[0] : undefined;
}

/** The sizes of a reshape of the field, however it is written; undefined where an expression is none. */
function reshapeOf(it: Expression, name: string, declared: TensorType): readonly Dim[] | undefined {
  if (it.kind === "pipe") {
    const [first] = it.stages;
    const isOne = first?.kind === "call" && isReshape(first.callee) && isScaled(it.source, name);
    return isOne ? sizesOf(first.arguments[0], declared) : undefined;
  }
  if (it.kind !== "call" || !isReshape(it.callee)) return undefined;
  const [operand, sizes] = it.arguments;
  return operand !== undefined && isScaled(operand.value, name) ? sizesOf(sizes, declared) : undefined;
}

const isReshape = (it: Expression): boolean => it.kind === "reference" && it.text === "reshape";

const isRaw = (it: Expression, name: string): boolean => it.kind === "reference" && it.text === rawName(name);

/** Whether an expression is the field, or computes with each of its numbers and a constant. */
function isScaled(it: Expression, name: string): boolean {
  switch (it.kind) {
    case "parenthesized":
      return isScaled(it.inner, name);
    case "unary":
      return isScaled(it.operand, name);
    case "binary":
      return (
        (isScaled(it.left, name) && it.right.kind === "number") ||
        (it.left.kind === "number" && isScaled(it.right, name))
      );
    default:
      return isRaw(it, name);
  }
}

/** A list of sizes, of which one may be -1: what the others leave of the feature's own. */
function sizesOf(argument: Argument | undefined, declared: TensorType): readonly Dim[] | undefined {
  const list = argument?.value;
  if (list?.kind !== "list") return undefined;
  const written = list.elements.map(sizeOf);
  if (!written.every((it) => it !== undefined)) return undefined;
  // A first -1 stands for the batch.
  const sizes = written[0] === -1 ? written.slice(1) : written;
  const rest = sizes.filter((it) => it === -1).length;
  if (rest > 1) return undefined;
  const all = asNumber(product(declared.shape));
  const others = sizes.reduce((size, it) => (it === -1 ? size : size * it), 1);
  if (rest === 1 && (all === undefined || all % others !== 0)) return undefined;
  return sizes.map((it) => constant(it === -1 ? (all ?? 0) / others : it));
}

function sizeOf(it: Expression): number | undefined {
  if (it.kind === "number" && Number.isSafeInteger(it.value) && it.value >= 1) return it.value;
  return it.kind === "unary" && it.operator === "-" && it.operand.kind === "number" && it.operand.value === 1
    ? -1
    : undefined;
}
