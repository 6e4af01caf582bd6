import { textOf, type Span } from "../support/source.ts";
import type { CallExpression, Chain, Expression, PipeExpression, WhenStage } from "../syntax/ast.ts";
import { applyInstance } from "./apply-instance.ts";
import type { Given } from "./call-operator.ts";
import { applyRecipe, callFunction, construct, isBlock, resolveCallee } from "./calls.ts";
import { lowerCondition } from "./conditions.ts";
import { report, type Context } from "./context.ts";
import { lowerForStage } from "./for.ts";
import { lowerRepeat } from "./repeat.ts";
import { lowerTraining } from "./training.ts";
import { describe, poison, type Val } from "./values.ts";

/** `source -> stage -> stage`. */
export function lowerPipe(ctx: Context, e: PipeExpression, hint: string | undefined): Val {
  let val = ctx.elaborator.rules.expression(ctx, e.source);
  let at: Span = e.source.span;
  const only = e.stages.length === 1 ? hint : undefined;
  for (const stage of e.stages) {
    val = lowerStage(ctx, val, stage, at, only);
    // What made a value is shown for it.
    at = stage.span;
  }
  return val;
}

/** Stages joined by `->`, from an input. */
export function lowerChain(ctx: Context, input: Val, chain: Chain, inputSpan: Span, hint?: string): Val {
  let val = input;
  let at = inputSpan;
  for (const stage of chain.stages) {
    val = lowerStage(ctx, val, stage, at, chain.stages.length === 1 ? hint : undefined);
    at = stage.span;
  }
  return val;
}

/** One stage applied to what comes before it. `hint` names the instance that it constructs. */
export function lowerStage(ctx: Context, input: Val, stage: Expression, inputSpan: Span, hint?: string): Val {
  const given: Given = { val: input, span: inputSpan };
  switch (stage.kind) {
    case "labelled-stage":
      return lowerStage(ctx, input, stage.stage, inputSpan, stage.label.text);
    case "repeat-stage":
      return lowerRepeat(ctx, input, stage, inputSpan, hint);
    case "for-stage":
      return lowerForStage(ctx, input, stage, inputSpan, hint);
    case "when-stage":
      return lowerWhenStage(ctx, input, stage, inputSpan, hint);
    case "call":
      return lowerCallStage(ctx, given, stage, hint);
    case "parenthesized":
      return lowerStage(ctx, input, stage.inner, inputSpan, hint);
    default:
      return applyStage(ctx, resolveCallee(ctx, stage, hint), given, stage, hint);
  }
}

/** The stage's place stands for its application: what is wrong with it is shown there. */
function applyStage(ctx: Context, callee: Val, given: Given, stage: Expression, hint: string | undefined): Val {
  switch (callee.kind) {
    case "poison":
      return poison;
    case "instance":
      return given.val.kind === "poison" ? poison : applyInstance(ctx, callee.instance, [given], [], stage.span);
    case "recipe":
      return given.val.kind === "poison" ? poison : applyRecipe(ctx, callee, [given], stage.span, hint);
    default:
      report(ctx, "MC3027", stage.span, { actual: describe(callee) }, joiningHelp(callee, stage.span));
      return poison;
  }
}

/** What to do where a value stands for a stage. */
function joiningHelp({ kind }: Val, span: Span): { readonly help?: string } {
  if (kind !== "tensor") return {};
  return { help: `Two values are joined by an operator: \`(...) * ${textOf(span)}\`, \`(...) + ${textOf(span)}\`.` };
}

/** `x -> Dense(10)`, `x -> f(args)`, `x -> Decoder(8)(memory)`, `x -> decoder(memory)`. */
function lowerCallStage(ctx: Context, given: Given, call: CallExpression, hint: string | undefined): Val {
  const callee = resolveCallee(ctx, call.callee, hint);
  if (callee.kind === "recipe" && isBlock(callee)) {
    const made = construct(ctx, callee, call.arguments, call.span, hint);
    if (made.kind !== "instance" || given.val.kind === "poison") return poison;
    return applyInstance(ctx, made.instance, [given], [], call.span);
  }
  if (given.val.kind === "poison" || callee.kind === "poison") return poison;
  if (callee.kind === "recipe") return callFunction(ctx, callee, [given], call.arguments, call.span);
  if (callee.kind === "instance") return applyInstance(ctx, callee.instance, [given], call.arguments, call.span);
  report(ctx, "MC3027", call.callee.span, { actual: describe(callee) });
  return poison;
}

/** `when c { stages } else { stages }`: without else, what does not hold passes the input through. */
function lowerWhenStage(ctx: Context, input: Val, stage: WhenStage, inputSpan: Span, hint: string | undefined): Val {
  const condition = lowerCondition(ctx, stage.condition);
  if (condition === undefined || input.kind === "poison") return poison;
  const then = (inner: Context): Val => lowerChain(inner, input, stage.then, inputSpan, hint);
  const other = (inner: Context): Val =>
    stage.otherwise === undefined ? input : lowerChain(inner, input, stage.otherwise, inputSpan, hint);
  if (condition.kind === "boolean") return condition.value ? then(ctx) : other(ctx);
  return (
    (condition.negated ? lowerTraining(ctx, other, then, stage.span) : lowerTraining(ctx, then, other, stage.span)) ??
    poison
  );
}
