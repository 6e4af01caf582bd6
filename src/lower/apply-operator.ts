import type { Label } from "../diagnostics/diagnostic.ts";
import { formatDim, type Dim } from "../dims/dim.ts";
import { decide } from "../dims/decide.ts";
import { atLeast } from "../dims/facts.ts";
import type { Attributes } from "../ir/graph.ts";
import { inferOperator, operandSpecAt } from "../ops/infer.ts";
import type { Operator } from "../ops/operator.ts";
import type { Span } from "../support/source.ts";
import { freshValue, report, type Context } from "./context.ts";
import { noteCrossing } from "./crossings.ts";
import { shapeChecker } from "./shape-checker.ts";
import { formatType, noValueFacts, poison, tensor, type TensorVal, type Val, type ValueFacts } from "./values.ts";
import { factsIn } from "./minima.ts";

/** Losses and metrics that take logits: a probability in their place is a mistake that trains badly and silently. */
const takesLogits: ReadonlySet<string> = new Set([
  "cross_entropy",
  "binary_cross_entropy",
  "binary_accuracy",
  "perplexity",
]);

/** Appends one application of an operator, checked; a tuple where it has several results, poison after a report. */
export function applyOperator(
  ctx: Context,
  operator: Operator,
  operands: readonly TensorVal[],
  attributes: Attributes,
  span: Span,
  operandSpans: readonly Span[],
): Val {
  const labels = (): readonly Label[] =>
    operands.flatMap((it, index) => {
      const at = operandSpans[index];
      return at === undefined || operator.operands[index]?.name === "key"
        ? []
        : [{ span: at, message: `this is ${formatType(it.value.type)}` }];
    });
  const types = inferOperator(
    operator,
    operands.map((it) => it.value.type),
    attributes,
    shapeChecker(ctx, span, labels, (left, right, dim) => {
      const spanOf = (shape: readonly Dim[]): Span | undefined =>
        operandSpans[operands.findIndex((it) => it.value.type.shape === shape)];
      noteCrossing(ctx, {
        span,
        left: { shape: left, span: spanOf(left) },
        right: { shape: right, span: spanOf(right) },
        dim,
      });
    }),
  );
  if (types === undefined || !checkValues(ctx, operator, operands, span, operandSpans)) return poison;
  const facts = factsOf(operator, operands, span);
  const results = types.map((type) => freshValue(ctx.unit, type));
  ctx.nodes.push({
    kind: "operator",
    op: operator.name,
    operands: operands.map((it) => it.value),
    attributes,
    results,
    origin: span,
  });
  const [only, ...others] = results;
  if (only !== undefined && others.length === 0) return tensor(only, facts);
  return { kind: "tuple", elements: results.map((it) => tensor(it, facts)) };
}

function factsOf(operator: Operator, operands: readonly TensorVal[], span: Span): ValueFacts {
  if (operator.valueFact === "probability") return { probability: span };
  return operator.valueFact === "view" ? (operands[0]?.facts ?? noValueFacts) : noValueFacts;
}

/** What shapes do not say: logits against probabilities, and the range of labels. */
function checkValues(
  ctx: Context,
  operator: Operator,
  operands: readonly TensorVal[],
  span: Span,
  spans: readonly Span[],
): boolean {
  let fine = true;
  const logits = operands.findIndex((_, index) => operandSpecAt(operator, index)?.name === "logits");
  const given = operands[logits];
  const probability = given?.facts.probability;
  if (probability !== undefined && takesLogits.has(operator.name)) {
    report(
      ctx,
      "MC3019",
      spans[logits] ?? span,
      { loss: operator.name },
      {
        labels: [{ span: probability, message: "here it becomes a probability" }],
        help: "Give it the value before the softmax or sigmoid; return `(logits, probs)` where both are wanted.",
      },
    );
    fine = false;
  }
  const labelled = operands.findIndex((_, index) =>
    ["labels", "indices"].includes(operandSpecAt(operator, index)?.name ?? ""),
  );
  const classes = operands[labelled]?.facts.classes;
  const rows = rowsOf(operator.name, operands);
  if (classes !== undefined && rows !== undefined) {
    const proof = decide(atLeast(rows, classes), factsIn(ctx));
    if (proof.verdict !== "proved") {
      report(ctx, "MC3020", spans[labelled] ?? span, {
        classes: formatDim(classes),
        operator: operator.name,
        available: formatDim(rows),
      });
      fine = false;
    }
  }
  return fine;
}

/** How many different labels an operator can serve. */
function rowsOf(name: string, operands: readonly TensorVal[]): TensorVal["value"]["type"]["shape"][number] | undefined {
  if (name === "cross_entropy" || name === "accuracy" || name === "perplexity")
    return operands[0]?.value.type.shape.at(-1);
  return name === "gather" ? operands[0]?.value.type.shape[0] : undefined;
}
