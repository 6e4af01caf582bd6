import { asNumber, axisOf, constant, formatDim, sameForm, withLabel, type Dim } from "../dims/dim.ts";
import { decide } from "../dims/decide.ts";
import { equal } from "../dims/facts.ts";
import type { TensorType, DType } from "../ir/types.ts";
import { isDType } from "../ops/define/dtype-class.ts";
import { dimNamesOf } from "../analyze/dim-names.ts";
import { genericElements } from "../analyze/builtins.ts";
import { referencesIn } from "../analyze/walk.ts";
import type { Span } from "../support/source.ts";
import { textOf } from "../support/source.ts";
import type { CallableDeclaration, Input, TypeExpression } from "../syntax/ast.ts";
import { reportAbsent } from "./report-absent.ts";
import { findLocal, report, type Context, type Scope } from "./context.ts";
import { asDim } from "./convert.ts";
import { reportMisfits, type Misfit } from "./report-misfits.ts";
import { isOfElement } from "./is-of-element.ts";
import { reportExchanged } from "./report-exchanged.ts";
import { shapeChecker } from "./shape-checker.ts";
import { helpOfElement, helpOfRank } from "./input-helps.ts";
import { judgePlaces, labelsOf } from "./value-facts.ts";
import { argumentOf, reportRange } from "./given-argument.ts";
import { describe, formatType, poison, type TensorVal, type Val, type ValueFacts } from "./values.ts";
import { isRest } from "./fill-shape.ts";
import { factsIn } from "./minima.ts";

/** A declared type with known dims. */
export interface ResolvedType {
  readonly type: TensorType;
  readonly facts: ValueFacts;
}

/** Under which name a scope keeps what a signature's generic element type stands for. */
const elementKey = (word: string): string => `<${word}>`;

/** Under which name a scope keeps what a signature's nameless spread stands for. */
export const spreadKey = "<...>";

/**
 * The type that an annotation, a result or a `param` declares; undefined after a report. `trusted` where dims are
 * compared with those of a value, which are positive.
 */
export function resolveType(
  ctx: Context,
  type: TypeExpression,
  dims: "checked" | "trusted" = "checked",
): ResolvedType | undefined {
  const dtype = resolveElement(ctx, type);
  let classes: Dim | undefined;
  if (type.classes !== undefined) {
    classes = asDim(
      ctx,
      ctx.elaborator.rules.expression(ctx, type.classes, { integer: true }),
      type.classes.span,
      "the number of classes",
    );
    if (classes === undefined) return undefined;
  }
  const isSize = (dim: Dim, span: Span, text: string, val: Val): boolean =>
    dims === "checked" ? checkPositive(ctx, dim, span, text, val) : isPositive(ctx, dim, span, val, text);
  const shape: Dim[] = [];
  for (const it of type.dims) {
    if (it.kind === "dim-spread") {
      const many = findLocal(ctx.scope, it.name?.text ?? spreadKey);
      if (many?.kind === "absent") {
        reportAbsent(ctx, many, it.span);
        return undefined;
      }
      // An unknown name was reported with the names.
      if (it.name !== undefined && many === undefined) return undefined;
      if (many?.kind !== "list") {
        report(ctx, "MC2010", it.span, { name: it.name === undefined ? "..." : `...${it.name.text}` });
        return undefined;
      }
      for (const element of many.elements) {
        const dim = asDim(ctx, element, it.span, `each element of \`${it.name?.text ?? "..."}\``);
        if (dim === undefined || !isSize(dim, it.span, formatDim(dim), element)) return undefined;
        shape.push(dim);
      }
      continue;
    }
    const val = ctx.elaborator.rules.expression(ctx, it, { integer: true });
    const dim = asDim(ctx, val, it.span, "a dimension");
    if (dim === undefined || !isSize(dim, it.span, textOf(it.span), val)) return undefined;
    shape.push(it.kind === "reference" ? withLabel(dim, it.text) : dim);
  }
  return dtype && { type: { dtype, shape }, facts: labelsOf(classes) };
}

function isPositive(ctx: Context, dim: Dim, span: Span, val?: Val, text = textOf(span)): boolean {
  const known = asNumber(dim);
  if (known === undefined || known >= 1) return true;
  if (val !== undefined && argumentOf([val]) !== undefined) {
    reportRange(ctx, val, { what: `\`${text}\``, limit: "at least 1", actual: String(known) }, span);
    return false;
  }
  const isWritten = text === "-1" && (val === undefined || isRest(val));
  const help = isWritten ? { help: "`-1` for what is left stands in the shape of a `reshape` alone." } : {};
  report(ctx, "MC3033", span, { dim: text, value: String(known) }, help);
  return false;
}

/** Proves that a dimension is 1 or more, `val` being what it was made of; false after a report. */
export function checkPositive(ctx: Context, dim: Dim, span: Span, text: string, val?: Val): boolean {
  if (asNumber(dim) !== undefined) return isPositive(ctx, dim, span, val, text);
  return shapeChecker(ctx, span, () => []).atLeast(dim, constant(1), `the dimension \`${text}\``);
}

/** Whether the dims of a type are all 1 or more, each reported where it is declared. */
export function arePositive(ctx: Context, shape: readonly Dim[], declared: TypeExpression["dims"]): boolean {
  return shape
    .map((dim, axis) => {
      const at = declared[axis];
      return at === undefined || at.kind === "dim-spread" || checkPositive(ctx, dim, at.span, textOf(at.span));
    })
    .every((fine) => fine);
}

/** What a signature's generic element type stands for in a body; where no input that is given says it, f32 or i32. */
export function elementFor(scope: Scope, word: string): DType {
  const bound = findLocal(scope, elementKey(word));
  if (bound?.kind === "word" && isDType(bound.value)) return bound.value;
  return word === "int" ? "i32" : "f32";
}

function resolveElement(ctx: Context, type: TypeExpression): DType | undefined {
  const word = type.element.text;
  if (word === "class") return "i32";
  if (isDType(word)) return word;
  const bound = findLocal(ctx.scope, word);
  if (bound?.kind === "word" && isDType(bound.value)) return bound.value;
  if (genericElements.has(word)) return elementFor(ctx.scope, word);
  // What is nothing at all was reported with the names of the file.
  if (bound !== undefined && bound.kind !== "poison" && bound.kind !== "cell" && bound.kind !== "barred")
    report(ctx, "MC3008", type.element.span, { expected: "an element type is needed here", actual: describe(bound) });
  return undefined;
}

/** What a call gives for one declared input. */
export interface GivenInput {
  readonly val: TensorVal;
  readonly span: Span;
}

/**
 * Matches the declared inputs of a callee against what a call gives, by place: names that stand alone bind, everything
 * else is verified. `callee` is the context of the declaration, whose scope holds its hyperparameters and takes the
 * dims; findings are reported at the call. Returns the types as the body sees them, axes named as declared, and undefined
 * for what is not given; undefined after a report.
 */
export function matchInputs(
  ctx: Context,
  callee: Context,
  declaration: CallableDeclaration,
  given: readonly (GivenInput | undefined)[],
): readonly (ResolvedType | undefined)[] | undefined {
  const wanted = declaration.inputs.map((it, place) => ({
    name: it.name?.text,
    element: it.type.element.text,
    takes: (dtype: DType) => isOfElement(it.type.element.text, dtype),
    given: given[place],
  }));
  if (reportExchanged(ctx, declaration.name.text, wanted)) return undefined;
  const isBound = (name: string): boolean => {
    const val = findLocal(callee.scope, name);
    return val !== undefined && val.kind !== "absent";
  };
  const isKnown = (name: string): boolean => isBound(name) || callee.file.scope.get(name)?.kind === "const";
  const { variables } = dimNamesOf(declaration, isKnown);
  const later: (() => boolean)[] = [];
  const misfits: Misfit[][] = declaration.inputs.map(() => []);
  const types: ({ dtype: DType; shape: Dim[]; facts: ValueFacts } | undefined)[] = declaration.inputs.map(
    () => undefined,
  );
  let fine = true;
  declaration.inputs.forEach((input, index) => {
    const it = given[index];
    if (it === undefined) return;
    const { type } = it.val.value;
    const split = matchElement(ctx, callee.scope, declaration, input, it)
      ? splitShape(ctx, declaration, input, it)
      : undefined;
    if (split === undefined) {
      fine = false;
      // An argument that is wrong is told once: what its dims would have been, nothing says.
      const spreads = input.type.dims.flatMap((dim) =>
        dim.kind === "dim-spread" ? [dim.name?.text ?? spreadKey] : [],
      );
      for (const name of [...referencesIn(input.type), ...spreads])
        if (!isBound(name)) callee.scope.names.set(name, poison);
      return;
    }
    const shape: Dim[] = [];
    types[index] = { dtype: type.dtype, shape, facts: it.val.facts };
    for (const part of split) {
      if (part.kind === "spread") {
        const key = part.name ?? spreadKey;
        const dims = part.dims.map((dim, at) => axisOf(dim, { origin: `${key}${String(at)}` }));
        const before = findLocal(callee.scope, key);
        if (before === undefined || before.kind === "absent")
          callee.scope.names.set(key, { kind: "list", elements: dims.map((dim): Val => ({ kind: "dim", dim })) });
        else if (before.kind === "list")
          later.push(() => sameSpread(ctx, declaration, input, it, before.elements, { name: part.name, dims }));
        shape.push(...dims);
        continue;
      }
      const { expression, dim } = part;
      const at = shape.length;
      const bare = expression.kind === "reference" ? expression.text : undefined;
      shape.push(axisOf(dim, { label: bare }));
      if (bare !== undefined && variables.has(bare) && !isBound(bare)) {
        callee.scope.names.set(bare, { kind: "dim", dim: axisOf(dim, { label: bare }) });
        continue;
      }
      later.push(() => {
        const wanted = asDim(
          callee,
          callee.elaborator.rules.expression(callee, expression, { integer: true }),
          expression.span,
          "a dimension",
        );
        if (wanted === undefined) return false;
        if (sameForm(wanted, dim) || decide(equal(dim, wanted), factsIn(ctx)).verdict === "proved") {
          // Of two equal forms the declared one reads better, and a literal says most.
          if (asNumber(dim) === undefined) shape[at] = withLabel(wanted, bare);
          return true;
        }
        misfits[index]?.push({ declared: textOf(expression.span), wanted, dim });
        return false;
      });
    }
  });
  declaration.inputs.forEach((input, index) => {
    const [it, typed] = [given[index], types[index]];
    const { classes } = input.type;
    if (it === undefined || typed === undefined || classes === undefined) return;
    later.push(() => {
      const size = asDim(
        callee,
        callee.elaborator.rules.expression(callee, classes, { integer: true }),
        classes.span,
        "the number of classes",
      );
      if (size === undefined) return false;
      const named = { what: "labels", taker: `${declaration.name.text}'s \`${input.name?.text ?? "_"}\`` };
      if (!judgePlaces(ctx, typed.facts, size, it.span, named)) return false;
      typed.facts = labelsOf(size);
      return true;
    });
  });
  // Compound dims may rest on names that only a later input introduces.
  for (const check of later) if (!check()) fine = false;
  misfits.forEach((some, index) => {
    const it = given[index];
    if (it !== undefined) reportMisfits(ctx, callee.file, declaration, index, it, some);
  });
  if (!fine) return undefined;
  return types.map((it) => it && { type: { dtype: it.dtype, shape: it.shape }, facts: it.facts });
}

function matchElement(
  ctx: Context,
  scope: Scope,
  declaration: CallableDeclaration,
  input: Input,
  it: GivenInput,
): boolean {
  const word = input.type.element.text;
  const { dtype } = it.val.value.type;
  const fits = (): boolean => {
    if (word === "class" || isDType(word)) return isOfElement(word, dtype);
    const given = findLocal(scope, word);
    if (given?.kind === "word" || !genericElements.has(word)) return given?.kind === "word" && given.value === dtype;
    if (!isOfElement(word, dtype)) return false;
    const bound = findLocal(scope, elementKey(word));
    if (bound === undefined) scope.names.set(elementKey(word), { kind: "word", value: dtype });
    return bound === undefined || (bound.kind === "word" && bound.value === dtype);
  };
  if (fits()) return true;
  // An element type that does not exist was reported where it is declared.
  if (word !== "class" && !isDType(word) && !genericElements.has(word) && !findLocal(scope, word)) return false;
  const bound = findLocal(scope, elementKey(word));
  const expected =
    bound?.kind === "word"
      ? `${bound.value}, as those of the inputs before it are`
      : word === "weight"
        ? "truth values or of floating point"
        : word;
  report(
    ctx,
    "MC3003",
    it.span,
    { what: `\`${input.name?.text ?? "the input"}\` of \`${declaration.name.text}\``, expected, actual: dtype },
    {
      labels: [{ span: input.span, message: "declared here" }],
      ...helpOfElement(declaration, input, it),
    },
  );
  return false;
}

type ShapePart =
  | {
      readonly kind: "dim";
      readonly expression: Exclude<TypeExpression["dims"][number], { readonly kind: "dim-spread" }>;
      readonly dim: Dim;
    }
  | { readonly kind: "spread"; readonly name: string | undefined; readonly dims: readonly Dim[] };

/** Pairs the declared dims with the given ones; undefined after reporting a rank that does not fit. */
function splitShape(
  ctx: Context,
  declaration: CallableDeclaration,
  input: Input,
  it: GivenInput,
): readonly ShapePart[] | undefined {
  const { shape } = it.val.value.type;
  const { dims } = input.type;
  const spread = dims.findIndex((dim) => dim.kind === "dim-spread");
  const fixed = dims.length - (spread === -1 ? 0 : 1);
  if (spread === -1 ? shape.length !== fixed : shape.length < fixed) {
    report(
      ctx,
      "MC3001",
      it.span,
      {
        what: `\`${input.name?.text ?? "the input"}\` of \`${declaration.name.text}\``,
        expected: textOf(input.type.span),
        actual: formatType(it.val.value.type),
      },
      {
        labels: [{ span: input.span, message: "declared here" }],
        ...helpOfRank(ctx, it, spread === -1 ? fixed : undefined),
      },
    );
    return undefined;
  }
  const parts: ShapePart[] = [];
  let at = 0;
  for (const dim of dims) {
    if (dim.kind === "dim-spread") {
      const count = shape.length - fixed;
      parts.push({ kind: "spread", name: dim.name?.text, dims: shape.slice(at, at + count) });
      at += count;
      continue;
    }
    const actual = shape[at];
    at += 1;
    if (actual !== undefined) parts.push({ kind: "dim", expression: dim, dim: actual });
  }
  return parts;
}

function sameSpread(
  ctx: Context,
  declaration: CallableDeclaration,
  input: Input,
  it: GivenInput,
  before: readonly Val[],
  { name, dims }: { readonly name: string | undefined; readonly dims: readonly Dim[] },
): boolean {
  const wanted = before.map((val) =>
    val.kind === "dim" ? val.dim : val.kind === "number" && val.integer ? constant(val.value) : undefined,
  );
  const same =
    wanted.length === dims.length &&
    wanted.every((size, index) => {
      const dim = dims[index];
      return size !== undefined && dim !== undefined && decide(equal(size, dim), factsIn(ctx)).verdict === "proved";
    });
  if (same) return true;
  const shown = (list: readonly (Dim | undefined)[]): string =>
    `[${list.map((dim) => (dim === undefined ? "?" : formatDim(dim))).join(", ")}]`;
  report(
    ctx,
    "MC3031",
    it.span,
    {
      callee: declaration.name.text,
      input: input.name?.text ?? "the input",
      sizes: [{ declared: `...${name ?? ""}`, expected: shown(wanted), actual: shown(dims) }],
      example: "",
    },
    { labels: [{ span: input.span, message: "declared here" }] },
  );
  return false;
}
