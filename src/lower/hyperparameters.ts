import { isFunction } from "../analyze/is-function.ts";
import { elementTypes, hyperparameterWords } from "../analyze/builtins.ts";
import { enumWordsOf, wordsOf } from "../analyze/hyperparameter-words.ts";
import { mayBeLeftOut } from "../analyze/may-be-left-out.ts";
import { reportUnknownHyperparameter } from "../analyze/report-unknown-argument.ts";
import { textOf, type Span } from "../support/source.ts";
import type { HyperparameterValue } from "../ir/graph.ts";
import type { Callable } from "../std/program-file.ts";
import type {
  Argument,
  CallableDeclaration,
  Hyperparameter,
  HyperparameterAlternative,
  HyperparameterType,
} from "../syntax/ast.ts";
import { innerScope, report, reporter, type Context, type Expected } from "./context.ts";
import { asDim } from "./convert.ts";
import { withArgument } from "./given-argument.ts";
import { helpOfArgument } from "./help-of-argument.ts";
import { helpOfInputSize } from "./input-size.ts";
import { isRecursive } from "./recursion.ts";
import { reportGivenTwice } from "./report-given-twice.ts";
import { describe, targetName, type Val } from "./values.ts";

/** What an argument for a hyperparameter may be. */
export function expectedOf(type: HyperparameterType): Expected {
  const types = new Set(typeWords(type));
  const recipe = types.has("fn") || types.has("block");
  const integer = (types.has("int") || types.has("pair") || types.has("triple")) && !types.has("float");
  return { words: wordsOf(type), ...(recipe && { recipe }), ...(integer && { integer }) };
}

/** The words of a type, those of the elements of lists among them: what is expected of a list is expected of each. */
function typeWords(type: HyperparameterType): readonly string[] {
  return type.alternatives.flatMap((it) => (it.kind === "word" ? [it.name.text] : typeWords(it.element)));
}

/** A type as it is written: `same | valid | int`. */
function typeText(type: HyperparameterType): string {
  return type.alternatives.map((it) => (it.kind === "word" ? it.name.text : `[${typeText(it.element)}]`)).join(" | ");
}

/** A value in the form of a hyperparameter's type, or undefined where no alternative takes it. */
function fit(ctx: Context, type: HyperparameterType, val: Val, span: Span): Val | undefined {
  const [only, ...others] = type.alternatives;
  // An enum of one word is a misspelt type, which has been reported: anything fits it.
  if (only?.kind === "word" && others.length === 0 && !hyperparameterWords.has(only.name.text)) return val;
  for (const it of type.alternatives) {
    const fitted = fitAlternative(ctx, it, val, span);
    if (fitted !== undefined) return fitted;
  }
  return undefined;
}

function fitAlternative(ctx: Context, type: HyperparameterAlternative, val: Val, span: Span): Val | undefined {
  if (type.kind === "list-of") {
    if (val.kind !== "list" && val.kind !== "tuple") return undefined;
    const elements = val.elements.map((it) => fit(ctx, type.element, it, span));
    return elements.every((it) => it !== undefined) ? { kind: "list", elements } : undefined;
  }
  switch (type.name.text) {
    case "int": {
      if (val.kind === "ratio") {
        const dim = asDim(ctx, val, span, "the argument");
        return dim && { kind: "dim", dim, opaque: true };
      }
      if (val.kind === "number") return Number.isSafeInteger(val.value) ? { ...val, integer: true } : undefined;
      return val.kind === "dim" ? val : undefined;
    }
    case "float":
      if (val.kind === "number") return { ...val, integer: false };
      return val.kind === "dim" || val.kind === "ratio" ? val : undefined;
    case "bool":
      return val.kind === "boolean" ? val : undefined;
    case "string":
      return val.kind === "string" ? val : undefined;
    case "dtype":
      return val.kind === "word" && elementTypes.has(val.value) ? val : undefined;
    case "fn":
      return val.kind === "recipe" &&
        (val.target.kind !== "callable" || val.target.callable.declaration.flavor === "fn")
        ? val
        : undefined;
    case "block":
      return val.kind === "recipe" && val.target.kind === "callable" && !isFunction(val.target.callable.declaration)
        ? val
        : undefined;
    case "pair":
    case "triple": {
      const count = type.name.text === "pair" ? 2 : 3;
      const whole = (it: Val): boolean => it.kind === "dim" || (it.kind === "number" && Number.isSafeInteger(it.value));
      if (whole(val)) return { kind: "list", elements: new Array<Val>(count).fill(val) };
      if ((val.kind === "list" || val.kind === "tuple") && val.elements.length === count && val.elements.every(whole)) {
        return { kind: "list", elements: val.elements };
      }
      return undefined;
    }
    default:
      return val.kind === "word" && val.value === type.name.text ? val : undefined;
  }
}

/** What of a value does not fit a type: of a list where one may stand, the first element that does not. */
function wrongElement(ctx: Context, type: HyperparameterType, val: Val, span: Span): Val {
  const list = type.alternatives.find((it) => it.kind === "list-of");
  if (list === undefined || (val.kind !== "list" && val.kind !== "tuple")) return val;
  const wrong = val.elements.find((it) => fit(ctx, list.element, it, span) === undefined);
  return wrong === undefined ? val : wrongElement(ctx, list.element, wrong, span);
}

/** One value checked against the type of its hyperparameter; undefined after a report. */
export function fitHyperparameter(
  ctx: Context,
  it: Hyperparameter,
  callee: string,
  val: Val,
  span: Span,
  hint: { readonly help?: string } = {},
): Val | undefined {
  if (val.kind === "poison") return undefined;
  const fitted = fit(ctx, it.type, val, span);
  if (fitted !== undefined) return fitted;
  const wrong = wrongElement(ctx, it.type, val, span);
  const actual = wrong === val ? describe(val) : `a list in which there is ${describe(wrong)}`;
  report(
    ctx,
    "MC3009",
    span,
    { name: it.name.text, callee, expected: typeText(it.type), actual },
    {
      labels: [{ span: it.span, message: "declared here" }],
      ...hint,
      ...helpOfArgument(it, val, wrong, span),
    },
  );
  return undefined;
}

/**
 * The hyperparameters of one construction: those bound already, the arguments (by position, then by name), and
 * defaults, which may rest on the ones before. Undefined after a report.
 */
export function evaluateHyperparameters(
  ctx: Context,
  callable: Callable,
  bound: ReadonlyMap<string, Val>,
  args: readonly Argument[],
  span: Span,
  text: string = callable.declaration.name.text,
): ReadonlyMap<string, Val> | undefined {
  const given = bindArguments(ctx, callable, { bound, arguments: args, text, span });
  return given && completeHyperparameters(ctx, callable, given, span);
}

/** What a construction or a call is given besides inputs. */
export interface GivenArguments {
  /** What was bound before, in `text`: none of it is given again. */
  readonly bound: ReadonlyMap<string, Val>;
  readonly arguments: readonly Argument[];
  readonly text?: string;
  /** Where the arguments are given; nowhere for those of an entry. */
  readonly span?: Span;
}

/** What to do where an input of a fn that may be left out is given by position, where hyperparameters stand. */
function inputsByName(declaration: CallableDeclaration): { readonly help?: string } {
  const { name, inputs } = declaration;
  const others = inputs.filter(mayBeLeftOut).flatMap((it) => it.name?.text ?? []);
  if (!isFunction(declaration) || others.length === 0) return {};
  const names = others.map((it) => `\`${it}=...\``).join(", ");
  return { help: `Inputs of \`${name.text}\` that may be left out go by name: ${names}.` };
}

/** Inputs that were given among the hyperparameters: a block has parentheses for each. */
function inputsApart(
  declaration: CallableDeclaration,
  args: readonly Argument[],
  takes: number,
): { readonly help?: string } {
  const { name, inputs } = declaration;
  const own = args.filter((it, at) => it.name !== undefined || at < takes);
  const rest = args.filter((it) => !own.includes(it));
  if (declaration.flavor !== "block" || rest.length > inputs.length) return inputsByName(declaration);
  const listed = (of: readonly Argument[]): string => of.map((it) => textOf(it.span)).join(", ");
  return {
    help: `A block has its inputs in parentheses of their own: \`${name.text}(${listed(own)})(${listed(rest)})\`.`,
  };
}

/** Arguments by the hyperparameters that they give, checked; nothing is required yet. Undefined after a report. */
export function bindArguments(
  ctx: Context,
  { declaration, file }: Callable,
  { bound, arguments: args, text = declaration.name.text, span }: GivenArguments,
): ReadonlyMap<string, Val> | undefined {
  const callee = declaration.name.text;
  const values = new Map(bound);
  const here = new Map<string, Span>();
  const open = declaration.hyperparameters.filter((it) => !bound.has(it.name.text));
  let fine = true;
  const positional = args.filter((it) => it.name === undefined).length;
  const tooMany = positional > open.length;
  let misplaced = false;
  let position = 0;
  let sawName = false;
  for (const argument of args) {
    const { name, value } = argument;
    let target: Hyperparameter | undefined;
    if (name === undefined) {
      if (sawName) {
        const next = open.find((it) => !here.has(it.name.text));
        const text = next && `${next.name.text}=${textOf(argument.span)}`;
        report(
          ctx,
          "MC2019",
          argument.span,
          { callee },
          {
            unlessWrong: argument.span,
            ...(text !== undefined && { help: `Name it too, if it is this: \`${text}\`.` }),
          },
        );
        fine = false;
        continue;
      }
      target = open[position];
      position += 1;
      if (target === undefined) {
        if (position > open.length + 1) continue;
        const end = (args.findLast((it) => it.name === undefined) ?? argument).span.end;
        const isCounted = !isFunction(declaration) && positional > 1;
        report(
          ctx,
          "MC2014",
          { ...argument.span, end },
          { callee, ...(isCounted && { takes: open.length, given: positional }) },
          {
            labels: [{ span: declaration.name.span, message: "declared here" }],
            ...inputsApart(declaration, args, open.length),
          },
        );
        fine = false;
        continue;
      }
    } else {
      sawName = true;
      target = declaration.hyperparameters.find((it) => it.name.text === name.text);
      if (target === undefined) {
        reportUnknownHyperparameter(reporter(ctx), name, declaration);
        fine = false;
        continue;
      }
    }
    const earlier = { here: here.get(target.name.text), bound: bound.has(target.name.text), text };
    if (reportGivenTwice(ctx, argument, target.name.text, callee, earlier)) {
      fine = false;
      continue;
    }
    here.set(target.name.text, argument.span);
    // Where one is too many, which is told at the last one or where the same is given by name, others may have moved.
    if (name === undefined && (tooMany || args.some((it) => it.name?.text === target.name.text))) continue;
    const written = ctx.elaborator.rules.expression(ctx, value, expectedOf(target.type));
    const isGiven = file.library && !ctx.file.library;
    const val = isGiven ? withArgument(written, target.name.text, value.span) : written;
    const hint =
      val.kind === "tensor" && name === undefined
        ? inputsByName(declaration)
        : helpOfInputSize(declaration.name.text, target, args);
    // Where one is missing, those behind it are given for the ones before theirs: the first is enough.
    const next = name === undefined ? open[position] : undefined;
    const isMoved = next !== undefined && fit(ctx, next.type, val, value.span) !== undefined;
    const isTold = isMoved && misplaced && fit(ctx, target.type, val, value.span) === undefined;
    const fitted = isTold ? undefined : fitHyperparameter(ctx, target, callee, val, value.span, hint);
    if (fitted !== undefined) values.set(target.name.text, fitted);
    else {
      fine = false;
      misplaced ||= isMoved;
    }
  }
  if (!fine || (here.size > 0 && span !== undefined && isRecursive(ctx, declaration, span))) return undefined;
  return values;
}

/** Fills in defaults; undefined after reporting what is missing. */
export function completeHyperparameters(
  ctx: Context,
  callable: Callable,
  given: ReadonlyMap<string, Val>,
  span: Span,
): ReadonlyMap<string, Val> | undefined {
  const { declaration, file } = callable;
  const complete = new Map<string, Val>();
  const scope = innerScope(undefined);
  const missing: string[] = [];
  for (const it of declaration.hyperparameters) {
    const name = it.name.text;
    let val = given.get(name);
    if (val === undefined && it.default !== undefined) {
      const inCallee: Context = {
        ...ctx,
        file,
        callable,
        words: enumWordsOf(declaration),
        scope,
        frame: { parent: ctx.frame, call: span, name: declaration.name.text, declaration, library: file.library },
      };
      const value = ctx.elaborator.rules.expression(inCallee, it.default, expectedOf(it.type));
      val = fitHyperparameter(inCallee, it, declaration.name.text, value, it.default.span);
      if (val === undefined) return undefined;
    }
    if (val === undefined) {
      missing.push(name);
      continue;
    }
    complete.set(name, val);
    scope.names.set(name, named(val, name));
  }
  if (missing.length === 0) return complete;
  report(
    ctx,
    "MC2013",
    span,
    { callee: declaration.name.text, names: missing },
    { labels: [{ span: declaration.name.span, message: "declared here" }] },
  );
  return undefined;
}

/** A hyperparameter's value as its own body sees it: numbers carry its name as their source. */
export function named(val: Val, name: string): Val {
  const given = "argument" in val && val.argument !== undefined ? { argument: val.argument } : {};
  switch (val.kind) {
    case "number":
      return {
        kind: "number",
        value: val.value,
        integer: val.integer,
        source: name,
        ...(val.rest === true && { rest: true }),
        ...given,
      };
    case "dim":
      return { kind: "dim", dim: val.dim, source: name, ...given };
    case "boolean":
      return { kind: "boolean", value: val.value, source: name };
    case "list":
      return { kind: "list", elements: val.elements.map((it, index) => named(it, `${name}[${String(index)}]`)) };
    default:
      return val;
  }
}

/** A hyperparameter's value as the IR keeps it. */
export function toHyperparameterValue(val: Val): HyperparameterValue {
  switch (val.kind) {
    case "number":
      return { kind: "number", value: val.value };
    case "boolean":
      return { kind: "boolean", value: val.value };
    case "string":
    case "word":
      return { kind: "string", value: val.value };
    case "dim":
      return { kind: "dim", value: val.dim };
    case "list":
    case "tuple":
      return { kind: "list", elements: val.elements.map(toHyperparameterValue) };
    case "recipe":
      return { kind: "recipe", name: targetName(val.target), text: val.text };
    default:
      return { kind: "string", value: describe(val) };
  }
}
