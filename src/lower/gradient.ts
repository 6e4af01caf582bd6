import { activeValues } from "../autodiff/active-values.ts";
import { flattenRegion } from "../autodiff/flatten-region.ts";
import { joinNodes, takesDependents } from "../autodiff/join-model.ts";
import { dependents, nodesBetween } from "../autodiff/nodes-between.ts";
import { replaceGradients, type ReplacedGradient } from "../autodiff/resolve-gradients.ts";
import { usesOf } from "../graph/rewrite.ts";
import { variesInTraining } from "../graph/varies-in-training.ts";
import type { Func, GradientNode, Node, Value } from "../ir/graph.ts";
import { nodesWithin } from "../ir/visit.ts";
import { isFloat } from "../ops/define/dtype-class.ts";
import { findOperator } from "../ops/registry.ts";
import { required } from "../support/fault.ts";
import { textOf, type Span } from "../support/source.ts";
import type { Expression } from "../syntax/ast.ts";
import { freshValue, report, type Context } from "./context.ts";
import { asTensor } from "./convert.ts";
import { factsIn } from "./minima.ts";
import { poison, tensor, type Val } from "./values.ts";

/** `gradient(y, x)`: of the sum of y's elements with respect to x, in the type of x. */
export function lowerGradient(ctx: Context, of: Expression, by: Expression, span: Span): Val {
  const valueOf = (it: Expression): Value | undefined =>
    asTensor(ctx, ctx.elaborator.rules.expression(ctx, it), it.span, { dtype: "f32" })?.value;
  const y = valueOf(of);
  const x = valueOf(by);
  if (y === undefined || x === undefined) return poison;
  const text = (it: Expression): string => textOf(it.span);
  const refuse = (at: Span, problem: string, help?: string): Val => {
    report(ctx, "MC3105", at, { of: text(of), by: text(by), problem }, help === undefined ? {} : { help });
    return poison;
  };
  for (const [value, expression] of [[y, of] as const, [x, by] as const]) {
    if (isFloat(value.type.dtype)) continue;
    return refuse(expression.span, `\`${text(expression)}\` is of ${value.type.dtype}, which has no slopes`);
  }
  const { measured } = ctx;
  const model = measured?.entry;
  // What lies between them may lie in a model that is wrong.
  if (measured !== undefined && model === undefined) return poison;
  // The regions that are open here, the innermost first.
  const open = [[...ctx.before, ctx.nodes], ...ctx.around];
  const regions = open.map((lists) => lists.flat());
  const everything = regions.toReversed().flat();
  const owned = everything.find((node) => makes(node, x));
  if (owned?.kind === "parameter" || owned?.kind === "state") {
    return refuse(by.span, `\`${text(by)}\` is a ${owned.kind}, and \`x\` must be an input or a computed value`);
  }
  const result = freshValue(ctx.unit, x.type);
  const node: GradientNode = { kind: "gradient", of: y, by: x, results: [result], origin: span };
  const joined =
    measured !== undefined && model !== undefined && takesDependents(model, x, measured.values)
      ? joinNodes(model, { inputs: [], nodes: [...everything, node], results: [] }, measured.values)
      : undefined;
  if (!dependents(joined?.nodes ?? everything, [joined?.of(x) ?? x]).has(joined?.of(y).id ?? y.id)) {
    const help = `Give what \`${text(of)}\` is made of a name, use that name in it, and differentiate by it.`;
    return refuse(by.span, `\`${text(of)}\` is not made of \`${text(by)}\``, help);
  }
  // It stands in the region that makes `y`, where the whole way from `x` is to be seen.
  const maker = regions.findIndex((nodes) => nodes.some((it) => makes(it, y)));
  const outermost = regions.length - 1;
  const place = maker >= 0 ? maker : y.id === x.id ? 0 : outermost;
  const through = place === outermost ? joined : undefined;
  const way =
    through === undefined
      ? nodesBetween(regions[place] ?? [], x, y)
      : nodesBetween(through.nodes.slice(0, -1), through.of(x), through.of(y));
  const around = regions
    .slice(place + 1)
    .reverse()
    .flat();
  const outside = [...dependents(around, [x])].filter((id) => id !== x.id);
  const ofOutside = dependents(
    regions[place] ?? [],
    outside.map((id) => ({ id })),
  );
  if (way === undefined || ofOutside.has(y.id) || (joined !== undefined && place !== outermost)) {
    const help = `Make \`${text(of)}\` outside of the \`scan\`, loop or branch, or differentiate by what comes into it.`;
    return refuse(by.span, `what lies between them begins outside of the region that makes \`${text(of)}\``, help);
  }
  const asked = through?.nodes.at(-1) ?? node;
  const owner = through === undefined ? ctx.unit : required(model, "model");
  const replaced = tryOut(ctx, owner, [...way, asked], place === 0 ? ctx.mode : undefined);
  if (replaced.every(({ gradient }) => gradient === undefined)) {
    return refuse(by.span, `\`${text(of)}\` depends on \`${text(by)}\` by steps alone, whose slopes are 0`);
  }
  for (const { before, node: flat } of replaced) {
    const found = onceAlone(before, flat.by);
    if (found === undefined) continue;
    const labels = found.origin === undefined ? [] : [{ span: found.origin, message: `\`${found.op}\` stands here` }];
    report(ctx, "MC3106", span, { operator: found.op, by: text(by) }, { labels });
    return poison;
  }
  required(open[place]?.at(-1), "open region").push(node);
  return tensor(result);
}

function makes(node: Node, value: Value): boolean {
  return node.results.some(({ id }) => id === value.id);
}

/** What the gradient comes to in each mode in which it may differ. */
function tryOut(
  ctx: Context,
  { parameters, states }: Pick<Func, "parameters" | "states">,
  nodes: readonly Node[],
  mode: "training" | "inference" | undefined,
): readonly ReplacedGradient[] {
  const { functions } = ctx.elaborator;
  const { results } = required(nodes.at(-1), "gradient");
  const part: Func = {
    key: "a gradient",
    name: "gradient",
    flavor: "fn",
    hyperparameters: [],
    inputNames: [],
    resultNames: [],
    parameters,
    states,
    body: { inputs: [], nodes, results },
  };
  const both = ["training", "inference"] as const;
  const modes = mode !== undefined ? [mode] : variesInTraining(part, functions) ? both : (["inference"] as const);
  return modes.flatMap((it) => {
    const replaced: ReplacedGradient[] = [];
    const { graph } = flattenRegion(part, functions, factsIn(ctx), nodes, results, it);
    replaceGradients(graph, (one) => replaced.push(one));
    return replaced.slice(-1);
  });
}

/** An operator that is differentiated, and whose gradient cannot be. */
function onceAlone(nodes: readonly Node[], by: Value): { readonly op: string; readonly origin?: Span } | undefined {
  const active = activeValues(nodes, [by]);
  for (const node of nodes) {
    if (!usesOf(node).some(({ id }) => active.has(id))) continue;
    for (const it of nodesWithin([node])) {
      if (it.kind !== "operator" || findOperator(it.op)?.differentiableOnce !== true) continue;
      return { op: it.op, ...(it.origin !== undefined && { origin: it.origin }) };
    }
  }
  return undefined;
}
