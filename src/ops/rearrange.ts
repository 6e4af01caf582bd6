import { constant, floorDivide, product, type Dim } from "../dims/dim.ts";
import { required } from "../support/fault.ts";
import { nearest } from "../support/nearest.ts";
import { first } from "./define/elementwise.ts";
import { helpOfLetters, namesOf, parsePatternSide, repeatedName, type PatternSide } from "./define/einops-pattern.ts";
import { defineComposite, type ShapeChecker, type SizePair } from "./define/operator.ts";
import { dims } from "./define/sample-dims.ts";
import { one } from "./define/shape-rules.ts";
import { trusting } from "./define/trusting-checker.ts";

/** How a pattern is carried out: reshape to single axes, permute them, reshape to what they compose. */
interface Plan {
  readonly apart: readonly Dim[];
  readonly perm: readonly number[];
  readonly result: readonly Dim[];
}

function planOf(
  shape: readonly Dim[],
  pattern: string,
  sizes: ReadonlyMap<string, Dim>,
  check: ShapeChecker,
): Plan | undefined {
  const complain = (problem: string, help?: string): undefined =>
    check.fail(`in the pattern "${pattern}" ${problem}`, help);
  const [from, to, ...more] = pattern.split("->");
  if (from === undefined || to === undefined || more.length > 0) return complain("one -> must separate both sides");
  const left = parsePatternSide(from);
  const right = parsePatternSide(to);
  if ("problem" in left) return complain(left.problem);
  if ("problem" in right) return complain(right.problem);
  const names = namesOf(left.side);
  const wanted = namesOf(right.side);
  const twice = repeatedName(names) ?? repeatedName(wanted);
  if (twice !== undefined) return complain(`the axis ${twice} stands twice on one side`);
  const letters =
    names.length === shape.length ? undefined : helpOfLetters(pattern, [shape.length], "b h w c -> b c h w");
  for (const name of wanted) {
    if (!names.includes(name))
      return complain(`the axis ${name} stands on the right alone`, letters ?? hint(name, names));
  }
  for (const name of names) {
    if (!wanted.includes(name))
      return complain(`the axis ${name} stands on the left alone`, letters ?? hint(name, wanted));
  }
  for (const name of sizes.keys()) {
    if (!names.includes(name)) return complain(`there is no axis ${name} to give a size to`, hint(name, names));
  }
  const areSizes = [...sizes].map(([name, size]) =>
    check.atLeast(size, one, `the size of the axis ${name} in the pattern "${pattern}"`),
  );
  if (!areSizes.every(Boolean)) return undefined;
  const restLeft = left.side.some((axis) => axis.kind === "rest");
  if (restLeft !== right.side.some((axis) => axis.kind === "rest")) return complain("... must stand on both sides");
  const single = left.side.length - (restLeft ? 1 : 0);
  if (restLeft ? shape.length < single : shape.length !== single) {
    return complain(
      `the left side has ${single} axes${restLeft ? " or more" : ""}, and the operand has ${shape.length}`,
    );
  }
  const rest = shape.length - single;
  const bound = bindSide(left.side, shape, rest, sizes, pattern, check);
  return bound && arrange(bound, right.side, rest);
}

interface Bound {
  readonly apart: readonly Dim[];
  readonly places: ReadonlyMap<string, number>;
  readonly restStart: number;
}

/** Gives every name on the left its size and its place among the single axes. */
function bindSide(
  side: PatternSide,
  shape: readonly Dim[],
  rest: number,
  sizes: ReadonlyMap<string, Dim>,
  pattern: string,
  check: ShapeChecker,
): Bound | undefined {
  const apart: Dim[] = [];
  const places = new Map<string, number>();
  const equal: SizePair[] = [];
  const pieces: SizePair[] = [];
  let restStart = 0;
  let axis = 0;
  const put = (name: string, dim: Dim): void => {
    places.set(name, apart.length);
    apart.push(dim);
  };
  for (const part of side) {
    if (part.kind === "rest") {
      restStart = apart.length;
      apart.push(...shape.slice(axis, axis + rest));
      axis += rest;
      continue;
    }
    const whole = required(shape[axis], "axis of a pattern");
    axis += 1;
    const unknown = part.names.filter((name) => !sizes.has(name));
    const [open, another] = unknown;
    if (another !== undefined) {
      return check.fail(
        `in the pattern "${pattern}" the sizes of ${unknown.join(" and ")} are not known`,
        `give one: ${another}=...`,
      );
    }
    const known = product(part.names.flatMap((name) => sizes.get(name) ?? []));
    const what = `the axis (${part.names.join(" ")}) of "${pattern}"`;
    if (open === undefined)
      equal.push({ left: known, right: whole, what: `${what} and the operand's axis ${axis - 1}` });
    else if (part.names.length > 1) pieces.push({ left: known, right: whole, what });
    for (const name of part.names) {
      if (name !== open) put(name, required(sizes.get(name), "size of an axis"));
      else put(name, part.names.length === 1 ? whole : floorDivide(whole, known));
    }
  }
  return check.allEqual(equal) && check.allDivide(pieces) ? { apart, places, restStart } : undefined;
}

function arrange({ apart, places, restStart }: Bound, side: PatternSide, rest: number): Plan {
  const perm: number[] = [];
  const result: Dim[] = [];
  for (const part of side) {
    if (part.kind === "rest") {
      for (let axis = restStart; axis < restStart + rest; axis += 1) {
        perm.push(axis);
        result.push(required(apart[axis], "axis"));
      }
      continue;
    }
    const axes = part.names.map((name) => required(places.get(name), "place of an axis"));
    perm.push(...axes);
    const [only] = axes;
    const alone = axes.length === 1 && only !== undefined ? apart[only] : undefined;
    result.push(alone ?? (axes.length === 0 ? one : product(axes.flatMap((axis) => apart[axis] ?? []))));
  }
  return { apart, perm, result };
}

function hint(name: string, names: readonly string[]): string | undefined {
  const near = nearest(name, names);
  return near === undefined ? undefined : `did you mean ${near}?`;
}

function sizesOf(names: readonly string[], sizes: readonly Dim[]): ReadonlyMap<string, Dim> {
  return new Map(names.map((name, index) => [name, required(sizes[index], "size of an axis")]));
}

/** `rearrange`: axes split, reordered and joined as einops has it. */
export const rearrange = defineComposite({
  name: "rearrange",
  doc: 'Axes split, reordered and joined by a pattern, as in einops: "b t (h d) -> b h t d".',
  exposed: true,
  structure: "other",
  operands: [{ name: "x", dtype: "any", shape: "[...]" }],
  attributes: {
    pattern: { kind: "string", doc: "The axes before and after." },
    names: { kind: "strings", doc: "Axes whose sizes are given.", default: [] },
    sizes: { kind: "dims", doc: "Their sizes, in the same order.", default: [] },
  },
  infer: ({ operands, attributes: { pattern, names, sizes }, check }) => {
    const x = first(operands);
    if (names.length !== sizes.length) return check.fail("rearrange needs a size for each named axis");
    const plan = planOf(x.shape, pattern, sizesOf(names, sizes), check);
    return plan && [{ dtype: x.dtype, shape: plan.result }];
  },
  cost: () => ({ flops: constant(0) }),
  samples: [
    {
      operands: [{ dtype: "f32", shape: [2, 3, 8] }],
      attributes: { pattern: "b t (h d) -> b h t d", names: ["h"], sizes: dims(2) },
    },
    { operands: [{ dtype: "f32", shape: [2, 4, 3, 2] }], attributes: { pattern: "b h t d -> b t (h d)" } },
    {
      operands: [{ dtype: "f32", shape: [2, 4, 6, 3] }],
      attributes: { pattern: "b (h p) (w q) c -> b (h w) (p q c)", names: ["p", "q"], sizes: dims(2, 3) },
    },
    { operands: [{ dtype: "f32", shape: [2, 3, 4] }], attributes: { pattern: "... c -> c ..." } },
    { operands: [{ dtype: "f32", shape: [3, 4] }], attributes: { pattern: "a b -> a 1 b" } },
    { operands: [{ dtype: "i32", shape: [1, 4] }], attributes: { pattern: "1 b -> b" } },
  ],
  valueFact: "view",
  decompose: (b, { operands, attributes: { pattern, names, sizes } }) => {
    const x = first(operands);
    const plan = required(planOf(x.type.shape, pattern, sizesOf(names, sizes), trusting), "plan of a checked pattern");
    return [b.reshape(b.transpose(b.reshape(x, plan.apart), plan.perm), plan.result)];
  },
});
