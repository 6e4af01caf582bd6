import {
  add,
  asNumber,
  asVariable,
  dimKey,
  dividePolynomials,
  mapAtom,
  multiply,
  rebuild,
  variable,
  variablesOf,
  type Dim,
  type Factor,
  type Term,
} from "../../dims/dim.ts";
import { rangeOf } from "../../dims/range.ts";
import type { TensorType } from "../../ir/types.ts";
import { arithmetic } from "./host-arithmetic.ts";
import type { NameScope } from "./name-scope.ts";
import { identifier, literal, type Expression, type Statement } from "./tree.ts";

/** Writes dimensions as numbers of a function: literals, names of axes of its inputs, arithmetic over those. */
export interface DimScope {
  dim(dim: Dim): Expression;
  /** The statements that name the axes used (`const [B, T] = x.shape`), for the head of the function. */
  readonly bindings: () => readonly Statement[];
  /** Dim variables that cannot be had from axes of the inputs: arguments of the function, in order of use. */
  readonly missing: () => readonly SizeArgument[];
}

/** A size that a function takes as an argument. */
export interface SizeArgument {
  /** The dim variable that it is, which callers know. */
  readonly variable: string;
  /** What the function calls it: an axis of its own may have the name of the variable. */
  readonly name: string;
}

interface Axis {
  readonly input: number;
  readonly axis: number;
}

/** A dim scope over a function's inputs. */
export function dimScope(
  inputs: readonly { readonly tensor: Expression; readonly type: TensorType }[],
  names: NameScope,
): DimScope {
  const axes = new Map<string, Axis>();
  inputs.forEach(({ type }, input) => {
    type.shape.forEach((dim, axis) => {
      if (asNumber(dim) === undefined && !axes.has(dimKey(dim))) axes.set(dimKey(dim), { input, axis });
    });
  });
  /** Axes that are computed, by variables that stand for them: no dim of a program has a name with a space. */
  const computed = new Map(
    inputs.flatMap(({ type }, input) =>
      type.shape.flatMap((dim, axis): readonly (readonly [string, Dim])[] => {
        const own = axes.get(dimKey(dim));
        if (own?.input !== input || own.axis !== axis || asVariable(dim) !== undefined) return [];
        return [[`${dim.label ?? ""} ${input}.${axis}`, dim]];
      }),
    ),
  );
  const bound = new Map<string, { readonly axis: Axis; readonly name: string }>();
  const missing = new Map<string, string>();

  const axisName = (dim: Dim): string | undefined => {
    const key = dimKey(dim);
    const axis = axes.get(key);
    if (axis === undefined) return undefined;
    const known = bound.get(key);
    if (known !== undefined) return known.name;
    const name = names.take(dim.label ?? asVariable(dim) ?? "size");
    bound.set(key, { axis, name });
    return name;
  };

  const dim = (it: Dim): Expression => {
    const value = asNumber(it);
    if (value !== undefined) return literal(value, it.label);
    const name = axisName(it);
    if (name !== undefined) return identifier(name);
    const isOpen = [...variablesOf(it)].some((own) => !axes.has(dimKey(variable(own))));
    const { terms } = isOpen ? overAxes(it) : it;
    return terms.map(termExpression).reduce((left, term) => combine(left, term));
  };

  /** A dim over computed axes, as far as these divide it: `2 * (T // 2)` is twice the axis that is `T // 2`. */
  const overAxes = (it: Dim): Dim => {
    const divided = [...computed].reduce((rest, [name, axis]) => dividedBy(rest, axis, variable(name)), it);
    return rebuild(divided, (atom) => mapAtom(atom, overAxes));
  };

  const combine = (left: Expression, right: Expression): Expression =>
    right.kind === "number" && right.value < 0
      ? arithmetic("sub", left, literal(-right.value))
      : arithmetic("add", left, right);

  const termExpression = ({ coefficient, factors }: Term): Expression => {
    const product = factors.flatMap(factorExpressions);
    const number = Number(coefficient);
    const parts = number === 1 && product.length > 0 ? product : [literal(number), ...product];
    return parts.reduce((left, right) => arithmetic("mul", left, right));
  };

  const factorExpressions = ({ atom, power }: Factor): readonly Expression[] => {
    const one = atomExpression(atom);
    return Array.from({ length: power }, () => one);
  };

  const atomExpression = (atom: Factor["atom"]): Expression => {
    switch (atom.kind) {
      case "variable": {
        const name = axisName(computed.get(atom.name) ?? variable(atom.name));
        if (name !== undefined) return identifier(name);
        const known = missing.get(atom.name) ?? names.take(atom.name);
        missing.set(atom.name, known);
        return identifier(known);
      }
      case "floor":
        return arithmetic("floor_div", dim(atom.dividend), dim(atom.divisor));
      case "mod":
        return arithmetic(rangeOf(atom.dividend).low >= 0 ? "remainder" : "mod", dim(atom.dividend), dim(atom.divisor));
      case "min":
        return arithmetic("minimum", ...atom.operands.map(dim));
      case "max":
        return arithmetic("maximum", ...atom.operands.map(dim));
      case "sum":
        return dim(atom.of);
    }
  };

  return {
    dim,
    missing: () => [...missing].map(([variable, name]) => ({ variable, name })),
    bindings: () =>
      inputs.flatMap(({ tensor, type }, input): readonly Statement[] => {
        const used = [...bound.values()].filter(({ axis }) => axis.input === input);
        if (used.length === 0) return [];
        const last = Math.max(...used.map(({ axis }) => axis.axis));
        const named = Array.from({ length: last + 1 }, (_, at) => used.find(({ axis }) => axis.axis === at)?.name);
        return [{ kind: "axes", names: named, of: tensor, rank: type.shape.length }];
      }),
  };
}

/** A dim with a variable in the place of an axis, wherever that divides it. */
function dividedBy(it: Dim, axis: Dim, standIn: Dim): Dim {
  const { quotient, remainder } = dividePolynomials(it, axis);
  if (quotient.terms.length === 0) return it;
  return add(multiply(dividedBy(quotient, axis, standIn), standIn), remainder);
}
