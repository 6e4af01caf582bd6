import { isFunction } from "../analyze/is-function.ts";
import { reportUnknownInput } from "../analyze/report-unknown-argument.ts";
import { mayBeLeftOut, misplacedInputs } from "../analyze/may-be-left-out.ts";
import type { Callable } from "../std/program-file.ts";
import { textOf, type Span } from "../support/source.ts";
import type { Argument, CallableDeclaration, Input } from "../syntax/ast.ts";
import type { Given } from "./call-operator.ts";
import { findLocal, report, reporter, type Context } from "./context.ts";

/** What one use gives its callee. */
export interface Gathered {
  /** By their places in the header; undefined for what is left out. */
  readonly inputs: readonly (Given | undefined)[];
  /** Arguments that give no input: those of a fn are its hyperparameters. */
  readonly rest: readonly Argument[];
}

/**
 * Sorts what a use gives: what is piped in first, then by position, then by name. The parentheses of an instance hold
 * inputs alone. In those of a fn the inputs that must be given are followed by its hyperparameters, so that others go by
 * name. Undefined after a report.
 */
export function gatherInputs(
  ctx: Context,
  { declaration }: Callable,
  piped: readonly Given[],
  args: readonly Argument[],
  span: Span,
): Gathered | undefined {
  const declared = declaration.inputs;
  const callee = declaration.name.text;
  const isFn = isFunction(declaration);
  const places = isFn ? declared.filter((it) => !mayBeLeftOut(it)).length : Infinity;
  const byPlace: Given[] = [...spreadTuples(piped)];
  const byName = new Map<string, Given | undefined>();
  const rest: Argument[] = [];
  let sawName = false;
  let fine = piped.every((it) => it.val.kind !== "poison");
  for (const argument of args) {
    const { name, value } = argument;
    const input = name && declared.find((it) => it.name?.text === name.text);
    if (name === undefined) {
      if (sawName) {
        report(ctx, "MC2019", argument.span, { callee }, { unlessWrong: argument.span });
        fine = false;
      } else if (rest.length > 0 || byPlace.length >= places) rest.push(argument);
      else {
        const val = ctx.elaborator.rules.expression(ctx, value);
        if (val.kind === "poison") fine = false;
        byPlace.push(...spreadTuples([{ val, span: value.span }]));
      }
      continue;
    }
    sawName = true;
    if (input === undefined) {
      if (isFn) rest.push(argument);
      else {
        reportUnknownInput(reporter(ctx), name, declaration);
        fine = false;
      }
      continue;
    }
    if (byName.has(name.text) || declared.indexOf(input) < byPlace.length) {
      report(ctx, "MC2012", argument.span, { name: name.text, callee });
      fine = false;
      continue;
    }
    if (isHandedOn(ctx, input, argument)) {
      byName.set(name.text, undefined);
      continue;
    }
    const val = ctx.elaborator.rules.expression(ctx, value);
    if (val.kind === "poison") fine = false;
    byName.set(name.text, { val, span: value.span });
  }
  if (!fine) return undefined;
  const inputs = declared.map((it, place) => byPlace[place] ?? (it.name && byName.get(it.name.text)));
  return isComplete(ctx, declaration, inputs, byPlace.length, byName.size > 0, span) ? { inputs, rest } : undefined;
}

/** Tuples taken apart. */
function spreadTuples(given: readonly Given[]): readonly Given[] {
  return given.flatMap((it): readonly Given[] =>
    it.val.kind === "tuple" ? it.val.elements.map((val) => ({ val, span: it.span })) : [it],
  );
}

/** `mask=mask` of what this use leaves out itself: it is left out there as well. */
function isHandedOn({ scope }: Context, input: Input, { value }: Argument): boolean {
  if (!mayBeLeftOut(input) || value.kind !== "reference") return false;
  const val = findLocal(scope, value.text);
  return val?.kind === "absent" && val.what === "input";
}

/** Whether all is given that must be, and nothing more; false after a report. */
function isComplete(
  ctx: Context,
  declaration: CallableDeclaration,
  inputs: readonly (Given | undefined)[],
  count: number,
  named: boolean,
  span: Span,
): boolean {
  const callee = declaration.name.text;
  const declared = declaration.inputs;
  const missing = declared.filter((it, place) => inputs[place] === undefined && !mayBeLeftOut(it));
  if (count <= declared.length && missing.length === 0) return true;
  const header = declared.map((it) => textOf(it.span)).join(", ");
  const labels = [{ span: declaration.name.span, message: `takes (${header})` }];
  if (named && count <= declared.length) {
    const names = missing.map((it) => it.name?.text ?? "_");
    report(ctx, "MC2013", span, { callee, names }, { labels });
    return false;
  }
  // Which input is which is told where the header puts one that may be left out first.
  if (misplacedInputs(declared).length > 0) return false;
  const least = declared.filter((it) => !mayBeLeftOut(it)).length;
  const expected = least === declared.length ? String(least) : `${String(least)} to ${String(declared.length)}`;
  const lacks = count > 0 ? missing.flatMap((it) => it.name?.text ?? []) : [];
  const needed = declared.filter((it) => !mayBeLeftOut(it)).map((it) => it.name?.text ?? "_");
  const called = `It is called with its inputs: \`${callee}(${needed.join(", ")})\`.`;
  const help = count === 0 && isFunction(declaration) ? { help: called } : {};
  // Whoever asks there whether an input is given meant it to be one that may be left out.
  const extras = { labels, ...help, ...(missing.length > 0 && { unlessWrong: declaration.span }) };
  report(ctx, "MC3007", span, { callee, expected, actual: String(count), missing: lacks }, extras);
  return false;
}
