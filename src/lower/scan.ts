import type { Dim } from "../dims/dim.ts";
import { decide } from "../dims/decide.ts";
import { equal } from "../dims/facts.ts";
import type { Node, ScanNode, Value } from "../ir/graph.ts";
import type { TensorType } from "../ir/types.ts";
import type { ScanCarry, ScanExpression } from "../syntax/ast/loops.ts";
import { resolveAxis } from "./axes.ts";
import type { Emission, TypedCell } from "./cells.ts";
import { constantNode, freshValue, innerScope, regionWithin, report, type Context } from "./context.ts";
import { asTensor, failsAt, sameType } from "./convert.ts";
import { resolveType } from "./declared-types.ts";
import { stating } from "./offered-facts.ts";
import { exampleOf, named } from "./shape-checker.ts";
import { lowerInitial } from "./lower-initial.ts";
import { lowerStatements } from "./statements.ts";
import { formatType, poison, tensor, type TensorVal, type Val, type ValueFacts } from "./values.ts";
import { factsIn } from "./minima.ts";
import { isOfExamples, lowerUntil, withinLength } from "./until-lengths.ts";
import { joined } from "./value-tree.ts";
import { isUndecidedType, reportUndecided } from "./report-undecided.ts";

interface Sequence {
  readonly value: Value;
  readonly facts: ValueFacts;
  readonly axis: number;
  readonly element: TensorType;
}

/** A cell run along an axis. The value is what it emits, in order; without any, the final carries. */
export function lowerScan(ctx: Context, e: ScanExpression): Val {
  const sequences = lowerSequences(ctx, e);
  const carries = e.carries.map((it) => lowerCarry(ctx, it));
  if (sequences === undefined || !carries.every((it) => it !== undefined)) return poison;
  const [first] = sequences;
  const length = first?.value.type.shape[first.axis];
  if (first === undefined || length === undefined) return poison;
  const until = lowerUntil(ctx, e, length);
  if (until === undefined) return poison;
  if (until !== "none") {
    const fine = e.carries.map((it, index) => {
      const type = carries[index]?.type;
      return type !== undefined && isOfExamples(ctx, until, `the carry \`${it.name.text}\``, type, it.type.span);
    });
    if (!fine.every(Boolean)) return poison;
  }
  const nodes: Node[] = [];
  const scope = innerScope(ctx.scope);
  const emissions: Emission[] = [];
  const carried = carries.map(({ initial, type }, index) =>
    freshValue(ctx.unit, type, e.carries[index]?.name.text ?? initial.name),
  );
  const cells = e.carries.map((it, index): TypedCell => {
    const value = carried[index];
    const type = carries[index]?.type ?? { dtype: "f32", shape: [] };
    const current = value === undefined ? undefined : tensor(value);
    const cell: TypedCell = {
      kind: "cell",
      role: "carry",
      name: it.name.text,
      path: "",
      type,
      declared: it.span,
      current,
    };
    scope.names.set(it.name.text, cell);
    return cell;
  });
  const elements = sequences.map(({ element }, index) => {
    const name = e.sequences[index]?.element.text;
    const value = freshValue(ctx.unit, element, name);
    if (name !== undefined) scope.names.set(name, tensor(value, sequences[index]?.facts));
    return value;
  });
  const inner: Context = {
    ...ctx,
    nodes,
    ...regionWithin(ctx),
    scope,
    emits: { loop: "scan", mode: ctx.mode, emitted: emissions },
    inScan: true,
    carries: cells,
    owning: ctx.owning === "yes" ? "nested" : ctx.owning,
  };
  if (!lowerStatements(inner, e.body)) return poison;
  const emits = emissions.flatMap(({ last, val, span }) => (val.kind === "tensor" ? [{ last, value: val, span }] : []));
  const finals = cells.map((it) => it.current);
  if (!finals.every((it) => it !== undefined)) return poison;
  if (emits.length === 0 && cells.length === 0) {
    report(ctx, "MC2026", e.span, {}, { help: "A scan gives what it emits, or its carries." });
    return poison;
  }

  const there = until === "none" ? undefined : freshValue(ctx.unit, { dtype: "bool", shape: [until.batch] }, "there");
  if (until !== "none") {
    const fine = emits.map((it) => isOfExamples(ctx, until, "what is emitted", it.value.value.type, it.span));
    if (!fine.every(Boolean)) return poison;
  }
  /** A value of a step; beyond an example's length another. */
  const within = (value: Value, beyond: Value | "zeros"): Value =>
    there === undefined ? value : withinLength(inner, there, value, beyond);

  // A last value that is no carry is carried for its own sake: it begins as zeros, and every axis has a step.
  const extra = emits.filter((it) => it.last && !finals.some((final) => final.value.id === it.value.value.id));
  const extraInitial = extra.map((it) => constantNode(ctx, it.value.value.type, 0, undefined, it.span));
  const extraInputs = extra.map((it) => freshValue(ctx.unit, it.value.value.type));
  const emitted = emits.filter((it) => !it.last);
  const emitAxes = emitted.map((it) => Math.min(first.axis, it.value.value.type.shape.length));
  const results = [
    ...finals.map((it, index) => within(it.value, carried[index] ?? it.value)),
    ...extra.map((it, index) => within(it.value.value, extraInputs[index] ?? it.value.value)),
    ...emitted.map((it) => within(it.value.value, "zeros")),
  ];
  const node: ScanNode = {
    kind: "scan",
    initial: [...carries.map((it) => it.initial), ...extraInitial],
    sequences: [...sequences.map((it) => it.value), ...(until === "none" ? [] : [until.steps])],
    sequenceAxes: [...sequences.map((it) => it.axis), ...(until === "none" ? [] : [0])],
    emitAxes,
    length,
    reverse: e.reverse,
    body: {
      inputs: [...carried, ...extraInputs, ...elements, ...(there === undefined ? [] : [there])],
      nodes,
      results,
    },
    results: results.map((it, index) => {
      const place = index - finals.length - extra.length;
      const axis = emitAxes[place];
      if (place < 0 || axis === undefined) return freshValue(ctx.unit, it.type, e.carries[index]?.name.text);
      return freshValue(ctx.unit, insertAxis(it.type, axis, length));
    }),
    origin: e.span,
  };
  ctx.nodes.push(node);
  const outcome = (index: number): TensorVal | undefined => {
    const value = node.results[index];
    return value && tensor(value);
  };
  const vals =
    emits.length === 0
      ? finals.map((_, index) => outcome(index))
      : emits.map((it) => {
          if (!it.last) return outcome(finals.length + extra.length + emitted.indexOf(it));
          const carry = finals.findIndex((final) => final.value.id === it.value.value.id);
          return outcome(carry === -1 ? finals.length + extra.indexOf(it) : carry);
        });
  return joined(vals.flatMap((it) => it ?? []));
}

function insertAxis(type: TensorType, axis: number, length: Dim): TensorType {
  return { dtype: type.dtype, shape: [...type.shape.slice(0, axis), length, ...type.shape.slice(axis)] };
}

function lowerSequences(ctx: Context, e: ScanExpression): readonly Sequence[] | undefined {
  let length: Dim | undefined;
  let fine = true;
  const sequences: Sequence[] = [];
  for (const it of e.sequences) {
    const val = asTensor(ctx, ctx.elaborator.rules.expression(ctx, it.source), it.source.span);
    const axis = val && resolveAxis(ctx, e.over, val.value.type);
    if (val === undefined || axis === undefined) {
      fine = false;
      continue;
    }
    const { type } = val.value;
    const own = type.shape[axis];
    if (own === undefined) continue;
    if (length === undefined) length = own;
    else {
      const relation = equal(own, length);
      const { verdict } = decide(relation, factsIn(ctx));
      if (verdict === "unknown") {
        const claim = `the lengths of the sequences of a scan are equal, ${named(own)} and ${named(length)}`;
        reportUndecided(ctx, it.source.span, { claim, relations: [relation] });
        fine = false;
      } else if (verdict === "refuted") {
        const example = exampleOf(relation, own, length, "is not", factsIn(ctx));
        const what = "the lengths of the sequences of a scan";
        const found = { what, left: named(own), right: named(length), example, others: [] };
        const shows = failsAt(relation, factsIn(ctx));
        report(ctx, "MC3002", it.source.span, found, { ...stating(ctx, [relation]), ...shows });
        fine = false;
      }
    }
    const element: TensorType = { dtype: type.dtype, shape: type.shape.filter((_, index) => index !== axis) };
    sequences.push({ value: val.value, facts: val.facts, axis, element });
  }
  return fine ? sequences : undefined;
}

interface Carry {
  readonly initial: Value;
  readonly type: TensorType;
}

/** The value that a carry with a type begins with; undefined after a report. */
export function lowerCarry(ctx: Context, it: Pick<ScanCarry, "name" | "type" | "init">): Carry | undefined {
  const resolved = resolveType(ctx, it.type);
  if (resolved === undefined) return undefined;
  const { type } = resolved;
  const initial = lowerInitial(ctx, it.init, () => type, "A carry");
  if (initial === undefined) return undefined;
  if (sameType(ctx, initial.value.type, type)) return { initial: initial.value, type };
  const what = `the carry \`${it.name.text}\``;
  const labels = [{ span: it.type.span, message: "declared here" }];
  const claim = (own: Dim, declared: Dim): string =>
    `${what} has the declared shape: ${named(own)} is ${named(declared)}`;
  if (isUndecidedType(ctx, it.init.span, [initial.value.type, type], claim, labels)) return undefined;
  report(
    ctx,
    "MC3024",
    it.init.span,
    { what, declared: formatType(type), actual: formatType(initial.value.type) },
    { labels },
  );
  return undefined;
}
