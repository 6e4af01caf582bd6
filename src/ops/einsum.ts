import { constant, multiply, product, type Dim } from "../dims/dim.ts";
import type { Value } from "../ir/graph.ts";
import { required } from "../support/fault.ts";
import { nearest } from "../support/nearest.ts";
import type { GraphBuilder } from "./define/builder.ts";
import {
  helpOfLetters,
  parsePatternSide,
  spacedLetters,
  repeatedName,
  type PatternSide,
} from "./define/einops-pattern.ts";
import { defineComposite, type ShapeChecker, type SizePair } from "./define/operator.ts";
import { isOne, one, preferred, sharedDType } from "./define/shape-rules.ts";
import { trusting } from "./define/trusting-checker.ts";

/** An equation with the axes of `...` named after their places from the end: `...1` is the last of them. */
interface Equation {
  readonly inputs: readonly (readonly string[])[];
  readonly output: readonly string[];
  readonly sizes: ReadonlyMap<string, Dim>;
}

/** An equation as it is written. */
const instance = "b q d, b k d -> b q k";

function equationOf(text: string, shapes: readonly (readonly Dim[])[], check: ShapeChecker): Equation | undefined {
  const complain = (problem: string, help?: string): undefined =>
    check.fail(`in the equation "${text}" ${problem}`, help);
  const [from, to, ...more] = text.split("->");
  const ranks = shapes.map((it) => it.length);
  if (from === undefined || to === undefined || more.length > 0) {
    const whole = more.length > 0 ? undefined : spacedLetters(text, ranks);
    const behind = "behind it stand the axes of the result";
    return complain(
      "one -> must separate both sides",
      whole === undefined ? `${behind}: \`${instance}\`` : `${behind}: write \`"${whole}"\` in place of \`"${text}"\``,
    );
  }
  const parts = from.split(",");
  if (parts.length !== shapes.length) {
    return complain(
      `${parts.length} ${parts.length === 1 ? "operand is" : "operands are"} described, and ${shapes.length} given`,
    );
  }
  const sizes = new Map<string, Dim>();
  const inputs: (readonly string[])[] = [];
  const pairs: SizePair[] = [];
  let widest = 0;
  for (const [index, part] of parts.entries()) {
    const parsed = parsePatternSide(part);
    if ("problem" in parsed) return complain(parsed.problem);
    const shape = required(shapes[index], "operand of an equation");
    const rest = shape.length - parsed.side.filter((axis) => axis.kind === "names").length;
    const names = namesWith(parsed.side, rest);
    if (names === undefined) return complain("axes cannot be composed with parentheses or 1");
    if (names.length !== shape.length || rest < 0) {
      const count = `${names.length} ${names.length === 1 ? "axis" : "axes"}`;
      return complain(
        `\`${part.trim()}\` names ${count}, and that operand has ${shape.length}`,
        helpOfLetters(text, ranks, instance),
      );
    }
    const twice = repeatedName(names);
    if (twice !== undefined)
      return complain(
        `the axis ${twice} stands twice in one operand`,
        "`diagonal` takes those where two axes are at one place",
      );
    if (parsed.side.some((axis) => axis.kind === "rest")) widest = Math.max(widest, rest);
    for (const [axis, name] of names.entries()) {
      const dim = required(shape[axis], "dimension");
      const known = sizes.get(name);
      if (known === undefined || isOne(known)) sizes.set(name, dim);
      else if (!isOne(dim)) {
        pairs.push({ left: known, right: dim, what: `the sizes of ${wordsOf(name)} in "${text}"` });
        sizes.set(name, preferred(known, dim));
      }
    }
    inputs.push(names);
  }
  if (!check.allBroadcast(pairs)) return undefined;
  const result = parsePatternSide(to);
  if ("problem" in result) return complain(result.problem);
  const output = namesWith(result.side, widest);
  if (output === undefined) return complain("axes cannot be composed with parentheses or 1");
  const twice = repeatedName(output);
  if (twice !== undefined) return complain(`the axis ${twice} stands twice in the result`);
  for (const name of output) {
    if (sizes.has(name)) continue;
    const near = nearest(name, sizes.keys());
    return complain(
      `the axis ${name} stands on the right alone`,
      spacedLetters(text, ranks) !== undefined
        ? helpOfLetters(text, ranks, instance)
        : near === undefined
          ? `on the left stand ${[...sizes.keys()].join(", ")}`
          : `did you mean ${near}?`,
    );
  }
  return { inputs, output, sizes };
}

/** An axis as messages call it. */
function wordsOf(name: string): string {
  if (!name.startsWith("...")) return `the axis ${name}`;
  const behind = Number(name.slice(3)) - 1;
  return `the last axis${behind === 0 ? "" : ` but ${behind === 1 ? "one" : String(behind)}`} of ...`;
}

function namesWith(side: PatternSide, rest: number): readonly string[] | undefined {
  const names: string[] = [];
  for (const axis of side) {
    if (axis.kind === "rest") for (let place = rest; place >= 1; place -= 1) names.push(`...${place}`);
    else {
      const [name, ...others] = axis.names;
      if (name === undefined || others.length > 0) return undefined;
      names.push(name);
    }
  }
  return names;
}

/** A value with names for its axes. */
interface Named {
  readonly value: Value;
  readonly axes: readonly string[];
}

/** Sums away the axes that nothing asks for. */
function reduced(b: GraphBuilder, { value, axes }: Named, keep: ReadonlySet<string>): Named {
  const gone = axes.flatMap((name, axis) => (keep.has(name) ? [] : [axis]));
  return { value: b.sum(value, gone), axes: axes.filter((name) => keep.has(name)) };
}

/** Without the axes of size 1 that are longer elsewhere: along these it is the same for all. */
function unrepeated(b: GraphBuilder, { value, axes }: Named, sizes: Equation["sizes"]): Named {
  const { shape } = value.type;
  const stays = axes.map(
    (name, axis) => !isOne(required(shape[axis], "dimension")) || isOne(required(sizes.get(name), "size")),
  );
  if (stays.every((it) => it)) return { value, axes };
  return {
    value: b.reshape(
      value,
      shape.filter((_, axis) => stays[axis]),
    ),
    axes: axes.filter((_, axis) => stays[axis]),
  };
}

/** Permutes axes to an order. */
function ordered(b: GraphBuilder, { value, axes }: Named, order: readonly string[]): Value {
  return b.transpose(
    value,
    order.map((name) => axes.indexOf(name)),
  );
}

/** Contracts two operands over the axes that they share and `keep` lacks, as one batched matrix product. */
function contracted(b: GraphBuilder, left: Named, right: Named, keep: ReadonlySet<string>): Named {
  const shared = left.axes.filter((name) => right.axes.includes(name));
  const batch = shared.filter((name) => keep.has(name));
  const inner = shared.filter((name) => !keep.has(name));
  const rows = left.axes.filter((name) => !shared.includes(name));
  const columns = right.axes.filter((name) => !shared.includes(name));
  const axes = [...batch, ...rows, ...columns];
  const size = ({ value, axes: names }: Named, name: string): Dim =>
    required(value.type.shape[names.indexOf(name)], "dimension of an axis");
  const batchDims = batch.map((name) => size(left, name));
  const rowDims = rows.map((name) => size(left, name));
  const columnDims = columns.map((name) => size(right, name));
  if (inner.length === 0) {
    // Nothing is summed: a broadcast product.
    const a = b.reshape(ordered(b, left, [...batch, ...rows]), [...batchDims, ...rowDims, ...columns.map(() => one)]);
    const c = b.reshape(ordered(b, right, [...batch, ...columns]), [
      ...batchDims,
      ...rows.map(() => one),
      ...columnDims,
    ]);
    return { value: b.mul(a, c), axes };
  }
  const innerDim = product(inner.map((name) => size(left, name)));
  const a = b.reshape(ordered(b, left, [...batch, ...rows, ...inner]), [...batchDims, product(rowDims), innerDim]);
  const c = b.reshape(ordered(b, right, [...batch, ...inner, ...columns]), [
    ...batchDims,
    innerDim,
    product(columnDims),
  ]);
  return { value: b.reshape(b.matmul(a, c), [...batchDims, ...rowDims, ...columnDims]), axes };
}

/** `einsum`: products of tensors, summed over axes by name. */
export const einsum = defineComposite({
  name: "einsum",
  doc: 'Products of tensors, summed over the axes that the result lacks: "b q d, b k d -> b q k". An axis of size 1 is repeated.',
  exposed: true,
  structure: "other",
  sumsProducts: true,
  operands: [{ name: "xs", dtype: "float", shape: "[...]", variadic: true }],
  attributes: { equation: { kind: "string", doc: "The axes of each operand and of the result, by name." } },
  infer: ({ operands, attributes: { equation }, check }) => {
    const dtype = sharedDType(operands, "einsum", check);
    const parsed = equationOf(
      equation,
      operands.map((it) => it.shape),
      check,
    );
    if (dtype === undefined || parsed === undefined) return undefined;
    return [{ dtype, shape: parsed.output.map((name) => required(parsed.sizes.get(name), "size of an axis")) }];
  },
  cost: ({ operands, attributes: { equation } }) => {
    const shapes = operands.map((it) => it.shape);
    const parsed = required(equationOf(equation, shapes, trusting), "equation");
    return { flops: multiply(product(parsed.sizes.values()), constant(Math.max(1, operands.length))) };
  },
  samples: [
    {
      operands: [
        { dtype: "f32", shape: [2, 3, 4] },
        { dtype: "f32", shape: [2, 5, 4] },
      ],
      attributes: { equation: "b q d, b k d -> b q k" },
    },
    {
      operands: [
        { dtype: "f32", shape: [3, 4] },
        { dtype: "f32", shape: [4, 5] },
      ],
      attributes: { equation: "i j, j k -> k i" },
    },
    {
      operands: [
        { dtype: "f32", shape: [3] },
        { dtype: "f32", shape: [4] },
      ],
      attributes: { equation: "i, j -> i j" },
    },
    { operands: [{ dtype: "f32", shape: [3, 4] }], attributes: { equation: "i j -> j" } },
    {
      operands: [
        { dtype: "f32", shape: [3] },
        { dtype: "f32", shape: [3] },
      ],
      attributes: { equation: "i, i ->" },
    },
    {
      operands: [
        { dtype: "f32", shape: [2, 3, 4, 5] },
        { dtype: "f32", shape: [4, 5, 6] },
      ],
      attributes: { equation: "... h d, h d e -> ... e" },
    },
    {
      operands: [
        { dtype: "f32", shape: [2, 3] },
        { dtype: "f32", shape: [3, 4] },
        { dtype: "f32", shape: [4, 2] },
      ],
      attributes: { equation: "a b, b c, c d -> a d" },
    },
    {
      operands: [
        { dtype: "f32", shape: [2, 3] },
        { dtype: "f32", shape: [2, 3, 2] },
      ],
      attributes: { equation: "b i, b i j -> b" },
    },
    {
      operands: [
        { dtype: "f32", shape: [3, 1] },
        { dtype: "f32", shape: [3, 4] },
        { dtype: "f32", shape: [1, 4] },
      ],
      attributes: { equation: "i j, i j, i j -> i" },
    },
    {
      operands: [
        { dtype: "f32", shape: [1, 1, 3] },
        { dtype: "f32", shape: [2, 5, 3] },
      ],
      attributes: { equation: "b q d, b k d -> b k q" },
    },
  ],
  decompose: (b, { operands, attributes: { equation } }) => {
    const shapes = operands.map((it) => it.type.shape);
    const parsed = required(equationOf(equation, shapes, trusting), "checked equation");
    const terms = operands.map((value, index): Named => {
      return unrepeated(b, { value, axes: required(parsed.inputs[index], "axes") }, parsed.sizes);
    });
    const keptFrom = (index: number): ReadonlySet<string> =>
      new Set([...parsed.output, ...terms.slice(index).flatMap((it) => it.axes)]);
    const [head, ...rest] = terms;
    let total = reduced(b, required(head, "operand of einsum"), keptFrom(1));
    for (const [index, term] of rest.entries()) {
      const keep = keptFrom(index + 2);
      const lone = reduced(b, term, new Set([...keep, ...total.axes]));
      // What no later operand and not the new one asks for is summed before the product, not in it.
      const before = reduced(b, total, new Set([...keep, ...lone.axes]));
      total = contracted(b, before, lone, keep);
    }
    return [ordered(b, total, parsed.output)];
  },
});
