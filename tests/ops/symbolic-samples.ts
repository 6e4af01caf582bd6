import { asNumber, constant, evaluate, sameForm, variable, variablesOf, type Dim } from "../../src/dims/dim.ts";
import { decide } from "../../src/dims/decide.ts";
import { assume, atLeast, divides, equal, holds, noFacts, type Facts, type Relation } from "../../src/dims/facts.ts";
import { inferOperator } from "../../src/graph/infer.ts";
import { mapAttributes } from "../../src/graph/map-attributes.ts";
import type { Attributes } from "../../src/ir/graph.ts";
import type { TensorType } from "../../src/ir/types.ts";
import { sizeOf } from "../../src/ops/define/nd-array.ts";
import { attributesFor, type Operator, type Sample, type SampleOperand } from "../../src/ops/define/operator.ts";
import { tagAttributes } from "../../src/ops/define/tag-attributes.ts";
import { fault, required } from "../../src/support/fault.ts";
import { mapValues } from "../../src/support/map-values.ts";

/** How a sample's sizes are written: as they are, or every size above 1 of an operand as a variable. */
export type SampleForm = "literal" | "symbolic";

/** The values of variables. */
export type Sizes = ReadonlyMap<string, number>;

const nameOf = (size: number): string => `D${size}`;

/** The size as a dimension. */
function dimOf(size: number, form: SampleForm): Dim {
  return form === "symbolic" && size > 1 ? variable(nameOf(size)) : constant(size);
}

/**
 * Axes whose sizes must be known when a model is compiled: random keys are two words, kernels of convolutions are
 * parameters, whose gradients are written tap by tap, and gru has two biases.
 */
function isLiteral(operator: Operator, index: number, axis: number): boolean {
  if (operator.operands[index]?.dtype === "u32") return true;
  if (operator.name === "gru") return index === 3 && axis === 0;
  return index === 1 && ["conv", "conv_input_gradient", "conv_transpose"].includes(operator.name);
}

/** What has no meaning unless a size is known when it is compiled: the number of results, pieces of two sizes. */
export function needsLiteral(operator: Operator, sample: Sample): boolean {
  if (operator.name === "unstack") return true;
  return operator.name === "split" && sample.attributes?.["count"] === 2 && sample.operands[0]?.shape[1] === 7;
}

/** Whether a sample has sizes that may be variables. */
export function isSymbolic(operator: Operator, sample: Sample): boolean {
  return !needsLiteral(operator, sample) && variableSizes(operator, sample).length > 0;
}

/** The type of an operand of a sample. */
export function typeOf(
  operator: Operator,
  index: number,
  { dtype, shape }: SampleOperand,
  form: SampleForm,
): TensorType {
  return { dtype, shape: shape.map((size, axis) => dimOf(size, isLiteral(operator, index, axis) ? "literal" : form)) };
}

/** The sizes of a sample that are variables in symbolic form. */
function variableSizes(operator: Operator, sample: Sample): readonly number[] {
  const sizes = sample.operands.flatMap(({ shape }, index) =>
    shape.filter((size, axis) => size > 1 && !isLiteral(operator, index, axis)),
  );
  return [...new Set(sizes)];
}

/** The attributes of a sample; in symbolic form literal dimensions that an operand has become its variables. */
export function attributesOf(operator: Operator, sample: Sample, form: SampleForm): Attributes {
  const sizes = variableSizes(operator, sample);
  const renamed = (dim: Dim): Dim => {
    const size = asNumber(dim);
    return size !== undefined && sizes.includes(size) ? dimOf(size, form) : dim;
  };
  const literal = tagAttributes(operator, sample.attributes ?? {});
  const symbolic = mapAttributes(literal, renamed);
  return mapValues(literal, (name, it) => (known.has(name) ? it : (symbolic[name] ?? it)));
}

/** Attributes that targets write into a graph as numbers. */
const known: ReadonlySet<string> = new Set(["kernelShape", "groups"]);

/** What the operator's shape rule demands of the variables of a sample, and nothing beside it. */
export function demandsOf(operator: Operator, sample: Sample): Facts {
  const types = sample.operands.map((it, index) => typeOf(operator, index, it, "symbolic"));
  const attributes = attributesOf(operator, sample, "symbolic");
  let facts = noFacts;
  for (;;) {
    const known = facts;
    const demand = (relation: Relation): boolean => {
      if (decide(relation, facts).verdict !== "proved") facts = assume(facts, relation);
      return true;
    };
    inferOperator(operator, types, attributes, {
      equal: (left, right) => demand(equal(left, right)),
      allEqual: (pairs) => pairs.every(({ left, right }) => demand(equal(left, right))),
      allBroadcast: (pairs) => pairs.every(({ left, right }) => demand(equal(left, right))),
      atLeast: (left, right) => demand(atLeast(left, right)),
      allAtLeast: (needs) => needs.every(({ left, right }) => demand(atLeast(left, right))),
      allDivide: (needs) => needs.every(({ left, right }) => demand(divides(left, right))),
      divides: (divisor, dividend) => demand(divides(divisor, dividend)),
      provesEqual: (left, right) => decide(equal(left, right), facts).verdict === "proved",
      provesAtLeast: (left, right) => decide(atLeast(left, right), facts).verdict === "proved",
      meetsItself: () => undefined,
      fail: (message) => fault(`${operator.name}: ${message}`),
    });
    if (facts === known) return facts;
  }
}

/** The variables that facts leave one value only. */
export function fixedBy({ relations }: Facts): readonly string[] {
  return relations.flatMap((it) => {
    if (it.kind !== "equal") return [];
    const names = [...variablesOf(it.left), ...variablesOf(it.right)];
    return names.length === 1 ? names : [];
  });
}

/** A prime that no sample has, much larger than all of theirs. */
const largePrime = 61;

/** How many elements the operands of a sample may have together at other sizes: the reference is no fast program. */
const mostElements = 200;

/**
 * Sizes to run the one graph of a sample at, not its own if its demands allow others: until each variable has been 1 and
 * a large prime wherever it can.
 */
export function sizesFor(operator: Operator, sample: Sample, facts: Facts): readonly Sizes[] {
  const own = variableSizes(operator, sample);
  const allowed = combinations(own, facts).filter((sizes) => {
    const elements = sample.operands.map((it, index) => sizeOf(shapeAt(operator, index, it, sizes)));
    return elements.reduce((a, b) => a + b, 0) <= mostElements;
  });
  const chosen: Sizes[] = [];
  const wanted = new Set(
    allowed.flatMap((it) => [...it].filter(([, size]) => size === 1 || size >= largePrime).map(String)),
  );
  while (wanted.size > 0) {
    const covered = (it: Sizes): number => [...it].filter((pair) => wanted.has(String(pair))).length;
    const best = allowed.reduce((a, b) => (covered(b) > covered(a) ? b : a));
    chosen.push(best);
    for (const pair of best) wanted.delete(String(pair));
  }
  return chosen.length > 0 ? chosen : [new Map(own.map((size) => [nameOf(size), size]))];
}

/** Values for the variables of some sizes under facts: a few each, and what equations make of them. */
function combinations(own: readonly number[], { relations }: Facts): readonly Sizes[] {
  const solved = new Map(
    relations.flatMap((it): readonly (readonly [string, Dim])[] => {
      if (it.kind !== "equal") return [];
      const sides = [
        [it.left, it.right],
        [it.right, it.left],
      ] as const;
      const found = sides.find(([side, other]) => loneVariable(side) !== undefined && asNumber(other) === undefined);
      const name = found && loneVariable(found[0]);
      return found === undefined || name === undefined || variablesOf(found[1]).has(name) ? [] : [[name, found[1]]];
    }),
  );
  let made: readonly Sizes[] = [new Map()];
  for (const size of own) {
    const name = nameOf(size);
    if (solved.has(name)) continue;
    made = made.flatMap((it) => [size, 1, largePrime, 4].map((value) => new Map(it).set(name, value)));
  }
  return made
    .map((it) => {
      const sizes = new Map(it);
      for (const [name, dim] of solved) {
        if ([...variablesOf(dim)].every((other) => sizes.has(other))) sizes.set(name, evaluate(dim, sizes));
      }
      return sizes;
    })
    .filter((it) => it.size === own.length && relations.every((relation) => holds(relation, it) === true));
}

function loneVariable(dim: Dim): string | undefined {
  const [name, ...others] = variablesOf(dim);
  return name !== undefined && others.length === 0 && sameForm(dim, variable(name)) ? name : undefined;
}

function shapeAt(operator: Operator, index: number, operand: SampleOperand, sizes: Sizes): readonly number[] {
  return typeOf(operator, index, operand, "symbolic").shape.map((dim) => evaluate(dim, sizes));
}

/** A sample at other sizes: elements that are given are repeated, and places lie in what they are places of. */
export function resized(operator: Operator, sample: Sample, sizes: Sizes): Sample {
  const attributes = mapAttributes(attributesOf(operator, sample, "symbolic"), (dim) => constant(evaluate(dim, sizes)));
  const plain = mapValues(attributes, (_, it) => it.value);
  const shapes = sample.operands.map((it, index) => shapeAt(operator, index, it, sizes));
  const operands = sample.operands.map((it, index): SampleOperand => {
    const shape = required(shapes[index], "shape");
    const { data } = it;
    const count = sizeOf(shape);
    return {
      ...it,
      shape,
      ...(data !== undefined && {
        data: Array.from({ length: count }, (_, place) => data[place % data.length] ?? NaN),
      }),
    };
  });
  const { index } = operator;
  if (index === undefined) return { ...sample, operands, attributes: plain };
  const types = operands.map((it, at) => typeOf(operator, at, it, "literal"));
  const most =
    required(asNumber(index.size({ operands: types, attributes: attributesFor(operator, attributes) })), "size") - 1;
  const within = operands.map((it, at): SampleOperand => {
    if (at !== index.operand) return it;
    return it.data === undefined
      ? { ...it, range: [0, most] }
      : { ...it, data: it.data.map((place) => place % (most + 1)) };
  });
  return { ...sample, operands: within, attributes: plain };
}
