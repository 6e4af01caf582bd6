import type { Value } from "../../ir/graph.ts";
import type { Fill, RawField, Statistic } from "../../ir/program.ts";
import type { TensorType } from "../../ir/types.ts";
import { required } from "../../support/fault.ts";
import { castNode, constantNode, freshValue, operatorNode, type Context } from "../context.ts";
import { tensor, type TensorVal } from "../values.ts";
import type { FilledField } from "./raw-fields.ts";
import { givenBy } from "./type-raw-fields.ts";

/** A raw field as the function of the features takes it. */
export interface RawInput {
  readonly field: RawField;
  readonly value: Value;
}

/**
 * A raw field with what is missing filled: `where(missing, fill, value)`, each column with its own. What is fitted is a
 * statistic, once for all features that fill the field so.
 */
export function fillMissing(
  ctx: Context,
  { field: name, missing, by, span }: FilledField,
  inputs: readonly RawInput[],
  statistics: Statistic[],
): TensorVal {
  const input = (of: string): RawInput =>
    required(
      inputs.find((it) => it.field.name === of),
      `the raw field ${of}`,
    );
  const { field, value } = input(name);
  const filled = castNode(ctx, value, givenBy(field.reading), span);
  const mask = castNode(ctx, input(missing).value, "bool", span);
  // A cell is filled with the same in all windows that it is in.
  const type: TensorType = { dtype: "f32", shape: field.type.shape.slice(field.rows === undefined ? 0 : 1) };
  const fill =
    typeof by === "number"
      ? constantNode(ctx, { dtype: "f32", shape: [] }, by, undefined, span)
      : fitted(ctx, { type, field: name, by }, statistics);
  const cells = castNode(ctx, fill, filled.type.dtype, span);
  return tensor(operatorNode(ctx, "where", [mask, cells, filled], filled.type, span));
}

/** The statistic of a fill, read. */
function fitted(ctx: Context, fill: Pick<Fill, "type" | "field" | "by">, statistics: Statistic[]): Value {
  const same = (it: Statistic): boolean =>
    it.kind === "fill" && it.field === fill.field && JSON.stringify(it.by) === JSON.stringify(fill.by);
  const known = statistics.find(same);
  // A path is of words, whatever a column is called.
  const base = `raw.${fill.field.replaceAll(/\W+/g, "_")}.${typeof fill.by === "string" ? fill.by : "word"}`;
  const taken = statistics.filter((it) => it.path === base || it.path.startsWith(`${base}_`)).length;
  const path = known?.path ?? (taken === 0 ? base : `${base}_${taken}`);
  if (known === undefined) {
    statistics.push({ ...fill, kind: "fill", path });
    ctx.unit.states.push({ path, type: fill.type, init: { name: "constant", arguments: { value: 0 } } });
  }
  const value = freshValue(ctx.unit, fill.type, "fill");
  const origin = ctx.frame.call;
  ctx.nodes.push({ kind: "state", path, results: [value], ...(origin !== undefined && { origin }) });
  return value;
}
