import { inferOperator } from "../../graph/infer.ts";
import type { Attributes, CallNode, Node, Region, Value } from "../../ir/graph.ts";
import { makersOf } from "../../ir/makers-of.ts";
import type { TensorType } from "../../ir/types.ts";
import { nodesWithin, operandsOf } from "../../ir/visit.ts";
import type { Operator } from "../../ops/define/operator.ts";
import { sameShape } from "../../ops/define/shape-rules.ts";
import { findOperator } from "../../ops/registry.ts";
import { elementAt } from "../../support/element-at.ts";
import type { Span } from "../../support/source.ts";
import type { Context } from "../context.ts";
import type { Called } from "../instance.ts";
import { tensor, type Val } from "../values.ts";
import { checking } from "./checking.ts";
import { quietly } from "./quietly.ts";

/** Something else that a person might have written. */
export interface Change {
  /** The hyperparameters that a layer of the library would have; undefined where it stays as it is. */
  readonly layer?: (hyperparameters: ReadonlyMap<string, Val>) => ReadonlyMap<string, Val> | undefined;
  /** The type that an input of the model would have; undefined where it stays as it is. */
  readonly input?: (value: Value) => TensorType | undefined;
}

/** What values would be. */
export interface Replayed {
  readonly types: readonly TensorType[];
  /** Where the person wrote the stages that would be others, in order. */
  readonly changed: readonly Span[];
}

/** A place where values are made: a body of the person's own, or what stands in it so far. */
interface Place {
  readonly makers: ReadonlyMap<number, Node>;
  readonly known: Map<number, TensorType>;
  /** What a value is where the place is used. */
  readonly outside: (value: Value) => { readonly place: Place; readonly value: Value } | undefined;
}

/** So many values are looked at, and so deep: what is larger gets no help. */
const [mostValues, deepest] = [20_000, 400];

/** The types that values would have; undefined where something on the way would not fit, or nothing would be another. */
export function replay(ctx: Context, values: readonly Value[], change: Change): Replayed | undefined {
  const changed: Span[] = [];
  const quiet = quietly(ctx);
  const check = checking(ctx);
  let left = mostValues;
  const typeOf = (place: Place, value: Value, depth: number): TensorType | undefined => {
    const known = place.known.get(value.id);
    if (known !== undefined) return known;
    left -= 1;
    if (left < 0 || depth > deepest) return undefined;
    const made = typeMade(place, value, depth + 1);
    if (made !== undefined) place.known.set(value.id, made);
    return made;
  };
  const typesOf = (place: Place, of: readonly Value[], depth: number): readonly TensorType[] | undefined => {
    const types = of.map((it) => typeOf(place, it, depth));
    return types.every((it) => it !== undefined) ? types : undefined;
  };
  const typeMade = (place: Place, value: Value, depth: number): TensorType | undefined => {
    const outside = place.outside(value);
    if (outside !== undefined) return typeOf(outside.place, outside.value, depth);
    const node = place.makers.get(value.id);
    if (node === undefined) return change.input?.(value) ?? value.type;
    const result = node.results.findIndex(({ id }) => id === value.id);
    if (node.kind === "training") return typeOf(place, elementAt(node.then.results, result), depth);
    const operands = typesOf(place, operandsOf(node), depth);
    if (operands === undefined) return undefined;
    switch (node.kind) {
      case "operator": {
        const operator = findOperator(node.op);
        return operator && inferOperator(operator, operands, node.attributes, check)?.[result];
      }
      case "call": {
        const called = ctx.elaborator.called.get(node.operands);
        if (called === undefined) return undefined;
        if (called.callable.file.library) return typeOfLayer(node, called, operands)?.[result];
        const func = ctx.elaborator.functions.get(node.callee);
        if (func === undefined) return undefined;
        const body = within(place, func.body, (input) => elementAt(node.operands, input));
        return typeOf(body, elementAt(func.body.results, result), depth);
      }
      case "repeat":
        // Copies in a row give what they take.
        return operands[result];
      default:
        return areAsBefore(node, operands) ? value.type : undefined;
    }
  };
  const typeOfLayer = (
    node: CallNode,
    called: Called,
    operands: readonly TensorType[],
  ): readonly TensorType[] | undefined => {
    const { callable, hyperparameters, given } = called;
    const others = change.layer?.(hyperparameters);
    if (others === undefined && areAsBefore(node, operands)) return node.results.map((it) => it.type);
    const span = node.origin;
    if (span === undefined) return undefined;
    if (others !== undefined) changed.push(span);
    let at = -1;
    const inputs = given.map((it) => {
      if (it === undefined) return undefined;
      at += 1;
      const { value, facts } = it.val;
      return { ...it, val: tensor({ ...value, type: elementAt(operands, at) }, facts) };
    });
    const use = { callable, hyperparameters: others ?? hyperparameters, given: inputs };
    return quiet.elaborator.rules.use(quiet, use, span);
  };
  const types = typesOf(placeOf(ctx), values, 0);
  return types && { types, changed };
}

/** Whether operands of other types fit an operator, and what it then gives is what is wanted. */
export function fits(
  ctx: Context,
  operator: Operator,
  operands: readonly TensorType[],
  attributes: Attributes,
  wanted?: TensorType,
): boolean {
  const [type] = inferOperator(operator, operands, attributes, checking(ctx)) ?? [];
  return type !== undefined && (wanted === undefined || isSame(type, wanted));
}

function areAsBefore(node: Node, operands: readonly TensorType[]): boolean {
  return operandsOf(node).every((it, at) => isSame(it.type, elementAt(operands, at)));
}

function isSame(a: TensorType, b: TensorType): boolean {
  return a.dtype === b.dtype && sameShape(a.shape, b.shape);
}

function placeOf(ctx: Context): Place {
  const { nodes, before, around, frame } = ctx;
  const lists = [nodes, ...before, ...around.flat()];
  const { given } = frame;
  let outer: Place | undefined;
  return {
    makers: makersOf(nodesWithin(lists.flat())),
    known: new Map(),
    outside: ({ id }) => {
      const value = given?.values.get(id);
      if (given === undefined || value === undefined) return undefined;
      outer ??= placeOf(given.ctx);
      return { place: outer, value };
    },
  };
}

function within(place: Place, { nodes, inputs }: Region, given: (input: number) => Value): Place {
  const places = new Map(inputs.map(({ id }, index) => [id, index]));
  return {
    makers: makersOf(nodesWithin(nodes)),
    known: new Map(),
    outside: ({ id }) => {
      const input = places.get(id);
      return input === undefined ? undefined : { place, value: given(input) };
    },
  };
}
