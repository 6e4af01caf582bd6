import { entry } from "../entry.ts";

const model = (header: string, body: string): string => `model M: ${header} {\n${body}}\n`;
const elementsOf = (count: number): string => (count === 1 ? "0" : `0 to ${String(count - 1)}`);
const rounds = (count: number): string => (count === 1 ? "1 value" : `${String(count)} values`);

const scanUntil = (input: string, carry: string): string =>
  model(
    `(x: f32[B, T, 3], ${input}) -> y: f32[B, T, 3]`,
    `  scan e in x over T until steps with ${carry} {\n    h <- h + mean(e, over=B)\n    emit h + e\n  }\n`,
  );

/** What is wrong with loops and the lists that they give. */
export const typesOfLoopsCatalog = {
  MC3090: entry({
    severity: "error",
    title: "emitted in one mode alone",
    message: (it: { readonly loop: string; readonly mode: string | undefined }) =>
      `This is emitted in ${it.mode ?? "one mode"} alone, and the \`${it.loop}\` gives a value in both modes.`,
    explanation:
      "What a loop gives must be there in training and in inference. Choose the value by `when training`, and emit it after that.",
    bad: model(
      "(x: f32[B, 4]) -> y: f32[B, 8]",
      "  ys = for i in range(2) {\n    when training { emit x * i }\n  }\n  concat(ys, axis=-1)\n",
    ),
    good: model(
      "(x: f32[B, 4]) -> y: f32[B, 8]",
      "  ys = for i in range(2) {\n    emit when training { x * i } else { x }\n  }\n  concat(ys, axis=-1)\n",
    ),
  }),
  MC3091: entry({
    severity: "error",
    title: "carry of another loop",
    message: (it: { readonly name: string }) =>
      `\`${it.name}\` is carried by a loop outside of this \`scan\` or \`repeat\`, which cannot change it.`,
    explanation:
      "What the steps of a scan compute leaves it by its own carries and by `emit`. Give the scan a carry that begins as the other, and update that one with its last value.",
    bad: model(
      "(x: f32[B, T, 4]) -> y: f32[B, 4]",
      "  for i in range(2) with h = x[:, 0] {\n    last = scan e in x over T {\n      h <- h + e\n      emit last h\n    }\n    emit last last\n  }\n",
    ),
    good: model(
      "(x: f32[B, T, 4]) -> y: f32[B, 4]",
      "  for _ in range(2) with h = x[:, 0] {\n    h <- scan e in x over T with sum: f32[B, 4] = h {\n      sum <- sum + e\n    }\n    emit last h\n  }\n",
    ),
  }),
  MC3092: entry({
    severity: "error",
    title: "a list as a result",
    message: (it: { readonly callable: string; readonly count: number; readonly why: string }) =>
      `\`${it.callable}\` gives a list of ${String(it.count)}, ${it.why}.`,
    explanation:
      "A list lives while the model is built: it is the result of a block or a function whose header leaves the result out, and never that of a model, whose results are tensors with names. Join its elements with `concat` or `stack`, or name them one by one.",
    bad: model("(x: f32[B, 4]) -> y: f32[B, 2]", "  for i in range(3) { Dense(2)(x) + i }\n"),
    good: model("(x: f32[B, 4]) -> y: f32[B, 6]", "  concat(for i in range(3) { Dense(2)(x) + i }, axis=-1)\n"),
  }),
  MC3093: entry({
    severity: "error",
    title: "rounds that emit differently",
    message: (it: { readonly first: number; readonly other: number; readonly actual: number }) =>
      it.first === it.actual
        ? `Round ${String(it.other)} of this \`for\` emits other values at the end than round 0 does.`
        : `Round 0 of this \`for\` emits ${rounds(it.first)}, and round ${String(it.other)} emits ${rounds(it.actual)}.`,
    explanation:
      "Every round of a `for` emits alike: the first `emit` of each makes the first list, and so on. Where a round has nothing to give, let it emit what stands for that, or leave the round out of the loop.",
    bad: model(
      "(x: f32[B, 4]) -> y: f32[B, 8]",
      "  ys = for i in range(3) {\n    when i > 0 { emit x * i }\n  }\n  concat(ys, axis=-1)\n",
    ),
    good: model(
      "(x: f32[B, 4]) -> y: f32[B, 8]",
      "  ys = for i in range(2) {\n    emit x * (i + 1)\n  }\n  concat(ys, axis=-1)\n",
    ),
  }),
  MC3094: entry({
    severity: "error",
    title: "no last round",
    message: () => "This `for` has no rounds, so there is no last one whose value `emit last` could give.",
    explanation:
      "Without rounds a `for` gives empty lists, and of its carries what they began with. `emit last` of anything else needs a round.",
    bad: model(
      "(x: f32[B, 4]) -> y: f32[B, 4]",
      "  for i in range(0) with h = x {\n    h <- h * i\n    emit last h + 1\n  }\n",
    ),
    good: model(
      "(x: f32[B, 4]) -> y: f32[B, 4]",
      "  for i in range(0) with h = x {\n    h <- h * i\n    emit last h\n  }\n",
    ),
  }),
  MC3095: entry({
    severity: "error",
    title: "lists of different lengths",
    message: (it: { readonly first: number; readonly second: number }) =>
      `\`zip\` pairs lists of one length, and these have ${String(it.first)} and ${String(it.second)} elements.`,
    explanation: "`zip` takes the elements of its lists side by side, and leaves none out.",
    bad: model(
      "(x: f32[B, 4]) -> y: f32[B, 2]",
      "  x -> for (u, act) in zip([8, 2], [relu]) { Dense(u, activation=act) }\n",
    ),
    good: model(
      "(x: f32[B, 4]) -> y: f32[B, 2]",
      "  x -> for (u, act) in zip([8, 2], [relu, tanh]) { Dense(u, activation=act) }\n",
    ),
  }),
  MC3096: entry({
    severity: "error",
    title: "an empty list",
    message: (it: { readonly callee: string }) => `\`${it.callee}\` needs one tensor or more, and this list is empty.`,
    explanation:
      "A list has no elements where the `for` that makes it has no rounds, as over `range(0)`. Nothing can be joined or added up then: its type would not be known.",
    bad: model("(x: f32[B, 4]) -> y: f32[B, 4]", "  concat(for i in range(0) { x * i }, axis=-1)\n"),
    good: model("(x: f32[B, 4]) -> y: f32[B, 4]", "  concat(for i in range(1) { x * i }, axis=-1)\n"),
  }),
  MC3097: entry({
    severity: "error",
    title: "no such element",
    message: (it: { readonly wanted: string; readonly count: number }) =>
      it.count === 0
        ? `This list is empty: it has no ${it.wanted}.`
        : `This list has ${String(it.count)} element${it.count === 1 ? "" : "s"}, ${elementsOf(it.count)}, and no ${it.wanted}.`,
    explanation: "The elements of a list are counted from 0, and from the end by negative numbers: the last is -1.",
    bad: model("(x: f32[B, 4]) -> y: f32[B, 4]", "  ys = for i in range(3) { x * i }\n  ys[3]\n"),
    good: model("(x: f32[B, 4]) -> y: f32[B, 4]", "  ys = for i in range(3) { x * i }\n  ys[2]\n"),
  }),
  MC3098: entry({
    severity: "error",
    title: "lengths that are none",
    message: (it: { readonly found: string }) =>
      `\`until\` takes the length of each example, i32[B], and this is ${it.found}.`,
    explanation:
      "One whole number says how many elements of the axis an example has, from 0 to all of them. From there on its carries hold what they are, and what it emits is 0; `reverse` begins with the last of its elements.",
    bad: scanUntil("steps: f32[B]", "h: f32[B, 3] = zeros"),
    good: scanUntil("steps: i32[B]", "h: f32[B, 3] = zeros"),
  }),
  MC3099: entry({
    severity: "error",
    title: "nothing of each example's own",
    message: (it: { readonly what: string; readonly found: string; readonly batch: string }) =>
      `${it.what.charAt(0).toUpperCase()}${it.what.slice(1)} is ${it.found}, and with \`until\` its first axis must be ${it.batch}, that of the examples.`,
    explanation:
      "Where each example ends at a length of its own, it holds its own carries from there on, and emits zeros of its own: both need a part for each example, along their first axis.",
    bad: scanUntil("steps: i32[B]", "h: f32[3] = zeros"),
    good: scanUntil("steps: i32[B]", "h: f32[B, 3] = zeros"),
  }),
} as const;
