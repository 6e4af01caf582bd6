import { variablesOf, type Dim } from "../../dims/dim.ts";
import type { RawField } from "../../ir/program.ts";
import type { TensorType } from "../../ir/types.ts";
import { findOperator } from "../../ops/registry.ts";
import { required } from "../../support/fault.ts";
import type { Span } from "../../support/source.ts";
import type { Expression } from "../../syntax/ast.ts";
import { lostName } from "../../syntax/lost-name.ts";
import { applyOperator } from "../apply-operator.ts";
import { drawKey } from "../call-operator.ts";
import type { Context } from "../context.ts";
import { poison, type Val } from "../values.ts";
import { mapWithin } from "./map-within.ts";

/** What draws each kind of noise. */
const draws: ReadonlyMap<string, string> = new Map([
  ["normal", "random_normal"],
  ["uniform", "random_uniform"],
]);

/** Whether an expression of a feature mentions noise, wherever it stands in it. */
export function mentionsNoise(expression: Expression): boolean {
  let found = false;
  replaceNoise(expression, (it) => {
    found = true;
    return it;
  });
  return found;
}

/** A feature's expression with each mention of noise replaced. */
function replaceNoise(expression: Expression, by: (it: Expression) => Expression): Expression {
  if (noiseOf(expression) !== undefined) return by(expression);
  return mapWithin(expression, (it) => replaceNoise(it, by));
}

/** A feature's expression with something unknown for each mention of noise. */
export function withoutNoise(expression: Expression): Expression {
  return replaceNoise(expression, ({ span }) => ({ kind: "reference", text: lostName, span }));
}

/** Where `noise` stands alone, which says nothing of how it is drawn. */
function aloneIn(expression: Expression): readonly Expression[] {
  if (noiseOf(expression) !== undefined) return [];
  const found: Expression[] = expression.kind === "reference" && expression.text === "noise" ? [expression] : [];
  if (expression.kind === "call") found.push(...aloneIn(expression.callee));
  mapWithin(expression, (it) => {
    found.push(...aloneIn(it));
    return it;
  });
  return found;
}

/** What is asked of noise: `normal` in `noise.normal`, and in `noise.normal(2)`, which is none. */
function noiseOf(it: Expression): { readonly kind: string; readonly span: Span } | undefined {
  if (it.kind === "call") return noiseOf(it.callee);
  if (it.kind !== "member" || it.target.kind !== "reference" || it.target.text !== "noise") return undefined;
  return { kind: it.name.text, span: it.name.span };
}

/**
 * Lowers the noise of a feature: each mention is a draw of its own, a number for each element of the declared type. What
 * comes back refers to the draws under names that no person can write; it is undefined after a report.
 */
export function lowerNoise(
  ctx: Context,
  feature: string,
  type: TensorType,
  batch: Dim,
  raw: readonly RawField[],
  expression: Expression,
): Expression | undefined {
  let count = 0;
  let fine = true;
  if (!ctx.file.scope.has("noise")) {
    for (const it of aloneIn(expression)) {
      const known = [...draws.keys()].map((kind) => `noise.${kind}`);
      ctx.elaborator.collector.report("MC4004", it.span, { what: "noise", name: "`noise` alone", known });
      fine = false;
    }
  }
  if (!fine) return undefined;
  const lowered = replaceNoise(expression, (it) => {
    const local = `${feature}.noise.${count}`;
    count += 1;
    const val = draw(ctx, feature, [batch, ...type.shape], raw, it);
    if (val.kind === "poison") fine = false;
    ctx.scope.names.set(local, val);
    return { kind: "reference", text: local, span: it.span };
  });
  return fine ? lowered : undefined;
}

function draw(ctx: Context, feature: string, shape: readonly Dim[], raw: readonly RawField[], it: Expression): Val {
  const { collector } = ctx.elaborator;
  const noise = required(noiseOf(it), "noise");
  const operator = draws.get(noise.kind);
  if (operator === undefined) {
    collector.report("MC4004", noise.span, { what: "noise", name: `\`${noise.kind}\``, known: [...draws.keys()] });
    return poison;
  }
  if (it.kind === "call") {
    const help = `noise has the size that \`${feature}\` is declared with; \`3 + 2 * noise.${noise.kind}\` moves and scales it`;
    collector.report("MC4005", it.span, { argument: "arguments", callee: `noise.${noise.kind}`, known: [] }, { help });
    return poison;
  }
  const known = new Set(raw.flatMap(({ type }) => type.shape.flatMap((size) => [...variablesOf(size)])));
  const free = shape.slice(1).flatMap((size) => [...variablesOf(size)].filter((name) => !known.has(name)));
  if (free.length > 0) {
    collector.report("MC4081", it.span, { feature, sizes: [...new Set(free)] });
    return poison;
  }
  const key = drawKey(ctx, "noise", it.span);
  const attributes = { shape: { kind: "dims", value: shape } } as const;
  return applyOperator(ctx, required(findOperator(operator), operator), [key], attributes, it.span, []);
}
