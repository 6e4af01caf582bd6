import { entry } from "../entry.ts";

const model = (header: string, body: string): string => `model M: ${header} {\n${body}}\n`;

const metric = (body: string): string => `metric agreement: (guess: f32[B], real: f32[B]) -> more {\n${body}}\n`;

/** What is wrong within a body: results, conditions, scans, numbers. */
export const typesOfBodiesCatalog = {
  MC3011: entry({
    severity: "error",
    title: "wrong number of results",
    message: (it: { readonly callable: string; readonly problem: string }) => `\`${it.callable}\` ${it.problem}.`,
    explanation: "The last expression of a body is its result, or a tuple of its results, in the declared order.",
    bad: model("(x: f32[B, 4]) -> (a: f32[B, 2], b: f32[B, 2])", "  x -> Dense(2)\n"),
    good: model("(x: f32[B, 4]) -> (a: f32[B, 2], b: f32[B, 2])", "  (x -> Dense(2), x -> Dense(2))\n"),
  }),
  MC3012: entry({
    severity: "error",
    title: "not the declared shape",
    message: (it: {
      readonly what: string;
      /** Those along which it is not as declared. */
      readonly axes: readonly { readonly axis: string; readonly declared: string; readonly actual: string }[];
      readonly type: string;
      readonly example: string;
    }) => {
      const axes = it.axes.map(({ axis, declared, actual }) => `axis ${axis} is ${actual}, declared as ${declared}`);
      return `${it.what.charAt(0).toUpperCase()}${it.what.slice(1)} is ${it.type}: ${axes.join("; ")}${it.example}.`;
    },
    explanation:
      "A declared type is checked, for all sizes that the model allows. A counterexample shows a size at which it fails.",
    bad: model("(x: f32[B, 4]) -> y: f32[B, 3]", "  x -> Dense(2)\n"),
    good: model("(x: f32[B, 4]) -> y: f32[B, 3]", "  x -> Dense(3)\n"),
  }),
  MC3016: entry({
    severity: "error",
    title: "condition that depends on the size",
    message: (it: {
      readonly condition: string;
      /** Of the names in it, where they are known: ` (n = 4)`. */
      readonly values: string;
      readonly dims: string;
      readonly example: string;
    }) => `\`${it.condition}\`${it.values} depends on ${it.dims}: it is ${it.example}.`,
    explanation:
      "A condition over dims is decided once, when the model is built: it must hold, or fail, for all sizes that the model allows.",
    bad: model("(x: f32[B, T]) -> y: f32[B, T]", "  when T > 8 { x * 2 } else { x }\n"),
    good: "model M: (x: f32[B, T]) -> y: f32[B, T] where T > 8 {\n  when T > 8 { x * 2 } else { x }\n}\n",
  }),
  MC3017: entry({
    severity: "error",
    title: "branches of two types",
    message: (it: { readonly first: string; readonly second: string }) =>
      `The branches differ in type: ${it.first} and ${it.second}.`,
    explanation: "Training and inference give results of one type.",
    bad: model("(x: f32[B, 4]) -> y: f32[B, 4]", "  when training { x } else { mean(x, axis=1) }\n"),
    good: model("(x: f32[B, 4]) -> y: f32[B, 4]", "  when training { x } else { x * 2 }\n"),
  }),
  MC3021: entry({
    severity: "error",
    title: "tuple of another size",
    message: (it: { readonly names: string; readonly actual: string }) =>
      `There ${it.names === "1" ? "is 1 name" : `are ${it.names} names`} for ${it.actual}.`,
    explanation:
      "`(a, b) = ...` needs a value of as many parts as there are names. `_` takes a part that is not wanted.",
    bad: model("(x: f32[B, 4]) -> y: f32[B, 2]", "  (a, b) = x -> Dense(2)\n  a + b\n"),
    good: model("(x: f32[B, 4]) -> y: f32[B, 2]", "  (a, b) = (x -> Dense(2), x -> Dense(2))\n  a + b\n"),
  }),
  MC3022: entry({
    severity: "error",
    title: "results in another order",
    message: (it: { readonly given: string; readonly declared: string }) =>
      `\`${it.given}\` stands where the result \`${it.declared}\` is declared.`,
    explanation:
      "Results are matched by position. A tuple that permutes the declared names would give each the other's value.",
    bad: model(
      "(x: f32[B, 4]) -> (mu: f32[B, 2], nu: f32[B, 2])",
      "  mu = x -> Dense(2)\n  nu = x -> Dense(2)\n  (nu, mu)\n",
    ),
    good: model(
      "(x: f32[B, 4]) -> (mu: f32[B, 2], nu: f32[B, 2])",
      "  mu = x -> Dense(2)\n  nu = x -> Dense(2)\n  (mu, nu)\n",
    ),
  }),
  MC3023: entry({
    severity: "error",
    title: "shared repeat that changes its type",
    message: (it: { readonly input: string; readonly output: string }) =>
      `A shared repeat must keep its type, and this one makes ${it.output} of ${it.input}.`,
    explanation: "`shared` applies one set of weights again and again, so what goes out must be able to go in.",
    bad: model("(x: f32[B, 4]) -> y: f32[B, 2]", "  x -> repeat 2 shared { Dense(2) }\n"),
    good: model("(x: f32[B, 4]) -> y: f32[B, 4]", "  x -> repeat 2 shared { Dense(4) }\n"),
  }),
  MC3024: entry({
    severity: "error",
    title: "not the declared type",
    message: (it: { readonly what: string; readonly declared: string; readonly actual: string }) =>
      `${it.what.charAt(0).toUpperCase()}${it.what.slice(1)} is ${it.declared}, and this is ${it.actual}.`,
    explanation: "A state and a carry keep their declared types through every update.",
    bad: model(
      "(x: f32[B, T]) -> y: f32[B, T]",
      "  scan e in x over T with h: f32[B] = zeros {\n    h <- mean(e + h)\n    emit h\n  }\n",
    ),
    good: model(
      "(x: f32[B, T]) -> y: f32[B, T]",
      "  scan e in x over T with h: f32[B] = zeros {\n    h <- e + h\n    emit h\n  }\n",
    ),
  }),
  MC3025: entry({
    severity: "error",
    title: "index out of range",
    message: (it: {
      readonly index: string;
      readonly does: string;
      /** Whether there are sizes at which it does. */
      readonly always: boolean;
      readonly example: string;
    }) => `${it.index} does not ${it.always ? "always " : ""}${it.does}${it.example}.`,
    explanation:
      "Indices count from 0, or back from the end from -1, and must lie inside for all sizes that the model allows. A slice holds one element at least.",
    bad: model("(x: f32[B, T]) -> y: f32[B]", "  x[:, 5]\n"),
    good: "model M: (x: f32[B, T]) -> y: f32[B] where T >= 6 {\n  x[:, 5]\n}\n",
  }),
  MC3026: entry({
    severity: "error",
    title: "number that the element type cannot hold",
    message: (it: { readonly value: string; readonly dtype: string; readonly ends?: string }) =>
      it.ends === undefined
        ? `${it.value} is no ${it.dtype}.`
        : `${it.value} is beyond ${it.dtype}, whose numbers end at ${it.ends}.`,
    explanation: "A number takes the element type of the tensor beside it. `cast(x, f32)` converts the tensor.",
    bad: model("(x: i32[B, 4]) -> y: i32[B, 4]", "  x * 0.5\n"),
    good: model("(x: i32[B, 4]) -> y: f32[B, 4]", "  cast(x, f32) * 0.5\n"),
  }),
  MC3056: entry({
    severity: "error",
    title: "number that vanishes in its element type",
    message: (it: {
      readonly what: string;
      readonly value: string;
      readonly dtype: string;
      readonly becomes: "0" | "infinity";
    }) =>
      `${it.what.charAt(0).toUpperCase()}${it.what.slice(1)} is ${it.value}, which ${it.dtype} makes ${it.becomes}.`,
    explanation:
      "f32 holds magnitudes from 1.4e-45 to 3.4e38, f16 from 6e-8 to 65504. An epsilon that becomes 0 no longer keeps a division from failing: write a larger one.",
    bad: model("(x: f32[B, 4]) -> y: f32[B, 4]", "  x / (x + 1e-50)\n"),
    good: model("(x: f32[B, 4]) -> y: f32[B, 4]", "  x / (x + 1e-12)\n"),
  }),
  MC3032: entry({
    severity: "error",
    title: "arithmetic without a result",
    message: (it: {
      readonly expression: string;
      /** The same of the numbers that it comes to. */
      readonly computed?: string;
    }) =>
      it.computed === undefined || it.computed === it.expression
        ? `\`${it.expression}\` has no value.`
        : `\`${it.expression}\` has no value: it is \`${it.computed}\`.`,
    explanation:
      "Division by zero, a function outside of where it is defined, or a result beyond 1.8e308, among numbers that are known at compile time.",
    bad: model("(x: f32[B, 4]) -> y: f32[B, 4]", "  x * (1 / 0)\n"),
    good: model("(x: f32[B, 4]) -> y: f32[B, 4]", "  x * (1 / 2)\n"),
  }),
  MC3033: entry({
    severity: "error",
    title: "dimension below 1",
    message: (it: { readonly dim: string; readonly value: string }) =>
      `${it.dim === it.value ? "A dimension" : `The dimension \`${it.dim}\``} is ${it.value}, and every dimension is at least 1.`,
    explanation: "Tensors without elements have no use in a network, and half of all off-by-one errors make one.",
    bad: "model M(n: int = 0): (x: f32[B, n]) -> y: f32[B, n] {\n  x * 2\n}\n",
    good: "model M(n: int = 3): (x: f32[B, n]) -> y: f32[B, n] {\n  x * 2\n}\n",
  }),
  MC3080: entry({
    severity: "error",
    title: "several `-1` in one shape",
    message: (it: { readonly count: string }) =>
      `One \`-1\` in a shape stands for what the other sizes leave, and here are ${it.count}: nothing says how they share it.`,
    explanation: "Write the sizes of all axes but one.",
    bad: model("(x: f32[B, 6]) -> y: f32[B, 2, 3]", "  reshape(x, [-1, -1, 3])\n"),
    good: model("(x: f32[B, 6]) -> y: f32[B, 2, 3]", "  reshape(x, [B, -1, 3])\n"),
  }),
  MC3034: entry({
    severity: "error",
    title: "no condition",
    message: (it: { readonly actual: string }) =>
      `A condition must be known when the model is built, and this is ${it.actual}.`,
    explanation:
      "Conditions are over hyperparameters, constants, dims and `training`. By the elements of a tensor `where(mask, a, b)` chooses.",
    bad: model("(x: f32[B, 4]) -> y: f32[B, 4]", "  when x > 0 { x } else { x * 0.1 }\n"),
    good: model("(x: f32[B, 4]) -> y: f32[B, 4]", "  where(x > 0, x, x * 0.1)\n"),
  }),
  MC3035: entry({
    severity: "error",
    title: "state updated in a scan",
    message: (it: { readonly name: string }) => `\`${it.name}\` would update a state at every step of a scan.`,
    explanation:
      "A state has one next value a training step. Inside a scan use a carry, and update the state with its last value.",
    bad: "block Count: (x: f32[B, T]) -> f32[B, T] {\n  state seen: f32[] = zeros\n  scan e in x over T with h: f32[B] = zeros {\n    seen <- seen + 1\n    h <- h + e * seen\n    emit h\n  }\n}\n",
    good: "block Count: (x: f32[B, T]) -> f32[B, T] {\n  state seen: f32[] = zeros\n  seen <- seen + 1\n  scan e in x over T with h: f32[B] = zeros {\n    h <- h + e * seen\n    emit h\n  }\n}\n",
  }),
  MC3036: entry({
    severity: "error",
    title: "state updated in inference",
    message: (it: { readonly name: string }) => `The state \`${it.name}\` cannot change in inference.`,
    explanation: "States are updated in training alone: the same input gives the same prediction.",
    bad: "block Seen: (x: f32[B, D]) -> f32[B, D] {\n  state count: f32[] = zeros\n  when not training { count <- count + 1 }\n  x + count\n}\n",
    good: "block Seen: (x: f32[B, D]) -> f32[B, D] {\n  state count: f32[] = zeros\n  when training { count <- count + 1 }\n  x + count\n}\n",
  }),
  MC3037: entry({
    severity: "error",
    title: "no initialiser",
    message: (it: { readonly actual: string }) => `An initialiser must stand here, and this is ${it.actual}.`,
    explanation: "A parameter or a state begins as an initialiser says, or as one number in all its elements.",
    bad: "block Scale: (x: f32[B, D]) -> f32[B, D] {\n  param by: f32[D] = relu\n  x * by\n}\n",
    good: "block Scale: (x: f32[B, D]) -> f32[B, D] {\n  param by: f32[D] = ones\n  x * by\n}\n",
  }),
  MC3105: entry({
    severity: "error",
    title: "gradient that is none",
    message: (it: { readonly of: string; readonly by: string; readonly problem: string }) =>
      `\`${it.of}\` has no gradient with respect to \`${it.by}\`: ${it.problem}.`,
    explanation:
      "`gradient(y, x)` differentiates what `y` is made of, as far as it is made of `x`. So `x` is an input or a binding of real numbers that `y` is computed from, in the same body: a name for what a call or an operator gives, and not the same expression written again. Gradients with respect to parameters are what training takes.",
    bad: "model M: (x: f32[B, 4]) -> y: f32[B, 4] {\n  h = x -> Dense(4)\n  gradient(sum(square(x)), h)\n}\n",
    good: "model M: (x: f32[B, 4]) -> y: f32[B, 4] {\n  h = x -> Dense(4)\n  gradient(sum(square(h)), h)\n}\n",
  }),
  MC3106: entry({
    severity: "error",
    title: "operator without a second derivative",
    message: (it: { readonly operator: string; readonly by: string }) =>
      `\`${it.operator}\` lies between \`${it.by}\` and what is differentiated, and its gradient cannot be differentiated again.`,
    explanation:
      "What `gradient` gives is differentiated once more where a loss is made of it, through the gradients of all operators on the way. Those of a few are written as one piece, of which no rule tells the slopes: another operator that does the same work has to stand there, as an average pool or a convolution with strides where a maximum pool stood.",
    bad: "model M: (x: f32[B, 8, 8, 1]) -> y: f32[B, 8, 8, 1] {\n  h = x -> MaxPool2D(2)\n  gradient(sum(square(h)), x)\n}\n",
    good: "model M: (x: f32[B, 8, 8, 1]) -> y: f32[B, 8, 8, 1] {\n  h = x -> AvgPool2D(2)\n  gradient(sum(square(h)), x)\n}\n",
  }),
  MC3073: entry({
    severity: "error",
    title: "initialiser that does not fit",
    message: (it: { readonly name: string; readonly problem: string }) => `\`${it.name}\` ${it.problem}.`,
    explanation:
      "An initialiser fills a type: `orthogonal` fills matrices, `forget_bias` the bias of an LSTM, and what draws random numbers fills floating point. The lower bound of `uniform` is not above its upper one.",
    bad: "block Scale: (x: f32[B, D]) -> f32[B, D] {\n  param by: f32[D] = orthogonal\n  x * by\n}\n",
    good: "block Scale: (x: f32[B, D]) -> f32[B, D] {\n  param by: f32[D] = ones\n  x * by\n}\n",
  }),
  MC3060: entry({
    severity: "error",
    title: "out of reach in a metric",
    message: (it: { readonly what: "accumulator" | "batch"; readonly name: string }) =>
      it.what === "accumulator"
        ? `\`${it.name}\` is what all examples give, which \`finish\` alone sees.`
        : `\`${it.name}\` is of the examples of one batch: \`finish\` sees what has been gathered of all of them.`,
    explanation:
      "What stands before `finish` is computed for each batch; the accumulators are merged over all batches, and `finish` makes the figure of what they have come to. So neither sees what belongs to the other. Give what `finish` needs an accumulator.",
    bad: metric("  hit = cast(guess == real, f32)\n  total hits: f32[] = sum(hit)\n  finish hits / mean(hit)\n"),
    good: metric("  total hits: f32[] = sum(cast(guess == real, f32))\n  total all: f32[] = B\n  finish hits / all\n"),
  }),
  MC3061: entry({
    severity: "error",
    title: "what a metric cannot gather",
    message: (it: { readonly merge: string; readonly name: string; readonly found: string; readonly free?: string }) =>
      it.free === undefined
        ? `\`${it.merge} ${it.name}\` is ${it.found}: what is gathered is f32.`
        : `\`${it.merge} ${it.name}\` is ${it.found}, and ${it.free} differs from batch to batch: what is gathered has one size for all.`,
    explanation:
      "Accumulators are merged over batches element by element, so that their sizes must be known when the file is checked: reduce over the batch, as by `sum(x, over=B)`. They are f32 in a batch, and added up in double precision.",
    bad: metric("  total hits: f32[B] = cast(guess == real, f32)\n  finish sum(hits)\n"),
    good: metric("  total hits: f32[] = sum(cast(guess == real, f32))\n  finish hits\n"),
  }),
  MC3062: entry({
    severity: "error",
    title: "no figure",
    message: (it: { readonly found: string; readonly several: boolean }) =>
      it.several
        ? `What \`finish\` makes is a row or a table of numbers, of sizes that are the same for all batches, and this ${it.found}.`
        : `What \`finish\` makes is one number, \`f32[]\`, and this ${it.found}.`,
    explanation:
      "A metric of which more or less is better is one number of all examples. Of several numbers, as of one for each class, take the mean or another summary, or say their type, of one axis or two, in place of `more` or `less`: `-> f32[C]`.",
    bad: metric("  total hits: f32[1] = sum(cast(guess == real, f32)) -> reshape([1])\n  finish hits\n"),
    good: metric("  total hits: f32[1] = sum(cast(guess == real, f32)) -> reshape([1])\n  finish sum(hits)\n"),
  }),
  MC3063: entry({
    severity: "error",
    title: "a mask that does not fit",
    message: (it: {
      readonly what: "mask" | "lengths";
      readonly found: string;
      readonly callee: string;
      readonly of: string;
    }) =>
      it.what === "mask"
        ? `The mask is ${it.found}, and \`${it.callee}\` takes one of truth values or of floating point, whose axes are the first of ${it.of}.`
        : `The lengths are ${it.found}, and \`${it.callee}\` takes one whole number for each example of ${it.of}, whose second axis is positions.`,
    explanation:
      "`mask=` says of each element, or of all that an element of its first axes has, whether it counts: truth values, or weights such as 0 and 1. `lengths=` says how many positions of each example count, from the first on. What is masked are the elements that are added up: of a loss, one number for each label.",
    bad: model("(x: f32[B, 4], kept: bool[4]) -> y: f32[]", "  mean(x, mask=kept)\n"),
    good: model("(x: f32[B, 4], kept: bool[B, 4]) -> y: f32[]", "  mean(x, mask=kept)\n"),
  }),
} as const;
