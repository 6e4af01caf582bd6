import type { Random } from "../soak/random.ts";
import type { Expression } from "./expressions.ts";

/** A size as layers make it, written in one of the ways in which it can be. */
export type Size = Expression;

const number = (value: number): Size => ({ op: "constant", value });
const apply = (op: "+" | "-" | "*" | "//" | "%" | "ceil" | "min" | "max", a: Size, b: Size): Size => ({ op, a, b });
const plus = (a: Size, value: number): Size => apply(value < 0 ? "-" : "+", a, number(Math.abs(value)));

/** A layer along one axis: every way in which the size that it gives can be written is equal to each other, for any size. */
interface Layer {
  readonly ways: readonly ((size: Size) => Size)[];
}

/** What a window that slides gives, by floors and by ceilings. */
function windows(kernel: number, stride: number, dilation: number): Layer {
  const reach = dilation * (kernel - 1);
  return {
    ways: [
      (x) => plus(apply("//", plus(x, -reach - 1), number(stride)), 1),
      (x) => apply("ceil", plus(x, -reach), number(stride)),
      (x) => apply("//", plus(x, stride - reach - 1), number(stride)),
    ],
  };
}

/** Windows over an axis that is padded so that each stride has one. */
function same(kernel: number, stride: number): Layer {
  const count = (x: Size): Size => apply("ceil", x, number(stride));
  const padding = (x: Size): Size =>
    apply("max", apply("-", plus(apply("*", plus(count(x), -1), number(stride)), kernel), x), number(0));
  return {
    ways: [
      count,
      (x) => plus(apply("//", plus(x, -1), number(stride)), 1),
      ...(kernel >= stride
        ? [(x: Size) => plus(apply("//", plus(apply("+", x, padding(x)), -kernel), number(stride)), 1)]
        : []),
    ],
  };
}

/** The families of layers, each with arguments that are drawn. */
const families: readonly ((random: Random) => Layer)[] = [
  (random) => windows(1 + random.integer(5), 1 + random.integer(4), 1 + random.integer(3)),
  (random) => same(1 + random.integer(5), 1 + random.integer(4)),
  // A pool whose windows lie side by side.
  (random) => {
    const size = 2 + random.integer(4);
    return {
      ways: [(x) => apply("//", x, number(size)), (x) => plus(apply("//", plus(x, -size), number(size)), 1)],
    };
  },
  // Padding, and a crop.
  (random) => {
    const [before, after] = [random.integer(4), random.integer(4)];
    return { ways: [(x) => plus(x, before + after), (x) => plus(plus(x, before), after)] };
  },
  (random) => {
    const [before, after] = [random.integer(3), random.integer(3)];
    return { ways: [(x) => plus(x, -before - after), (x) => plus(plus(x, -before), -after)] };
  },
  // A transposed convolution, and elements that are repeated.
  (random) => {
    const [kernel, stride] = [1 + random.integer(4), 1 + random.integer(4)];
    return {
      ways: [
        (x) => plus(apply("*", plus(x, -1), number(stride)), kernel),
        (x) => plus(apply("*", x, number(stride)), kernel - stride),
      ],
    };
  },
  (random) => {
    const count = 2 + random.integer(3);
    const sum = (x: Size): Size => Array.from({ length: count - 1 }).reduce<Size>((all) => apply("+", all, x), x);
    return { ways: [(x) => apply("*", x, number(count)), sum] };
  },
  // Pieces that are joined again, and what is reshaped and back.
  (random) => {
    const parts = 2 + random.integer(3);
    const joined = (x: Size): Size =>
      Array.from({ length: parts }, (_, at) => apply("//", plus(x, at), number(parts))).reduce((a, b) =>
        apply("+", a, b),
      );
    const half = (x: Size): Size => apply("+", apply("//", x, number(2)), apply("-", x, apply("//", x, number(2))));
    return { ways: [(x) => x, joined, half] };
  },
  (random) => {
    const by = 2 + random.integer(5);
    const rest = (x: Size): Size =>
      apply("+", apply("*", apply("//", x, number(by)), number(by)), apply("%", x, number(by)));
    return { ways: [(x) => x, (x) => apply("//", apply("*", x, number(by)), number(by)), rest] };
  },
  // Every so many elements.
  (random) => {
    const step = 1 + random.integer(4);
    return {
      ways: [
        (x) => apply("ceil", x, number(step)),
        (x) => apply("//", plus(x, step - 1), number(step)),
        (x) => apply("-", x, apply("//", apply("*", x, number(step - 1)), number(step))),
      ],
    };
  },
];

/** Some layers, one behind the other, and the size that they give in two ways. */
export function drawChain(random: Random, from: Size): { readonly one: Size; readonly other: Size } {
  const length = 1 + random.integer(3);
  let [one, other] = [from, from];
  for (let at = 0; at < length; at++) {
    const { ways } = random.pick(families)(random);
    one = random.pick(ways)(one);
    other = random.pick(ways)(other);
  }
  return { one, other };
}
