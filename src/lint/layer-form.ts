import type { Func, Node, Value } from "../ir/graph.ts";
import { makersOf } from "../ir/makers-of.ts";
import type { TensorType } from "../ir/types.ts";
import { sameForm } from "../dims/dim.ts";
import { readAttribute } from "../ops/define/read-attribute.ts";
import { findOperator } from "../ops/registry.ts";
import { nodesWithin, operandsOf } from "../ir/visit.ts";

/** What a function of one input is, by what it does, whatever it is called. */
export interface LayerForm {
  /** Its elements stay what they are, in other places. */
  readonly isView: boolean;
  /** What its input goes to first and alone: a product with a parameter of its own. */
  readonly product: { readonly op: "matmul" | "conv"; readonly weights: TensorType } | undefined;
  /** Whether its result is that product and nothing else, but perhaps a parameter that is added. */
  readonly isAffine: boolean;
  /** Whether a parameter of its own is added to that product last. */
  readonly hasBias: boolean;
  /** Normalises every channel of its input over the batch in training. */
  readonly isBatchNorm: boolean;
  /** Takes the mean of each channel away first: over the batch, or over the places of each example. */
  readonly centres: boolean;
  /** Leaves out elements of its input at random in training. */
  readonly isDropout: boolean;
}

const unknown: LayerForm = {
  isView: false,
  product: undefined,
  isAffine: false,
  hasBias: false,
  isBatchNorm: false,
  centres: false,
  isDropout: false,
};

/** Finds out what a function is. */
export function layerForm({ body }: Func): LayerForm {
  const [input, ...inputs] = body.inputs;
  const [result, ...results] = body.results;
  if (input === undefined || result === undefined || inputs.length + results.length > 0) return unknown;
  const makers = makersOf(nodesWithin(body.nodes));
  const uses = new Map<number, number>();
  for (const node of nodesWithin(body.nodes)) {
    for (const { id } of operandsOf(node)) uses.set(id, (uses.get(id) ?? 0) + 1);
  }
  const within: Within = { makers, isInput: (it) => origin(makers, it).id === input.id };
  const last = makers.get(result.id);
  const inTraining =
    last?.kind === "training" ? last.then.results[last.results.findIndex(({ id }) => id === result.id)] : undefined;
  const made = inTraining && makers.get(inTraining.id);
  const sum = makers.get(origin(makers, result).id);
  const summands = sum?.kind === "operator" && sum.op === "add" ? sum.operands : [];
  const bias = summands.find((it) => makers.get(it.id)?.kind === "parameter");
  const affine = productOf(within, summands.find((it) => it !== bias) ?? result);
  const products = body.nodes.flatMap((it) => productOf(within, it.results[0]) ?? []);
  const [first] = uses.get(input.id) === 1 ? products : [];
  const isBatchNorm = isOf(made, "batch_norm_training", within);
  return {
    isView: within.isInput(result),
    product: first,
    isAffine: affine !== undefined && (summands.length === 0 || bias !== undefined),
    hasBias: affine !== undefined && bias !== undefined,
    isBatchNorm,
    centres: isBatchNorm || body.nodes.some((it) => centresChannels(it, input, within, uses)),
    isDropout: isOf(made, "dropout", within),
  };
}

interface Within {
  readonly makers: ReadonlyMap<number, Node>;
  readonly isInput: (value: Value) => boolean;
}

/** The value whose elements a value has, in other places. */
function origin(makers: ReadonlyMap<number, Node>, value: Value): Value {
  const node = makers.get(value.id);
  if (node?.kind !== "operator" || findOperator(node.op)?.valueFact !== "view") return value;
  const [of, ...others] = node.operands;
  return of === undefined || others.length > 0 ? value : origin(makers, of);
}

/** The product of the input with a parameter, if a value is one. */
function productOf({ makers, isInput }: Within, value: Value | undefined): LayerForm["product"] {
  const node = value && makers.get(origin(makers, value).id);
  if (node?.kind !== "operator" || (node.op !== "matmul" && node.op !== "conv")) return undefined;
  const [x, weights] = node.operands;
  if (x === undefined || weights === undefined || !isInput(x)) return undefined;
  return makers.get(weights.id)?.kind === "parameter" ? { op: node.op, weights: weights.type } : undefined;
}

function isOf(node: Node | undefined, op: string, { isInput }: Within): boolean {
  const [x] = node?.kind === "operator" && node.op === op ? node.operands : [];
  return x !== undefined && isInput(x);
}

/**
 * Whether a node takes the mean of each channel of the input away, `x - mean(x, axes=[1, 2], keep=true)`, and nothing else
 * reads the input.
 */
function centresChannels(node: Node, input: Value, within: Within, uses: ReadonlyMap<number, number>): boolean {
  const [x, mean] = node.kind === "operator" && node.op === "sub" ? node.operands : [];
  const reduced = mean && within.makers.get(mean.id);
  if (x === undefined || !within.isInput(x) || reduced?.kind !== "operator" || reduced.op !== "mean") return false;
  const [last, own] = [x.type.shape.at(-1), input.type.shape.at(-1)];
  const isAlone = x.id === input.id || uses.get(input.id) === 1;
  const keepsChannels = last !== undefined && own !== undefined && sameForm(last, own);
  const axes = readAttribute(reduced, "axes", "numbers");
  return (
    reduced.operands[0]?.id === x.id &&
    isAlone &&
    uses.get(x.id) === 2 &&
    keepsChannels &&
    !axes.includes(x.type.shape.length - 1)
  );
}
