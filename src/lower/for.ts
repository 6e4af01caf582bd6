import { emitsOf, nothingGiven } from "../analyze/emits-of.ts";
import { explicitNames } from "../analyze/walk.ts";
import type { EmitStatement } from "../syntax/ast.ts";
import type { ForExpression, ForStage, LoopCarry, LoopHead } from "../syntax/ast/loops.ts";
import type { Span } from "../support/source.ts";
import type { Cell, Emission } from "./cells.ts";
import { report, type Context } from "./context.ts";
import { shownValue } from "./shown-value.ts";
import { listOf } from "./list-of.ts";
import { lowerCarry } from "./scan.ts";
import { lowerStatements } from "./statements.ts";
import { describe, poison, tensor, type Val } from "./values.ts";
import { writeOut, type WrittenLoop } from "./write-out.ts";
import { joined } from "./value-tree.ts";

/** `-> for u in units { stages }`: one copy of the stages for each element, one after the other. */
export function lowerForStage(
  ctx: Context,
  input: Val,
  stage: ForStage,
  inputSpan: Span,
  hint: string | undefined,
): Val {
  const list = listOf(ctx, stage.list, "`for` runs through a list", stage.span);
  if (list === undefined || input.kind === "poison") return poison;
  let val: Val = input;
  const fine = writeOut(ctx, loopOf(stage, list, hint), list.length, (inner, index) => {
    if (!bindTargets(inner, stage, list[index] ?? poison)) return undefined;
    const from = index === 0 ? inputSpan : (stage.chain.stages.at(-1)?.span ?? inputSpan);
    val = ctx.elaborator.rules.chain(inner, val, stage.chain, from);
    return val.kind === "poison" ? undefined : [val];
  });
  return fine ? val : poison;
}

/**
 * `for u in units { ... }` as a value: the list of what each round gives. With carries, or where something is emitted,
 * it is what a scan would be: what it emits, in order, else its carries after the last round.
 */
export function lowerFor(ctx: Context, e: ForExpression, hint: string | undefined): Val {
  const list = listOf(ctx, e.list, "`for` runs through a list", e.span);
  const cells = e.carries.map((it) => beginCarry(ctx, it));
  if (list === undefined || !cells.every((it) => it !== undefined)) return poison;
  const nothing = nothingGiven(e);
  if (nothing !== undefined) {
    report(ctx, "MC2026", nothing.span, {}, { help: nothing.help, unlessWrong: nothing.span });
    return poison;
  }
  const emits = emitsOf(e.body);
  const gathers = cells.length > 0 || emits.length > 0;
  const elements: Val[] = [];
  const rounds: (readonly Emission[])[] = [];
  const loop: WrittenLoop = { ...loopOf(e, list, hint), ...(!gathers && { apart: true }) };
  const fine = writeOut(ctx, loop, list.length, (inner, index) => {
    if (!bindTargets(inner, e, list[index] ?? poison)) return undefined;
    if (!gathers) {
      const val = ctx.elaborator.rules.body(inner, e.body);
      elements.push(val);
      return val.kind === "poison" ? undefined : [val];
    }
    for (const it of cells) inner.scope.names.set(it.name, it);
    const emitted: Emission[] = [];
    const round: Context = {
      ...inner,
      emits: { loop: "for", mode: ctx.mode, emitted },
      carries: [...ctx.carries, ...cells],
    };
    if (!lowerStatements(round, e.body)) return undefined;
    const carried = cells.flatMap((it) => it.current ?? []);
    rounds.push(emitted);
    return carried.length === cells.length ? [...emitted.map((it) => it.val), ...carried] : undefined;
  });
  if (!fine) return poison;
  if (!gathers) return { kind: "list", elements };
  return list.length === 0 ? withoutRounds(ctx, e, emits, cells) : gathered(ctx, e, rounds, cells);
}

function loopOf(loop: ForStage | ForExpression, list: readonly Val[], hint: string | undefined): WrittenLoop {
  const label = loop.label?.text ?? hint;
  const names = explicitNames(loop.kind === "for-stage" ? loop.chain : loop.body);
  const [target, ...others] = loop.targets;
  const differs = (index: number): string => {
    const val = others.length === 0 ? list[index] : undefined;
    const shown = val === undefined || target === undefined ? undefined : shownValue(val);
    return shown === undefined ? "" : `, where ${target?.text ?? ""} = ${shown}`;
  };
  const head = { ...loop.span, end: loop.list.span.end };
  return { kind: "for", label, names, shared: false, span: loop.span, head, differs };
}

/** Binds what a loop's head names to an element; false after a report. */
function bindTargets(ctx: Context, { targets, tuple, list }: LoopHead, element: Val): boolean {
  const [first] = targets;
  if (!tuple && first !== undefined) {
    ctx.scope.names.set(first.text, element);
    return true;
  }
  const parts = element.kind === "tuple" || element.kind === "list" ? element.elements : [element];
  targets.forEach((it, index) => ctx.scope.names.set(it.text, parts[index] ?? poison));
  if (parts.length === targets.length) return true;
  report(ctx, "MC3021", list.span, { names: String(targets.length), actual: `each element, ${describe(element)}` });
  return false;
}

/** A carry as it is before the first round; undefined after a report. */
function beginCarry(ctx: Context, { name, type, init }: LoopCarry): Cell | undefined {
  if (type !== undefined) {
    const carry = lowerCarry(ctx, { name, type, init });
    if (carry === undefined) return undefined;
    const current = tensor({ ...carry.initial, type: carry.type });
    const declared = type.span;
    return { kind: "cell", role: "carry", name: name.text, path: "", type: carry.type, declared, current };
  }
  const val = ctx.elaborator.rules.expression(ctx, init);
  if (val.kind === "poison") return undefined;
  if (val.kind === "recipe" && val.target.kind === "initializer") {
    const help = `Write its type: \`${name.text}: f32[...] = ${val.text}\`.`;
    const expected = `the carry \`${name.text}\` has no type that an initialiser could fill`;
    report(ctx, "MC3008", init.span, { expected, actual: `the initialiser ${val.text}` }, { help });
    return undefined;
  }
  return { kind: "cell", role: "free", name: name.text, declared: name.span, current: val };
}

function carriesOf(cells: readonly Cell[]): Val {
  return joined(cells.flatMap((it) => it.current ?? []));
}

/** What a loop gives that has rounds: lists of what every round emits, and what the last one does. */
function gathered(
  ctx: Context,
  e: ForExpression,
  rounds: readonly (readonly Emission[])[],
  cells: readonly Cell[],
): Val {
  const first = rounds[0] ?? [];
  const other = rounds.findIndex(
    (it) => it.length !== first.length || it.some(({ last }, index) => last !== first[index]?.last),
  );
  if (other !== -1) {
    const actual = rounds[other]?.length ?? 0;
    report(ctx, "MC3093", e.span, { first: first.length, other, actual });
    return poison;
  }
  if (first.length > 0) {
    return joined(
      first.map(({ last }, place): Val => {
        const vals = rounds.flatMap((it) => it[place]?.val ?? []);
        return last ? (vals.at(-1) ?? poison) : { kind: "list", elements: vals };
      }),
    );
  }
  if (cells.length > 0) return carriesOf(cells);
  report(ctx, "MC2026", e.span, {}, { help: "A `for` gives what it emits, its carries, or what its body ends with." });
  return poison;
}

/** What a loop gives that has no rounds: lists without elements, and its carries as they began. */
function withoutRounds(ctx: Context, e: ForExpression, emits: readonly EmitStatement[], cells: readonly Cell[]): Val {
  if (emits.length === 0) return carriesOf(cells);
  const vals = emits.map(({ last, value }): Val | undefined => {
    if (!last) return { kind: "list", elements: [] };
    const cell = value.kind === "reference" ? cells.find((it) => it.name === value.text) : undefined;
    if (cell === undefined)
      report(ctx, "MC3094", value.span, {}, { labels: [{ span: e.list.span, message: "this is empty" }] });
    return cell?.current;
  });
  return vals.every((it) => it !== undefined) ? joined(vals) : poison;
}
