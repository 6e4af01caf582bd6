import { formatDim, type Dim } from "../dims/dim.ts";
import type {
  Binding,
  Body,
  EmitStatement,
  Expression,
  ParamDeclaration,
  Statement,
  Update,
  WhenExpression,
  WhenStatement,
} from "../syntax/ast.ts";
import type { TypedCell } from "./cells.ts";
import { findLocal, freshValue, innerScope, report, type Context } from "./context.ts";
import { asTensor, sameType } from "./convert.ts";
import { lowerCondition } from "./conditions.ts";
import { resolveType } from "./declared-types.ts";
import { initializerOf } from "./initializer-of.ts";
import { noteVariable } from "./instantiate.ts";
import { nameValue } from "./name-value.ts";
import { claimNamed } from "./paths.ts";
import { checkType } from "./results.ts";
import { lostName } from "../syntax/lost-name.ts";
import { lowerTraining } from "./training.ts";
import { describe, formatType, poison, tensor, type TensorVal, type Val } from "./values.ts";
import { isUndecidedType } from "./report-undecided.ts";

/** Lowers the statements of a body; the value is that of the last one. */
export function lowerBody(ctx: Context, body: Body): Val {
  const last = body.statements.at(-1);
  let result: Val = poison;
  let fine = true;
  for (const statement of body.statements) {
    if (statement === last && statement.kind === "expression-statement") {
      result = ctx.elaborator.rules.expression(ctx, statement.value);
    } else if (!lowerStatement(ctx, statement)) fine = false;
  }
  // What belongs into a metric has been reported where it stands.
  if (last?.kind === "gather" || last?.kind === "finish") return poison;
  if (last?.kind !== "expression-statement") {
    const span = last?.span ?? body.span;
    // A line that ends in an operator takes the result below it in.
    const help =
      last?.kind === "binding"
        ? `The last statement gives a name to a value: write the value alone, or, below it, \`${last.targets.map((it) => it.text).join(", ")}\`.`
        : "End the body with the expression that is its result.";
    const extras = { help, unlessWrong: span };
    report(ctx, "MC2026", span, {}, extras);
    return poison;
  }
  return fine ? result : poison;
}

/** Lowers statements for what they do: the body of a scan, or of a `when` that is a statement. */
export function lowerStatements(ctx: Context, body: Body): boolean {
  return body.statements.map((it) => lowerStatement(ctx, it)).every((fine) => fine);
}

/** Lowers a statement for what it does. False where something in it was reported. */
export function lowerStatement(ctx: Context, statement: Statement): boolean {
  switch (statement.kind) {
    case "binding":
      return lowerBinding(ctx, statement);
    case "update":
      return lowerUpdate(ctx, statement);
    case "param":
      return lowerParam(ctx, statement);
    case "emit":
      return lowerEmit(ctx, statement);
    case "gather":
    case "finish":
      // Outside of a metric's own body they have been reported.
      return false;
    case "when-statement":
      return lowerWhenStatement(ctx, statement);
    case "expression-statement":
      return ctx.elaborator.rules.expression(ctx, statement.value).kind !== "poison";
  }
}

function lowerEmit(ctx: Context, { last, value, span }: EmitStatement): boolean {
  const given = ctx.elaborator.rules.expression(ctx, value);
  const { emits } = ctx;
  if (emits === undefined) {
    const help = "The result of a body is its last expression, without a word before it.";
    report(ctx, "MC2027", span, {}, { help });
    return false;
  }
  if (given.kind === "poison") return false;
  if (emits.mode !== ctx.mode) {
    report(ctx, "MC3090", span, { loop: emits.loop, mode: ctx.mode });
    return false;
  }
  const val = emits.loop === "scan" ? asTensor(ctx, given, value.span) : given;
  if (val !== undefined) emits.emitted.push({ last, val, span });
  return val !== undefined;
}

/** What is said of a loop whose carry is taken for one of its results. */
function helpOfLoop(value: Expression, val: Val): { readonly help?: string } {
  if (value.kind !== "for-expression" || val.kind !== "list") return {};
  const [carry] = value.carries;
  if (carry === undefined) return {};
  const { text } = carry.name;
  return { help: `A loop that emits gives what it emits alone: \`emit last ${text}\` gives \`${text}\` as well.` };
}

/** Whether a binding's name is that of the instance on its right: one construction, or a value through one stage. */
function namesInstance({ tuple, value }: Binding): boolean {
  if (tuple) return false;
  if (value.kind === "pipe") return value.stages.length === 1;
  return value.kind === "call" || value.kind === "for-expression";
}

function lowerBinding(ctx: Context, binding: Binding): boolean {
  const [target] = binding.targets;
  if (target === undefined) return false;
  // A name that is bound already has been reported: it names no second instance.
  const hint = namesInstance(binding) && findLocal(ctx.scope, target.text) === undefined ? { hint: target.text } : {};
  const val = ctx.elaborator.rules.expression(ctx, binding.value, hint);
  if (binding.tuple && !(binding.targets.length === 1 && val.kind !== "tuple")) {
    const elements = val.kind === "tuple" || val.kind === "list" ? val.elements : undefined;
    if (elements?.length !== binding.targets.length) {
      // Of a name that is there twice, which was reported, one may be too many.
      const isDoubled = new Set(binding.targets.map((it) => it.text)).size < binding.targets.length;
      if (val.kind !== "poison" && !isDoubled) {
        const names = String(binding.targets.length);
        report(ctx, "MC3021", binding.value.span, { names, actual: describe(val) }, helpOfLoop(binding.value, val));
      }
      for (const it of binding.targets) ctx.scope.names.set(it.text, poison);
      return false;
    }
    binding.targets.forEach((it, index) => bind(ctx, it.text, elements[index] ?? poison));
    return true;
  }
  let checked: Val = val;
  if (binding.annotation !== undefined && val.kind !== "poison") {
    checked = checkType(ctx, val, binding.annotation, binding.value.span, `\`${target.text}\``) ?? poison;
  }
  bind(ctx, target.text, checked);
  return checked.kind !== "poison";
}

function bind(ctx: Context, name: string, val: Val): void {
  // A name that is bound twice was meant to be another.
  if (name !== "_" && findLocal(ctx.scope, name) !== undefined) ctx.scope.names.set(lostName, poison);
  ctx.scope.names.set(name, val.kind === "tensor" ? nameValue(ctx, name, val) : val);
}

function lowerUpdate(ctx: Context, update: Update): boolean {
  const cell = findLocal(ctx.scope, update.target.text);
  if (cell?.kind !== "cell") return false;
  if (cell.role !== "state" && !ctx.carries.includes(cell)) {
    report(
      ctx,
      "MC3091",
      update.span,
      { name: cell.name },
      { labels: [{ span: cell.declared, message: "carried here" }] },
    );
    return false;
  }
  if (cell.role === "free") {
    const next = ctx.elaborator.rules.expression(ctx, update.value);
    if (next.kind === "poison") cell.current = undefined;
    else cell.current = next.kind === "tensor" ? nameValue(ctx, cell.name, next) : next;
    return next.kind !== "poison";
  }
  if (cell.role === "carry") {
    const next = updatedValue(ctx, cell, update);
    if (next === undefined) {
      cell.current = undefined;
      return false;
    }
    cell.current = next;
    return true;
  }
  if (ctx.inScan) {
    report(ctx, "MC3035", update.span, { name: cell.name });
    return false;
  }
  if (ctx.mode === "inference") {
    report(ctx, "MC3036", update.span, { name: cell.name });
    return false;
  }
  if (ctx.mode === "training") return updateState(ctx, cell, update);
  let fine = true;
  lowerTraining(
    ctx,
    (inner) => {
      fine = updateState(inner, cell, update);
      return undefined;
    },
    () => undefined,
    update.span,
  );
  return fine;
}

function updateState(ctx: Context, cell: TypedCell, update: Update): boolean {
  const next = updatedValue(ctx, cell, update);
  if (next === undefined) return false;
  ctx.unit.updates = true;
  ctx.nodes.push({ kind: "update", path: cell.path, value: next.value, results: [], origin: update.span });
  cell.current = next;
  return true;
}

function updatedValue(ctx: Context, cell: TypedCell, update: Update): TensorVal | undefined {
  const val = asTensor(ctx, ctx.elaborator.rules.expression(ctx, update.value), update.value.span, cell.type);
  if (val === undefined) return undefined;
  if (sameType(ctx, val.value.type, cell.type)) return tensor({ ...val.value, type: cell.type }, val.facts);
  const what = `the ${cell.role} \`${cell.name}\``;
  const labels = [{ span: cell.declared, message: "declared here" }];
  const claim = (own: Dim, declared: Dim): string =>
    `${what} keeps its shape: ${formatDim(own)} is ${formatDim(declared)}`;
  if (isUndecidedType(ctx, update.value.span, [val.value.type, cell.type], claim, labels)) return undefined;
  report(
    ctx,
    "MC3024",
    update.value.span,
    { what, declared: formatType(cell.type), actual: formatType(val.value.type) },
    { labels },
  );
  return undefined;
}

function lowerParam(ctx: Context, it: ParamDeclaration): boolean {
  const path = (it.alias ?? it.name).text;
  // What it would have been means nothing more.
  ctx.scope.names.set(it.name.text, poison);
  if (ctx.owning === "fn") return false;
  if (ctx.owning === "nested" || ctx.inScan) {
    const help = ctx.inScan
      ? "Declare it in the block itself, before the `scan`: all steps share it."
      : "Declare it in the block itself, outside of loops and of `when training`. Where each round is to have its own, let the round construct a block that declares it.";
    report(ctx, "MC2028", it.span, { what: it.flavor, name: it.name.text }, { help });
    return false;
  }
  const resolved = resolveType(ctx, it.type);
  const init = resolved && initializerOf(ctx, it, resolved.type);
  if (resolved === undefined || init === undefined) return false;
  if (claimNamed(ctx.paths, path, false) === undefined) {
    report(ctx, "MC2025", (it.alias ?? it.name).span, { name: path });
    return false;
  }
  const { type } = resolved;
  const variable = { path, type, init };
  const value = freshValue(ctx.unit, type, it.name.text);
  if (it.flavor === "param") {
    ctx.unit.parameters.push(variable);
    noteVariable(ctx.unit, path, type);
    ctx.nodes.push({ kind: "parameter", path, results: [value], origin: it.span });
    ctx.scope.names.set(it.name.text, tensor(value));
    return true;
  }
  ctx.unit.states.push(variable);
  noteVariable(ctx.unit, path, type);
  ctx.nodes.push({ kind: "state", path, results: [value], origin: it.span });
  const cell: TypedCell = {
    kind: "cell",
    role: "state",
    name: it.name.text,
    path,
    type,
    declared: it.span,
    current: tensor(value),
  };
  ctx.unit.cells.push(cell);
  ctx.scope.names.set(it.name.text, cell);
  return true;
}

function lowerWhenStatement(ctx: Context, statement: WhenStatement): boolean {
  const condition = lowerCondition(ctx, statement.condition);
  if (condition === undefined) return false;
  const { otherwise } = statement;
  const other = (inner: Context): boolean => {
    if (otherwise === undefined) return true;
    return otherwise.kind === "body" ? lowerStatements(inner, otherwise) : lowerWhenStatement(inner, otherwise);
  };
  if (condition.kind === "boolean") return condition.value ? lowerStatements(ctx, statement.then) : other(ctx);
  let fine = true;
  const names = boundByBoth(statement);
  const branch =
    (run: (inner: Context) => boolean) =>
    (inner: Context): Val | undefined => {
      if (!run(inner)) fine = false;
      const elements = names.map((it) => {
        const val = inner.scope.names.get(it);
        return val === undefined || val.kind === "cell" || val.kind === "barred" ? poison : val;
      });
      return elements.length === 0 ? undefined : { kind: "tuple", elements };
    };
  const then = branch((inner) => lowerStatements(inner, statement.then));
  const made = condition.negated
    ? lowerTraining(ctx, branch(other), then, statement.span)
    : lowerTraining(ctx, then, branch(other), statement.span);
  const vals = made?.kind === "tuple" ? made.elements : [made];
  names.forEach((it, index) => bind(ctx, it, vals[index] ?? poison));
  return fine && made?.kind !== "poison";
}

/** The names that every branch of a `when` over `training` binds: they are seen after it. */
function boundByBoth({ then, otherwise }: WhenStatement): readonly string[] {
  if (otherwise === undefined) return [];
  const others = otherwise.kind === "body" ? boundBy(otherwise) : boundByBoth(otherwise);
  return boundBy(then).filter((it) => others.includes(it));
}

function boundBy({ statements }: Body): readonly string[] {
  return statements.flatMap((it) => {
    if (it.kind === "when-statement") return boundByBoth(it);
    return it.kind === "binding" ? it.targets.map((target) => target.text).filter((name) => name !== "_") : [];
  });
}

/** `when c { ... } else { ... }` as a value. */
export function lowerWhenExpression(ctx: Context, e: WhenExpression): Val {
  const condition = lowerCondition(ctx, e.condition);
  if (condition === undefined) return poison;
  const then = (inner: Context): Val => lowerBody(inner, e.then);
  const { otherwise } = e;
  const other = (inner: Context): Val =>
    otherwise.kind === "body" ? lowerBody(inner, otherwise) : lowerWhenExpression(inner, otherwise);
  const nested = (): Context => ({ ...ctx, scope: innerScope(ctx.scope) });
  if (condition.kind === "boolean") return condition.value ? then(nested()) : other(nested());
  return (
    (condition.negated ? lowerTraining(ctx, other, then, e.span) : lowerTraining(ctx, then, other, e.span)) ?? poison
  );
}
