import { asNumber, asVariable, dimKey, type Dim, type Factor, type Term } from "../../dims/dim.ts";
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
  /** Dim variables that no input has as an axis: arguments of the function, in order of use. */
  readonly missing: () => readonly string[];
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
    return it.terms.map(termExpression).reduce((left, term) => combine(left, term));
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
        const name = axisName({ kind: "dim", terms: [{ coefficient: 1n, factors: [{ atom, power: 1 }] }] });
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
    missing: () => [...missing.keys()],
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
