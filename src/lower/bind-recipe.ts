import { reportUnknownArgument } from "../analyze/report-unknown-argument.ts";
import { brokenLimit } from "../ir/limits.ts";
import { givenAttributes } from "../ops/define/operator.ts";
import { fault } from "../support/fault.ts";
import { findInitializer } from "../ops/initializers.ts";
import { textOf } from "../support/source.ts";
import type { Span } from "../support/source.ts";
import type { Argument, CallExpression } from "../syntax/ast.ts";
import { attributeOf, expectedFor } from "./attributes.ts";
import { positionalAttributes } from "./call-operator.ts";
import { report, reporter, type Context } from "./context.ts";
import { asReal } from "./convert.ts";
import { bindArguments } from "./hyperparameters.ts";
import { reportGivenTwice } from "./report-given-twice.ts";
import { poison, type RecipeVal, type Val } from "./values.ts";

/** `leaky_relu(0.2)` or `LSTM(units)` where a recipe is wanted: hyperparameters are bound, inputs stay open. */
export function bindRecipe(ctx: Context, it: RecipeVal, call: CallExpression): Val {
  const { target } = it;
  const text = textOf(call.span);
  switch (target.kind) {
    case "callable": {
      const bound = bindArguments(ctx, target.callable, {
        bound: it.bound,
        arguments: call.arguments,
        text: it.text,
        span: call.span,
      });
      return bound === undefined ? poison : { ...it, bound, text };
    }
    case "initializer":
      return bindInitializer(ctx, it, target.name, call);
    case "operator": {
      const bound = new Map(it.bound);
      const open = positionalAttributes(target.operator).filter((name) => !bound.has(name));
      let fine = true;
      const here = new Map<string, Span>();
      call.arguments.forEach((argument, index) => {
        const name = argument.name?.text ?? open[index];
        if (name !== undefined && isRepeated(ctx, here, it, name, target.operator.name, argument)) fine = false;
        const specs = givenAttributes(target.operator);
        const spec = name !== undefined && Object.hasOwn(specs, name) ? specs[name] : undefined;
        if (name === undefined || spec === undefined) {
          if (argument.name === undefined) report(ctx, "MC2014", argument.span, { callee: target.operator.name });
          else
            reportUnknownArgument(
              reporter(ctx),
              argument.name,
              target.operator.name,
              positionalAttributes(target.operator),
            );
          fine = false;
          return;
        }
        const val = ctx.elaborator.rules.expression(ctx, argument.value, expectedFor(spec));
        if (attributeOf(ctx, name, spec, val, argument.value.span) === undefined) fine = false;
        bound.set(name, val);
      });
      return fine ? { ...it, bound, text } : poison;
    }
  }
}

/** Whether an argument was given before, which is reported; `here` gathers those of one call. */
function isRepeated(
  ctx: Context,
  here: Map<string, Span>,
  { bound, text }: RecipeVal,
  name: string,
  callee: string,
  argument: Argument,
): boolean {
  const repeated = reportGivenTwice(ctx, argument, name, callee, {
    here: here.get(name),
    bound: bound.has(name),
    text,
  });
  here.set(name, argument.span);
  return repeated;
}

function bindInitializer(ctx: Context, it: RecipeVal, name: string, call: CallExpression): Val {
  const declared = findInitializer(name)?.arguments ?? fault(`no initialiser is called ${name}`);
  const signature = Object.keys(declared);
  const bound = new Map(it.bound);
  let fine = true;
  const here = new Map<string, Span>();
  const open = signature.filter((key) => !it.bound.has(key));
  call.arguments.forEach((argument, index) => {
    const parameter = argument.name?.text ?? open[index];
    if (parameter !== undefined && isRepeated(ctx, here, it, parameter, name, argument)) fine = false;
    if (parameter === undefined) {
      report(ctx, "MC2014", argument.span, { callee: name });
      fine = false;
      return;
    }
    if (!signature.includes(parameter)) {
      if (argument.name !== undefined) reportUnknownArgument(reporter(ctx), argument.name, name, signature);
      fine = false;
      return;
    }
    const value = asReal(
      ctx,
      ctx.elaborator.rules.expression(ctx, argument.value),
      argument.value.span,
      `\`${parameter}\``,
    );
    const limit = value === undefined ? undefined : brokenLimit(declared[parameter] ?? {}, value);
    if (value === undefined) fine = false;
    else if (limit !== undefined) {
      report(ctx, "MC3010", argument.value.span, { what: `\`${parameter}\``, limit, actual: String(value) });
      fine = false;
    } else bound.set(parameter, { kind: "number", value, integer: false });
  });
  return fine ? { ...it, bound, text: textOf(call.span) } : poison;
}
