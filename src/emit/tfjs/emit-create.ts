import { asNumber } from "../../dims/dim.ts";
import type { Initializer } from "../../ir/graph.ts";
import type { TensorType } from "../../ir/types.ts";
import {
  fillOf,
  initializers,
  isInitializer,
  type InitializerArgument,
  type InitializerName,
} from "../../ops/initializers.ts";
import { fault } from "../../support/fault.ts";
import { arrayOf, call, identifier, literal, text, type Expression } from "./ast.ts";
import { tfjsDType } from "./tfjs-dtype.ts";
import { isTuple, type VariableLeaf, type VariableTree } from "../structured/variable-tree.ts";
import { namesIn } from "./visit-syntax.ts";

/** The function of the prelude that each initialiser of the language is: itself, or what gives it from its arguments. */
const helperOf: Readonly<Record<InitializerName, string>> = {
  zeros: "zeros",
  ones: "ones",
  constant: "filledWith",
  uniform: "uniformWithin",
  normal: "normalWith",
  truncated_normal: "truncatedNormalWith",
  glorot_uniform: "glorotUniform",
  glorot_normal: "glorotNormal",
  he_uniform: "heUniform",
  he_normal: "heNormal",
  lecun_uniform: "lecunUniform",
  lecun_normal: "lecunNormal",
  orthogonal: "orthogonal",
  forget_bias: "forgetBias",
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

function weights(leaf: VariableLeaf, path: string, indices: readonly string[], helpers: Set<string>): Expression {
  const { init, type } = leaf;
  const shape = shapeOf(type, path);
  const dtype = tfjsDType(type.dtype);
  if (dtype !== "float32") {
    helpers.add("wholeVariable");
    const value = fillOf(init) ?? fault(`${init.name} fills ${path}, which has whole numbers`);
    return call("wholeVariable", shape, literal(value), text(dtype));
  }
  const values = initializerExpression(init, helpers);
  helpers.add("weights");
  if (!initializers[nameOf(init)].random) return call("weights", shape, values);
  const places = indices.map((index) => (/^\d+$/.test(index) ? literal(Number(index)) : identifier(index)));
  return call("weights", shape, values, call("at", text(path), ...places));
}

function nameOf({ name }: Initializer): InitializerName {
  return isInitializer(name) ? name : fault(`no initialiser is called ${name}`);
}

function initializerExpression(init: Initializer, helpers: Set<string>): Expression {
  const name = nameOf(init);
  const helper = helperOf[name];
  helpers.add(helper);
  const declared = Object.entries<InitializerArgument>(initializers[name].arguments);
  const values = declared.map(([argument, { default: usual }]) => ({
    argument,
    value: init.arguments[argument] ?? usual,
    usual,
  }));
  // A gain multiplies what the function gives, which takes no arguments.
  const gain = values.find(({ argument }) => argument === "gain");
  if (gain !== undefined && gain.value !== gain.usual) {
    helpers.add("timesGain");
    return call("timesGain", identifier(helper), literal(gain.value));
  }
  if (gain !== undefined || values.length === 0) return identifier(helper);
  const given = values.findLastIndex(({ value, usual }) => value !== usual) + 1;
  // Bounds come together; a standard deviation is written without a mean of zero.
  const shown = name === "uniform" ? 2 : Math.max(given, 1);
  return call(helper, ...values.slice(0, shown).map(({ value }) => literal(value)));
}
