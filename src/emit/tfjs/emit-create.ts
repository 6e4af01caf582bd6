import { asNumber } from "../../dims/dim.ts";
import type { Initializer } from "../../ir/graph.ts";
import type { TensorType } from "../../ir/types.ts";
import { fault } from "../../support/fault.ts";
import { arrayOf, call, identifier, literal, text, type Expression } from "./ast.ts";
import { isTuple, type VariableLeaf, type VariableTree } from "./variable-tree.ts";
import { namesIn } from "./visit-syntax.ts";

/** How each initialiser of the language is written: its function in the prelude, and the arguments that make it. */
const initializers: Readonly<
  Record<string, { readonly helper: string; readonly arguments?: readonly (readonly [string, number])[] }>
> = {
  zeros: { helper: "zeros" },
  ones: { helper: "ones" },
  constant: { helper: "filledWith", arguments: [["value", 0]] },
  uniform: {
    helper: "uniformWithin",
    arguments: [
      ["min", -0.05],
      ["max", 0.05],
    ],
  },
  normal: {
    helper: "normalWith",
    arguments: [
      ["stddev", 0.05],
      ["mean", 0],
    ],
  },
  truncated_normal: {
    helper: "truncatedNormalWith",
    arguments: [
      ["stddev", 0.05],
      ["mean", 0],
    ],
  },
  glorot_uniform: { helper: "glorotUniform" },
  glorot_normal: { helper: "glorotNormal" },
  he_uniform: { helper: "heUniform" },
  he_normal: { helper: "heNormal" },
  lecun_uniform: { helper: "lecunUniform" },
  lecun_normal: { helper: "lecunNormal" },
  orthogonal: { helper: "orthogonalTimes", arguments: [["gain", 1]] },
  forget_bias: { helper: "forgetBias" },
};

/** Writes how one variable begins; `indices` are those of the repeats around it. */
type WriteLeaf = (leaf: VariableLeaf, path: string, indices: readonly string[], helpers: Set<string>) => Expression;

/** The literal that makes all variables of a tree, with the helpers that it calls. */
export function createExpression(tree: VariableTree, helpers: Set<string>, leaf: WriteLeaf = weights): Expression {
  return build(tree, "", [], helpers, leaf);
}

function build(
  tree: VariableTree,
  path: string,
  indices: readonly string[],
  helpers: Set<string>,
  leaf: WriteLeaf,
): Expression {
  const under = (name: string): string => (path === "" ? name : `${path}.${name}`);
  switch (tree.kind) {
    case "leaf":
      return leaf(tree, path, indices, helpers);
    case "list": {
      const index = ["i", "j", "k"][indices.length] ?? `i${indices.length}`;
      const body = build(tree.element, path, [...indices, index], helpers, leaf);
      const used = namesIn([body]).has(index);
      return call(
        "Array.from",
        { kind: "object", entries: [{ key: "length", value: literal(tree.count) }] },
        {
          kind: "closure",
          parameters: used ? [{ pattern: "_" }, { pattern: index }] : [],
          body,
        },
      );
    }
    case "node": {
      if (isTuple(tree)) {
        // Instances that are not alike stand one by one; their numbers are indices all the same.
        return arrayOf(
          ...[...tree.entries].map(([name, entry]) => build(entry, path, [...indices, name], helpers, leaf)),
        );
      }
      const entries = [...tree.entries].map(([key, entry]) => ({
        key,
        value: build(entry, under(key), indices, helpers, leaf),
      }));
      return { kind: "object", entries };
    }
  }
}

/** How a statistic begins: {@link createExpression} writes those of a data section with it. */
export function unfitted(
  { init, type }: VariableLeaf,
  path: string,
  _: readonly string[],
  helpers: Set<string>,
): Expression {
  helpers.add("unfitted");
  const value = init.arguments["value"] ?? fault(`the statistic ${path} begins as ${init.name}`);
  return call("unfitted", shapeOf(type, path), literal(value));
}

function shapeOf({ shape }: TensorType, path: string): Expression {
  const sizes = shape.map((dim) => asNumber(dim) ?? fault(`${path} has a free dimension`));
  return arrayOf(...sizes.map((size) => literal(size)));
}

function weights(
  { init, type }: VariableLeaf,
  path: string,
  indices: readonly string[],
  helpers: Set<string>,
): Expression {
  const values = initializerExpression(init, helpers);
  const shape = shapeOf(type, path);
  helpers.add("weights");
  if (!needsKey(init)) return call("weights", shape, values);
  const places = indices.map((index) => (/^\d+$/.test(index) ? literal(Number(index)) : identifier(index)));
  return call("weights", shape, values, call("at", text(path), ...places));
}

/** Whether an initialiser draws random numbers. */
function needsKey(init: Initializer): boolean {
  return !["zeros", "ones", "constant", "forget_bias"].includes(init.name);
}

function initializerExpression(init: Initializer, helpers: Set<string>): Expression {
  const form = initializers[init.name] ?? fault(`no initialiser is called ${init.name}`);
  helpers.add(form.helper);
  if (form.arguments === undefined) return identifier(form.helper);
  const values = form.arguments.map(([name, usual]) => ({ value: init.arguments[name] ?? usual, usual }));
  const given = values.findLastIndex(({ value, usual }) => value !== usual) + 1;
  // Bounds come together; a standard deviation is written without a mean of zero.
  const shown = init.name === "uniform" ? 2 : Math.max(given, 1);
  return call(form.helper, ...values.slice(0, shown).map(({ value }) => literal(value)));
}
