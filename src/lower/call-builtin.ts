import { reportUnknownArgument } from "../analyze/report-unknown-argument.ts";
import type { BuiltinFunction } from "../analyze/builtins.ts";
import { reportGiven } from "../analyze/given.ts";
import { product } from "../dims/dim.ts";
import type { CallExpression, Expression } from "../syntax/ast.ts";
import { dimOf } from "./arithmetic.ts";
import { attributeOf } from "./attributes.ts";
import { constantNode, findLocal, report, reporter, type Context } from "./context.ts";
import { asReal, asTensor, isHeld } from "./convert.ts";
import { lowerGradient } from "./gradient.ts";
import { lowerListFunction } from "./list-of.ts";
import { describe, poison, tensor, type Val } from "./values.ts";
import { refusesProbability } from "./value-facts.ts";

/** What each function of the language itself means. */
const builtins: Readonly<Record<BuiltinFunction, (ctx: Context, call: CallExpression) => Val>> = {
  product: (ctx, call) => listFunction(ctx, "product", call),
  length: (ctx, call) => listFunction(ctx, "length", call),
  zip: (ctx, call) => lowerListFunction(ctx, "zip", call),
  enumerate: (ctx, call) => lowerListFunction(ctx, "enumerate", call),
  reversed: (ctx, call) => lowerListFunction(ctx, "reversed", call),
  zeros: (ctx, call) => filled(ctx, "zeros", call),
  ones: (ctx, call) => filled(ctx, "ones", call),
  full: (ctx, call) => filled(ctx, "full", call),
  gradient: (ctx, call) => {
    const given = builtinArguments(ctx, "gradient", ["y", "x"], call);
    const [of, by] = [given?.get("y"), given?.get("x")];
    return of === undefined || by === undefined ? poison : lowerGradient(ctx, of, by, call.span);
  },
  given,
  unnormalized,
};

/** A call of a function that the language itself gives; poison after a report. */
export function callBuiltin(ctx: Context, name: BuiltinFunction, call: CallExpression): Val {
  return builtins[name](ctx, call);
}

/** `unnormalized(logits)`: what is given, which must not be known to be probabilities. */
function unnormalized(ctx: Context, call: CallExpression): Val {
  const argument = builtinArguments(ctx, "unnormalized", ["logits"], call)?.get("logits");
  if (argument === undefined) return poison;
  const val = asTensor(ctx, ctx.elaborator.rules.expression(ctx, argument), argument.span);
  if (val === undefined) return poison;
  const taker = ctx.callable?.declaration.name.text ?? "unnormalized";
  return refusesProbability(ctx, val, argument.span, taker) ? poison : val;
}

/** `product(S)`, `length(units)`: functions of lists that are known at compile time. */
function listFunction(ctx: Context, name: "product" | "length", call: CallExpression): Val {
  const given = builtinArguments(ctx, name, ["list"], call);
  const argument = given?.get("list");
  if (argument === undefined) return poison;
  const list = ctx.elaborator.rules.expression(ctx, argument, { integer: true });
  if (list.kind !== "list") {
    const expected = `\`${name}\` takes a list, such as \`[3, 4]\` or the \`S\` of \`...S\``;
    if (list.kind !== "poison") report(ctx, "MC3008", argument.span, { expected, actual: describe(list) });
    return poison;
  }
  if (name === "length") return { kind: "number", value: list.elements.length, integer: true, opaque: true };
  const dims = list.elements.map(dimOf);
  if (dims.every((it) => it !== undefined)) return { kind: "dim", dim: product(dims), opaque: true };
  const other = list.elements.find((it) => dimOf(it) === undefined && it.kind !== "poison");
  const expected = "`product` takes a list of whole numbers and dims";
  if (other !== undefined) report(ctx, "MC3008", argument.span, { expected, actual: describe(other) });
  return poison;
}

/** `given(mask)`: whether this use gives an optional input. */
function given(ctx: Context, call: CallExpression): Val {
  const argument = builtinArguments(ctx, "given", ["input"], call)?.get("input");
  if (argument === undefined) return poison;
  const input = ctx.callable?.declaration.inputs.find(
    (it) => argument.kind === "reference" && it.name?.text === argument.text,
  );
  if (input?.name === undefined || !input.optional) {
    reportGiven(reporter(ctx), argument, input);
    return poison;
  }
  return { kind: "boolean", value: findLocal(ctx.scope, input.name.text)?.kind !== "absent", opaque: true };
}

const takesShape: ReadonlySet<string> = new Set(["zeros", "ones"]);
const shapeHelp = (callee: string): string => `A shape is a list: \`${callee}([3, 4])\`.`;

/** The arguments of a built-in function by name, all of them required; undefined after a report. */
function builtinArguments(
  ctx: Context,
  callee: string,
  names: readonly string[],
  call: CallExpression,
): ReadonlyMap<string, Expression> | undefined {
  const given = new Map<string, Expression>();
  let fine = true;
  for (const [at, { name, value, span }] of call.arguments.entries()) {
    const key = name?.text ?? names[at];
    if (key === undefined)
      report(ctx, "MC2014", span, { callee }, takesShape.has(callee) ? { help: shapeHelp(callee) } : {});
    else if (name !== undefined && !names.includes(key)) reportUnknownArgument(reporter(ctx), name, callee, names);
    else if (given.has(key)) report(ctx, "MC2012", span, { name: key, callee });
    else {
      given.set(key, value);
      continue;
    }
    fine = false;
  }
  const missing = names.filter((it) => !given.has(it));
  if (fine && missing.length > 0) {
    report(ctx, "MC2013", call.span, { callee, names: missing });
    fine = false;
  }
  return fine ? given : undefined;
}

/** `zeros([B, units])`, `ones(shape)`, `full(shape, value)`: f32 constants. */
function filled(ctx: Context, name: "zeros" | "ones" | "full", call: CallExpression): Val {
  const given = builtinArguments(ctx, name, name === "full" ? ["shape", "value"] : ["shape"], call);
  const shape = given?.get("shape");
  const value = given?.get("value");
  if (shape === undefined) return poison;
  const spec = { kind: "dims", min: 1, doc: "" } as const;
  const attribute = attributeOf(
    ctx,
    "shape",
    spec,
    ctx.elaborator.rules.expression(ctx, shape, { integer: true }),
    shape.span,
  );
  if (attribute?.kind !== "dims") return poison;
  let fill = name === "ones" ? 1 : 0;
  if (name === "full") {
    const number = value && asReal(ctx, ctx.elaborator.rules.expression(ctx, value), value.span, "the value");
    if (value === undefined || number === undefined || !isHeld(ctx, "the value", number, "f32", value.span))
      return poison;
    fill = number;
  }
  return tensor(constantNode(ctx, { dtype: "f32", shape: attribute.value }, fill, undefined, call.span));
}
