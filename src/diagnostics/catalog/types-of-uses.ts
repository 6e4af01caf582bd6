import { entry } from "../entry.ts";

const model = (header: string, body: string): string => `model M: ${header} {\n${body}}\n`;
const sentence = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
const plain = model("(x: f32[B, 4]) -> y: f32[B, 2]", "  x -> Dense(2)\n");

/** Two sizes of which something is asked, and which they are. */
interface AskedPair {
  readonly what: string;
  readonly left: string;
  readonly right: string;
}

/** "axes 2", beside "axes 1 of the operands of concat": what the two share is said once. */
const besides = (what: string, first: string): string => {
  const shared = / of .*/.exec(first)?.[0] ?? "";
  return shared !== "" && what.endsWith(shared) ? what.slice(0, -shared.length) : what;
};

/** The most pairs that one message shows besides the first. */
const mostPairs = 3;

const nor = (first: string, others: readonly AskedPair[]): string => {
  const shown = others.slice(0, mostPairs);
  const more = others.length - shown.length;
  const sentences = shown.map((it) => ` Nor are ${besides(it.what, first)}: ${it.left} is not ${it.right}.`);
  return `${sentences.join("")}${more === 0 ? "" : ` Nor ${more === 1 ? "is one pair" : `are ${more} pairs`} more.`}`;
};

interface Crossing {
  readonly left: string;
  readonly right: string;
  readonly result: string;
  readonly dim: string;
}

const crossing = (it: Crossing): string =>
  `The shapes ${it.left} and ${it.right} differ in rank and broadcast to ${it.result}, where every ${it.dim} meets every other.`;

const section = (loss: string): string => `${model("(x: f32[B, 1]) -> y: f32[B, 1]", "  x -> Dense(1)\n")}
data Points {
  source: csv("points.csv")
  x: f32[1] = stack(raw.x, axis=-1)
  t: f32[] = raw.t
}

train M on Points {
  loss: ${loss}
  optimizer: sgd(lr=0.1)
}
`;

/** What is wrong with the use of a block, a function or an operator. */
export const typesOfUsesCatalog = {
  MC3001: entry({
    severity: "error",
    title: "wrong number of axes",
    message: (it: { readonly what: string; readonly expected: string; readonly actual: string }) =>
      `${sentence(it.what)} needs ${it.expected}, and this is ${it.actual}.`,
    explanation:
      "The value has more or fewer axes than are declared. `Flatten` joins all but the first, `reshape` makes any.",
    bad: model("(x: f32[B, 28, 28]) -> y: f32[B, 26, 26, 8]", "  x -> Conv2D(8, 3)\n"),
    good: model("(x: f32[B, 28, 28, 1]) -> y: f32[B, 26, 26, 8]", "  x -> Conv2D(8, 3)\n"),
  }),
  MC3002: entry({
    severity: "error",
    title: "dimensions differ",
    message: (it: AskedPair & { readonly example: string; readonly others: readonly AskedPair[] }) =>
      `${sentence(it.what)} must be equal, and ${it.left} is not ${it.right}${it.example}.${nor(it.what, it.others)}`,
    explanation:
      "Two dimensions must be equal, for all sizes that the model allows. Where they are equal only for some, a counterexample shows it: state what you know in the header's `where`, or change the sizes. `[A]` against `[B]` is an error: that one of them might be 1 at run time proves nothing.",
    bad: model("(a: f32[B, 4], b: f32[B, 5]) -> y: f32[B, 4]", "  a + b\n"),
    good: model("(a: f32[B, 4], b: f32[B, 4]) -> y: f32[B, 4]", "  a + b\n"),
  }),
  MC3003: entry({
    severity: "error",
    title: "wrong element type",
    message: (it: { readonly what: string; readonly expected: string; readonly actual: string }) =>
      `The elements of ${it.what} must be ${it.expected}, and they are ${it.actual}.`,
    explanation: "Element types never change by themselves. `cast(x, f32)` converts.",
    bad: model("(x: i32[B, 4]) -> y: f32[B, 2]", "  x -> Dense(2)\n"),
    good: model("(x: i32[B, 4]) -> y: f32[B, 2]", "  x -> cast(f32) -> Dense(2)\n"),
  }),
  MC3004: entry({
    severity: "error",
    title: "fact that does not hold",
    message: (it: {
      readonly condition: string;
      readonly callee: string;
      readonly message: string | undefined;
      readonly example: string;
      /** What it requires besides, and does not hold either. */
      readonly others: readonly {
        readonly condition: string;
        readonly message: string | undefined;
        readonly example: string;
      }[];
    }) =>
      `${it.message === undefined ? "" : `${sentence(it.message)}: `}\`${it.condition}\`, which \`${it.callee}\` requires, does not hold${it.example}.${it.others
        .map(
          (other) =>
            ` Nor does \`${other.condition}\`${other.example}${other.message === undefined ? "" : `: ${other.message}`}.`,
        )
        .join("")}`,
    explanation: "A `where` in a header is assumed in the body and proved at every use, with what is known there.",
    bad: 'block Heads(n: int): (x: f32[B, D]) -> f32[B, D] where D % n == 0 {\n  x -> rearrange("b (n d) -> b (d n)", n=n)\n}\n\nmodel M: (x: f32[B, 10]) -> y: f32[B, 10] {\n  x -> Heads(3)\n}\n',
    good: 'block Heads(n: int): (x: f32[B, D]) -> f32[B, D] where D % n == 0 {\n  x -> rearrange("b (n d) -> b (d n)", n=n)\n}\n\nmodel M: (x: f32[B, 10]) -> y: f32[B, 10] {\n  x -> Heads(5)\n}\n',
  }),
  MC3005: entry({
    severity: "error",
    title: "division that leaves a remainder",
    message: (it: { readonly dividend: string; readonly divisor: string; readonly example: string }) =>
      `${it.dividend} does not ${/^\d+$/.test(it.dividend) ? "" : "always "}divide by ${it.divisor}${it.example}.`,
    explanation:
      "Where an integer or a dimension is expected `/` is exact: it must be provable that nothing remains. `//` is floor division, `ceil(a / b)` rounds up.",
    bad: model("(x: f32[B, T]) -> y: f32[B, T / 2]", "  x[:, 0:T / 2]\n"),
    good: "model M: (x: f32[B, T]) -> y: f32[B, T / 2] where T % 2 == 0 {\n  x[:, 0:T / 2]\n}\n",
  }),
  MC3006: entry({
    severity: "error",
    title: "shapes that an operator cannot take",
    message: (it: { readonly message: string }) => `${sentence(it.message)}.`,
    explanation: "Every operator says which shapes and element types it takes; what it is given here is none of them.",
    bad: model("(x: f32[B, 4], k: i32[B, 4]) -> y: f32[B, 4]", "  x + k\n"),
    good: model("(x: f32[B, 4], k: i32[B, 4]) -> y: f32[B, 4]", "  x + cast(k, f32)\n"),
  }),
  MC3007: entry({
    severity: "error",
    title: "wrong number of inputs",
    message: (it: {
      readonly callee: string;
      readonly expected: string;
      readonly actual: string;
      /** Those that are not given, by their names. */
      readonly missing?: readonly string[];
    }) =>
      `\`${it.callee}\` takes ${it.expected} ${it.expected === "1" ? "input" : "inputs"}, and ${it.actual} ${it.actual === "1" ? "is" : "are"} given${it.missing === undefined || it.missing.length === 0 ? "" : `: ${it.missing.map((name) => `\`${name}\``).join(", ")} ${it.missing.length === 1 ? "is" : "are"} missing`}.`,
    explanation: "Several inputs are given as `(a, b) -> Block`, `a -> Block()(b)` or `Block()(a, b)`.",
    bad: model("(a: f32[B, 4], b: f32[B, 4]) -> y: f32[B, 2]", "  (a, b) -> Dense(2)\n"),
    good: model("(a: f32[B, 4], b: f32[B, 4]) -> y: f32[B, 2]", "  (a + b) -> Dense(2)\n"),
  }),
  MC3008: entry({
    severity: "error",
    title: "value of the wrong kind",
    message: (it: { readonly expected: string; readonly actual: string }) =>
      `${sentence(it.expected)}, and this is ${it.actual}.`,
    explanation:
      "Tensors, numbers, words, blocks and functions are different things: the message says which is needed.",
    bad: model("(x: f32[B, 4]) -> y: f32[B, 2]", "  h = Dense(2)\n  h + x\n"),
    good: model("(x: f32[B, 4]) -> y: f32[B, 2]", "  h = Dense(2)\n  x -> h\n"),
  }),
  MC3009: entry({
    severity: "error",
    title: "hyperparameter of the wrong type",
    message: (it: {
      readonly name: string;
      readonly callee: string;
      readonly expected: string;
      readonly actual: string;
    }) => `\`${it.name}\` of \`${it.callee}\` is \`${it.expected}\`, and this is ${it.actual}.`,
    explanation: "Values of hyperparameters are checked against their declared types at every use.",
    bad: model("(x: f32[B, 4]) -> y: f32[B, 2]", "  x -> Dense(2.5)\n"),
    good: plain,
  }),
  MC3010: entry({
    severity: "error",
    title: "value out of range",
    message: (it: { readonly what: string; readonly limit: string; readonly actual: string }) =>
      `${it.what} must be ${it.limit}, and it is ${it.actual}.`,
    explanation: "The argument has a smallest or a largest value.",
    bad: model("(x: f32[B, 4]) -> y: f32[B, 4]", "  x -> repeat 1 - 2 { Dense(4) }\n"),
    good: model("(x: f32[B, 4]) -> y: f32[B, 4]", "  x -> repeat 2 { Dense(4) }\n"),
  }),
  MC3013: entry({
    severity: "error",
    title: "axis that no name means",
    message: (it: { readonly name: string; readonly problem: string; readonly type: string }) =>
      `\`${it.name}\` names ${it.problem} of ${it.type}.`,
    explanation:
      "Axes have the names of the block as written. A name that fits no axis, or two, is an error: count the axis instead, from the end where it is negative.",
    bad: model("(x: f32[B, T, T]) -> y: f32[B, T]", "  mean(x, over=T)\n"),
    good: model("(x: f32[B, T, T]) -> y: f32[B, T]", "  mean(x, axis=-1)\n"),
  }),
  MC3014: entry({
    severity: "error",
    title: "axis that does not exist",
    message: (it: { readonly axis: string; readonly rank: string; readonly type: string }) =>
      `There is no axis ${it.axis}: ${it.type} has ${it.rank} ${it.rank === "1" ? "axis" : "axes"}.`,
    explanation: "Axes count from 0, or back from the end from -1.",
    bad: model("(x: f32[B, 4]) -> y: f32[B]", "  mean(x, axis=2)\n"),
    good: model("(x: f32[B, 4]) -> y: f32[B]", "  mean(x, axis=1)\n"),
  }),
  MC3018: entry({
    severity: "error",
    title: "one set of weights, two shapes",
    message: (it: {
      readonly block: string;
      readonly parameter: string;
      readonly first: string;
      readonly second: string;
    }) =>
      `This \`${it.block}\` is shared, and its \`${it.parameter}\` would be ${it.second} here, where it is ${it.first} already.`,
    explanation:
      "Identity is sharing: an instance that is used twice is one set of weights, so both uses must give them one shape.",
    bad: model("(a: f32[B, 4], b: f32[B, 5]) -> y: f32[B, 2]", "  fc = Dense(2)\n  (a -> fc) + (b -> fc)\n"),
    good: model("(a: f32[B, 4], b: f32[B, 5]) -> y: f32[B, 2]", "  (a -> Dense(2)) + (b -> Dense(2))\n"),
  }),
  MC3019: entry({
    severity: "error",
    title: "probabilities where logits belong",
    message: (it: { readonly loss: string }) => `\`${it.loss}\` takes logits, and this is a probability already.`,
    explanation:
      "The loss applies the softmax or the sigmoid itself, in a form that does not overflow. Applied twice, the model still trains, but badly.",
    bad: model("(x: f32[B, 4], label: i32[B]) -> loss: f32[]", "  cross_entropy(x -> Dense(3) -> softmax, label)\n"),
    good: model("(x: f32[B, 4], label: i32[B]) -> loss: f32[]", "  cross_entropy(x -> Dense(3), label)\n"),
  }),
  MC3020: entry({
    severity: "error",
    title: "labels out of range",
    message: (it: {
      readonly what: string;
      readonly numbers: string;
      readonly taker: string;
      readonly available: string;
      readonly example: string;
    }) => `The ${it.what} are ${it.numbers}, and ${it.taker} has room for ${it.available}${it.example}.`,
    explanation:
      "`class(n)` holds labels from 0 to n - 1: there must be a logit, a row or a column for each. The same holds of numbers from `range`, `argmax`, `clip` and constants, whose ends are known.",
    bad: model("(x: f32[B, 4], label: class(5)[B]) -> loss: f32[]", "  cross_entropy(x -> Dense(3), label)\n"),
    good: model("(x: f32[B, 4], label: class(5)[B]) -> loss: f32[]", "  cross_entropy(x -> Dense(5), label)\n"),
  }),
  MC3040: entry({
    severity: "warning",
    title: "labels whose range was lost",
    message: (it: {
      readonly what: string;
      readonly taker: string;
      readonly available: string;
      readonly left: string | undefined;
    }) =>
      `It cannot be proved that the ${it.what} stay within the ${it.available} that ${it.taker} has room for${it.left === undefined ? "" : `: after arithmetic they are ${it.left}`}.`,
    explanation:
      "What is known of labels (`class(n)`, `range`, `argmax`) holds through views, casts, `where`, `+ 0` and `* 1`, and through sums, products and remainders as far as their ends are known. After other arithmetic nothing is known, and every label is checked when the model runs: training ends at the first that is out of range. Bring them into range where that is meant (`clip(label - 1, 0, 9)`, `label % 10`), or declare the class that the data have.",
    bad: model("(x: f32[B, 4], label: class(3)[B]) -> loss: f32[]", "  cross_entropy(x -> Dense(3), label + 1)\n"),
    good: model("(x: f32[B, 4], label: class(3)[B]) -> loss: f32[]", "  cross_entropy(x -> Dense(4), label + 1)\n"),
  }),
  MC3027: entry({
    severity: "error",
    title: "nothing to apply",
    message: (it: { readonly actual: string }) => `A block or a function must stand here, and this is ${it.actual}.`,
    explanation:
      "What follows `->` is one stage: a block, an instance or a function, `repeat`, `for` or `when`. Only these can be called.",
    bad: model("(x: f32[B, 4]) -> y: f32[B, 4]", "  h = x * 2\n  x -> h\n"),
    good: model("(x: f32[B, 4]) -> y: f32[B, 4]", "  h = x * 2\n  x + h\n"),
  }),
  MC3028: entry({
    severity: "error",
    title: "dimension that may be too small",
    message: (it: AskedPair & { readonly example: string; readonly others: readonly AskedPair[] }) =>
      `${sentence(it.what)}: ${it.left} must be at least ${it.right}${it.example}.${it.others
        .map(({ what, left, right }) => ` ${sentence(what)}: ${left} must be at least ${right}.`)
        .join("")}`,
    explanation:
      "A window must fit into what it slides over, for all sizes that the model allows. State the smallest size in the header's `where`.",
    bad: model("(x: f32[B, H, 8, 1]) -> y: f32[B, H - 2, 6, 4]", "  x -> Conv2D(4, 3)\n"),
    good: "model M: (x: f32[B, H, 8, 1]) -> y: f32[B, H - 2, 6, 4] where H >= 3 {\n  x -> Conv2D(4, 3)\n}\n",
  }),
  MC3029: entry({
    severity: "error",
    title: "dimension that may not divide",
    message: (it: {
      readonly what: string;
      readonly divisor: string;
      readonly dividend: string;
      readonly example: string;
      readonly others: readonly AskedPair[];
    }) =>
      `${sentence(it.what)}: ${it.divisor} must divide ${it.dividend}${it.example}.${it.others
        .map(({ what, left, right }) => ` ${sentence(what)}: ${left} must divide ${right}.`)
        .join("")}`,
    explanation:
      "Pieces must be equal for all sizes that the model allows. State in the header's `where` what divides, or choose other sizes.",
    bad: model("(x: f32[B, T]) -> y: f32[B, T]", "  (a, b) = split(x, axis=1, count=2)\n  concat(b, a, axis=1)\n"),
    good: "model M: (x: f32[B, T]) -> y: f32[B, T] where T % 2 == 0 {\n  (a, b) = split(x, axis=1, count=2)\n  concat(b, a, axis=1)\n}\n",
  }),
  MC3031: entry({
    severity: "error",
    title: "input of the wrong shape",
    message: (it: {
      readonly callee: string;
      readonly input: string;
      /** Along each axis that does not fit: the size as it is declared, what that is at this use, and what is given. */
      readonly sizes: readonly { readonly declared: string; readonly expected: string; readonly actual: string }[];
      readonly example: string;
    }) => {
      const sizes = it.sizes.map(({ declared, expected, actual }) => {
        const known = declared === expected ? `\`${declared}\`` : `\`${declared}\` = ${expected}`;
        return `${known} where this has ${actual}`;
      });
      return `\`${it.input}\` of \`${it.callee}\` has ${sizes.join(", and ")}${it.example}.`;
    },
    explanation:
      "A dim that is written out, or that another input gave a value, must be the same here, for all sizes that the model allows.",
    bad: "block Head: (x: f32[B, 8]) -> f32[B, 2] {\n  x -> Dense(2)\n}\n\nmodel M: (x: f32[B, 4]) -> y: f32[B, 2] {\n  x -> Head\n}\n",
    good: "block Head: (x: f32[B, 8]) -> f32[B, 2] {\n  x -> Dense(2)\n}\n\nmodel M: (x: f32[B, 8]) -> y: f32[B, 2] {\n  x -> Head\n}\n",
  }),
  MC3045: entry({
    severity: "error",
    title: "every example against every other, in a loss or a metric",
    message: (it: Crossing) => `${crossing(it)} What is measured is not one example at a time.`,
    explanation:
      "Broadcasting adds an axis to the shorter of the two shapes, in front, and so a dim meets itself: predictions `[B, 1]` and targets `[B]` give a `[B, B]` of all differences, whose mean is no error of any prediction. Training on it runs, and learns the mean. Between shapes of one rank, as in `[B, 1]` and `[1, B]`, every pair is meant, and nothing is reported.",
    bad: section("mean(square(y - t))"),
    good: section("mean(square(y[:, 0] - t))"),
  }),
  MC3046: entry({
    severity: "warning",
    title: "every element of a dim against every other",
    message: (it: Crossing) => crossing(it),
    explanation:
      "Broadcasting adds an axis to the shorter of the two shapes, in front, and so a dim meets itself: `[B, 1]` and `[B]` become `[B, B]`. Where all pairs are meant, bring both to one rank: `x[:, None] - x[None, :]` is silent.",
    bad: model("(x: f32[B, 1], z: f32[B]) -> y: f32[B, B]", "  x - z\n"),
    good: model("(x: f32[B, 1], z: f32[B]) -> y: f32[B]", "  x[:, 0] - z\n"),
  }),
  MC3100: entry({
    severity: "error",
    title: "header that no sizes satisfy",
    message: (it: { readonly name: string; readonly conditions: readonly string[] }) =>
      it.conditions.length === 1
        ? `No sizes satisfy the header of ${it.name}: \`${it.conditions.join()}\` holds for none.`
        : `No sizes satisfy the header of ${it.name}: ${it.conditions.map((text) => `\`${text}\``).join(", ")} contradict one another.`,
    explanation:
      "The facts of a header are assumed together. Where they contradict one another there are no sizes to run at, and anything would be proved of them. Only the facts that take part are named: without any one of them there are sizes.",
    bad: "model M: (x: f32[B, T]) -> y: f32[B, T] where T >= 8, T < 4 {\n  x\n}\n",
    good: "model M: (x: f32[B, T]) -> y: f32[B, T] where T >= 4, T < 8 {\n  x\n}\n",
  }),
  MC3107: entry({
    severity: "error",
    title: "neither proved nor refuted",
    message: (it: { readonly claim: string }) => `It is neither proved nor refuted that ${it.claim}.`,
    explanation:
      "Shapes must fit for all sizes that the model allows. Here it was found neither that they do nor sizes at which they do not, within the steps that a check takes: it may be right, and is not accepted unproved. If you know that it always holds, state it in the header's `where`: whoever runs the model then gets it checked. Else write the sizes in a simpler way, or fix some of them.",
    bad: "block Apart: (x: f32[A, B, C]) -> f32[A, B, C] where A * A * A + B * B * B != C * C * C {\n  x\n}\n\nmodel M: (x: f32[A, B, C]) -> y: f32[A, B, C] {\n  x -> Apart\n}\n",
    good: "block Apart: (x: f32[A, B, C]) -> f32[A, B, C] where A * A * A + B * B * B != C * C * C {\n  x\n}\n\nmodel M: (x: f32[A, B, C]) -> y: f32[A, B, C] where A * A * A + B * B * B != C * C * C {\n  x -> Apart\n}\n",
  }),
  MC3108: entry({
    severity: "error",
    title: "fact that chooses",
    message: (it: { readonly condition: string; readonly part: string; readonly dims: string }) =>
      `A \`where\` states what always holds, and \`${it.condition}\` chooses: whether \`${it.part}\` depends on ${it.dims}.`,
    explanation:
      "Facts are comparisons, joined by `and` or commas, each of which holds at all sizes that the model allows. What an `or` or a `not` is about must be known when the model is built, as hyperparameters are. Two equations of which one holds are one: a product that is 0.",
    bad: model("(x: f32[B, T]) -> y: f32[B, T] where T == 4 or T == 8", "  x * 2\n"),
    good: model("(x: f32[B, T]) -> y: f32[B, T] where (T - 4) * (T - 8) == 0", "  x * 2\n"),
  }),
} as const;
