import { entry } from "../entry.ts";

const listed = (names: readonly string[]): string => names.map((it) => `\`${it}\``).join(", ");

const model = `model Line: (x: f32[B, 1]) -> y: f32[B, 1] { x -> Dense(1) }
data Points {
  source: csv("points.csv")
  x: f32[1] = stack(raw.x, axis=-1)
  t: f32[1] = stack(raw.t, axis=-1)
}
`;
const train = (entries: string): string => `${model}train Line on Points {\n${entries}\n}`;
const masked = (feature: string): string => `model Line: (x: f32[B, 1], shift: f32[B, 1]?) -> y: f32[B, 1] {
  h = when given(shift) { x + shift } else { x }
  h -> Dense(1)
}
data Points {
  source: csv("points.csv")
  x: f32[1] = stack(raw.x, axis=-1)
  ${feature}: f32[1] = stack(raw.shift, axis=-1)
  t: f32[1] = stack(raw.t, axis=-1)
}
train Line on Points {
  loss: mse(y, t)
  optimizer: sgd(lr=0.1)
}
`;
const good = train("  loss: mse(y, t)\n  optimizer: sgd(lr=0.1)\n  epochs: 5\n  batch: 8");

const tested = good.replace("  x: f32[1]", "  split: train 0.8, test 0.2\n  x: f32[1]");

const texts = (split: string): string =>
  `data Letters {\n  source: text("book.txt")\n  split: ${split}\n  ids: i32[8] = raw.window(8)\n}`;

/** What `data`, `train` and `test` sections may get wrong. */
export const trainingCatalog = {
  MC4001: entry({
    severity: "error",
    title: "unknown key of a section",
    message: (it: { key: string; section: string; known: readonly string[] }) =>
      `\`${it.key}\` is no key of a \`${it.section}\` section, which has ${listed(it.known)}.`,
    explanation: "Nothing in a section is silently ignored: a misspelt key would leave its default in force unnoticed.",
    bad: train("  loss: mse(y, t)\n  optimiser: sgd(lr=0.1)\n  epochs: 5"),
    good,
  }),
  MC4002: entry({
    severity: "error",
    title: "key set twice",
    message: (it: { key: string; section: string }) => `\`${it.key}\` is set twice in this \`${it.section}\` section.`,
    explanation: "A key has one value. Remove one of the two.",
    bad: train("  loss: mse(y, t)\n  optimizer: sgd(lr=0.1)\n  epochs: 5\n  epochs: 6"),
    good,
  }),
  MC4003: entry({
    severity: "error",
    title: "something required is missing",
    message: (it: { missing: string; where: string }) => `${it.where} lacks ${it.missing}.`,
    explanation: "It has no default that would suit most networks, so it must be said.",
    bad: train("  optimizer: sgd(lr=0.1)\n  epochs: 5"),
    good,
  }),
  MC4004: entry({
    severity: "error",
    title: "unknown optimizer, schedule, source or the like",
    message: (it: { what: string; name: string; known: readonly string[] }) =>
      `${it.name} is no ${it.what}. There are ${listed(it.known)}.`,
    explanation: "The language's reference lists every one with its arguments and defaults.",
    bad: train("  loss: mse(y, t)\n  optimizer: adamm(lr=0.1)\n  epochs: 5"),
    good,
  }),
  MC4005: entry({
    severity: "error",
    title: "unknown argument of a setting",
    message: (it: { argument: string; callee: string; known: readonly string[] }) =>
      `\`${it.callee}\` does not take ${it.argument}${it.known.length > 0 ? `; it takes ${listed(it.known)}` : ""}.`,
    explanation: "Arguments may be given by position, in the order of the reference, or by name.",
    bad: train("  loss: mse(y, t)\n  optimizer: sgd(rate=0.1)\n  epochs: 5"),
    good,
  }),
  MC4006: entry({
    severity: "error",
    title: "unsuitable value",
    message: (it: { argument: string; callee: string; expected: string; found: string }) =>
      `\`${it.argument}\` of ${it.callee === "this section" ? it.callee : `\`${it.callee}\``} must be ${it.expected}, not ${it.found}.`,
    explanation: "Values of settings are checked before anything runs.",
    bad: train("  loss: mse(y, t)\n  optimizer: sgd(lr=-1)\n  epochs: 5"),
    good,
  }),
  MC4063: entry({
    severity: "error",
    title: "a setting that f32 cannot hold",
    message: (it: { argument: string; callee: string; value: string; becomes: string }) =>
      `\`${it.argument}\` of ${it.callee === "this section" ? it.callee : `\`${it.callee}\``} is ${it.value}, which f32 makes ${it.becomes}.`,
    explanation:
      "Training computes in f32, which holds magnitudes from 1.4e-45 to 3.4e38. An epsilon that becomes 0 would no longer keep a division from failing.",
    bad: train("  loss: mse(y, t)\n  optimizer: adam(epsilon=1e-50)\n  epochs: 5"),
    good: train("  loss: mse(y, t)\n  optimizer: adam(epsilon=1e-8)\n  epochs: 5"),
  }),
  MC4007: entry({
    severity: "error",
    title: "no feature for an input",
    message: (it: { model: string; input: string; data: string; features: readonly string[] }) =>
      `The input \`${it.input}\` of ${it.model} has no feature of its name in ${it.data}, which gives ${listed(it.features)}.`,
    explanation: "A model is fed by name: each of its inputs takes the feature of the same name.",
    bad: good.replace("(x: f32[B, 1])", "(z: f32[B, 1])").replace("{ x ->", "{ z ->"),
    good,
  }),
  MC4008: entry({
    severity: "error",
    title: "a feature of another type than its input",
    message: (it: { input: string; expected: string; feature: string; found: string }) =>
      `The input \`${it.input}\` is ${it.expected}, but the feature \`${it.feature}\` gives ${it.found} for a batch.`,
    explanation:
      "A feature is typed for one example; the batch adds a first dimension `B`. What results must match the model's input.",
    bad: good.replace("(x: f32[B, 1])", "(x: f32[B, 2])"),
    good,
  }),
  MC4009: entry({
    severity: "error",
    title: "a loss that is no number",
    message: (it: { found: string }) =>
      `A loss is one number, f32[], or numbers of each example, f32[B] or f32[B, ...], but this is ${it.found}.`,
    explanation:
      "Of numbers of each example, a batch's as the first axis, the mean is taken, over examples and whatever else there is, as Keras does. The losses of the library are such means.",
    bad: train("  loss: sum(square(y - t), over=B)\n  optimizer: sgd(lr=0.1)\n  epochs: 5"),
    good,
  }),
  MC4010: entry({
    severity: "error",
    title: "a metric that is none",
    message: (it: { text: string; known: readonly string[] }) =>
      `\`${it.text}\` is no metric: here stands a call of one, as ${listed(it.known)}, or of a function that gives a number for a batch or for each of its examples.`,
    explanation:
      "A metric is declared, `metric hits: (...) -> more { total ... finish ... }`, or comes with the library. A loss or a function may stand for one: its mean over all examples is the figure, of which less is better.",
    bad: train("  loss: mse(y, t)\n  optimizer: sgd(lr=0.1)\n  metrics: y - t\n  epochs: 5"),
    good,
  }),
  MC4012: entry({
    severity: "error",
    title: "a pattern that matches nothing",
    message: (it: { pattern: string; model: string; what: string }) =>
      `"${it.pattern}" matches ${it.what} of ${it.model}.`,
    explanation:
      "A `group` sets what parameters learn by; `freeze` keeps parameters and states (running averages) as they are. `**` stands for any number of path segments, `*` for one or part of one. `modelc summary` lists the paths.",
    bad: train('  loss: mse(y, t)\n  optimizer: sgd(lr=0.1)\n  freeze "stem.**"\n  epochs: 5'),
    good,
  }),
  MC4013: entry({
    severity: "error",
    title: "unknown section target",
    message: (it: { what: string; name: string; known: readonly string[] }) =>
      `There is no ${it.what} named \`${it.name}\`${it.known.length > 0 ? `; there is ${listed(it.known)}` : ""}.`,
    explanation:
      "Sections refer to the models, data and labelled `train` sections of their file or its imports by name.",
    bad: good.replace("train Line on Points", "train Line on Pointz"),
    good,
  }),
  MC4014: entry({
    severity: "error",
    title: "two lengths of training",
    message: () => "A `train` section sets either `epochs` or `steps`, not both.",
    explanation: "Both say when training ends. An epoch is one pass over the train split, a step one batch.",
    bad: train("  loss: mse(y, t)\n  optimizer: sgd(lr=0.1)\n  epochs: 5\n  steps: 100"),
    good,
  }),
  MC4015: entry({
    severity: "error",
    title: "unknown figure to watch",
    message: (it: { found: string; known: readonly string[]; section: "train" | "test"; several?: boolean }) =>
      it.several === true
        ? `\`${it.found}\` is several numbers, and what is watched is one: ${listed(it.known)}.`
        : it.section === "test" && it.known.includes(it.found)
          ? `\`${it.found}\` alone expects nothing: compare it with a number.`
          : it.section === "train"
            ? `\`${it.found}\` is nothing that training measures: say \`validate.\` or \`train.\` and one of ${listed(it.known)}.`
            : `\`${it.found}\` is nothing that a test measures: compare one of ${listed(it.known)} with a number.`,
    explanation: "`stop`, `save` and `expect` watch the loss or a metric that the `train` section lists.",
    bad: train(
      "  loss: mse(y, t)\n  optimizer: sgd(lr=0.1)\n  epochs: 5\n  stop: early(validate.accuracy, patience=3)",
    ),
    good,
  }),
  MC4016: entry({
    severity: "error",
    title: "a feature of another type than declared",
    message: (it: { feature: string; declared: string; found: string }) =>
      `The feature \`${it.feature}\` is declared ${it.declared} for one example, but its expression gives ${it.found}.`,
    explanation:
      "A feature's type is that of one example. Expressions of features are carried out on whole batches, so count axes from the end (`axis=-1`).",
    bad: good.replace("t: f32[1]", "t: f32[2]").replace("stack(raw.t, axis=-1)", "stack(raw.t, raw.t, raw.t, axis=-1)"),
    good,
  }),
  MC4064: entry({
    severity: "error",
    title: "a feature that depends on other examples",
    message: (it: { feature: string }) =>
      `One example of the feature \`${it.feature}\` depends on the other examples of its batch.`,
    explanation:
      "Features are of one example. What takes a mean, a running sum or a place over the batch would make an example another one in other company: with another batch size, another order, or alone as in serving. `-> standardize` is fitted once, on the train split, and is the same for every batch.",
    bad: good.replace("stack(raw.x, axis=-1)", "stack(raw.x - mean(raw.x), axis=-1)"),
    good: good.replace("stack(raw.x, axis=-1)", "stack(raw.x, axis=-1) -> standardize"),
  }),
  MC4066: entry({
    severity: "warning",
    title: "an input that is left out beside a feature of nearly its name",
    message: (it: { input: string; model: string; data: string; feature: string }) =>
      `The input \`${it.input}\` of \`${it.model}\` is left out, as \`${it.data}\` has no feature of that name; it has \`${it.feature}\`, which nothing reads.`,
    explanation:
      "In a training, inputs with a default or a `?` are there where the data have features of their names. A feature whose name is nearly that of such an input, and which neither the model nor the section reads, was probably meant for it.",
    bad: masked("shfit"),
    good: masked("shift"),
  }),
  MC4069: entry({
    severity: "error",
    title: "a statistic of what is drawn",
    message: (it: { feature: string }) =>
      `The feature \`${it.feature}\` is standardized after it was drawn: its mean and deviation would be those of one draw.`,
    explanation:
      "Statistics are fitted once, on the train split, and are a property of the data. Standardize first and draw after it, or draw in training alone, in `when training { ... } else { ... }`: what is fitted is what is there outside of training.",
    bad: good.replace("stack(raw.x, axis=-1)", "stack(raw.x + normal_like(raw.x), axis=-1) -> standardize"),
    good: good.replace(
      "stack(raw.x, axis=-1)",
      "when training { stack(raw.x + normal_like(raw.x), axis=-1) } else { stack(raw.x, axis=-1) } -> standardize",
    ),
  }),
  MC4080: entry({
    severity: "error",
    title: "examples that nothing counts",
    message: (it: { data: string; source: string }) =>
      `All features of \`${it.data}\` are drawn, and \`${it.source}\` tells how many examples there are by what is read of it alone.`,
    explanation:
      "Features that are noise are drawn for as many examples as the source has. Where nothing else is wanted, `source: drawn(count=1000)` has so many.",
    bad: 'data Points {\n  source: csv("points.csv")\n  z: f32[2] = noise.normal\n}',
    good: "data Points {\n  source: drawn(count=1000)\n  z: f32[2] = noise.normal\n}",
  }),
  MC4087: entry({
    severity: "error",
    title: "a setting that the source has no use for",
    message: (it: { setting: string; why: string }) => `\`${it.setting}\` has no effect here: ${it.why}.`,
    explanation:
      "The windows of a text lie side by side: each split is one stretch of it, so that `seed` shuffles nothing, and there are no rows that `clean` could leave out. A split is a folder where the source reads folders. Nothing in a section is silently ignored.",
    bad: texts("train 0.9, validate 0.1, seed 7"),
    good: texts("train 0.9, validate 0.1, by position"),
  }),
  MC4089: entry({
    severity: "error",
    title: "a column that is read in a way that makes no sense",
    message: (it: { stage: string; problem: string }) => `\`${it.stage}\` has no place here: ${it.problem}.`,
    explanation:
      "Stages right behind a column of a table say how its cells are read: `raw.age -> impute(median)`, `raw.species -> categories`, `raw.when -> days_since`. What is missing is filled first, then the cells are read, in one way; what follows computes with numbers.",
    bad: 'data Plane {\n  source: csv("numbers.csv")\n  x: f32[] = raw.x -> categories -> impute(mode)\n}',
    good: 'data Plane {\n  source: csv("numbers.csv")\n  x: class(2) = raw.x -> impute(mode) -> categories\n}',
  }),
  MC4091: entry({
    severity: "warning",
    title: "windows that look into another split",
    message: (it: { feature: string }) =>
      `The rows are shuffled before they are split, and \`${it.feature}\` is made of rows before its own: those of one split see what another one is to predict.`,
    explanation:
      "A window is of rows that come before the one that is predicted. Where the rows are shuffled into splits, what training learns to predict lies in the windows of the test split, and the other way round, so that the figures promise too much. `by position` splits them in their order.",
    bad: 'data Days {\n  source: csv("days.csv")\n  split: train 0.8, test 0.2\n  past: f32[7] = raw.x -> window(7)\n}',
    good: 'data Days {\n  source: csv("days.csv")\n  split: train 0.8, test 0.2, by position\n  past: f32[7] = raw.x -> window(7)\n}',
  }),
  MC4099: entry({
    severity: "error",
    title: "lengths of what has none",
    message: (it: { problem: string }) =>
      `\`lengths\` is of a feature whose size varies by example, but ${it.problem}.`,
    explanation:
      "`lengths(frames)` is an `i32` for each example: how long the feature `frames: f32[T, 80]` is along `T`, before it was padded to the longest of its batch. Losses, metrics and other features take it: `ctc(logits, text, lengths=lengths(frames))`, `steps: i32[] = lengths(frames)`.",
    bad: "data Waves {\n  source: synthetic_waves\n  wave: f32[40, 1] = raw.wave\n  steps: i32[] = lengths(wave)\n}",
    good: "data Waves {\n  source: synthetic_waves\n  wave: f32[T, 1] = raw.wave\n  steps: i32[] = lengths(wave)\n}",
  }),
  MC4081: entry({
    severity: "error",
    title: "noise of an unknown size",
    message: (it: { feature: string; sizes: readonly string[] }) =>
      `Nothing that the section reads says how large ${listed(it.sizes)} of the feature \`${it.feature}\` is.`,
    explanation:
      "Noise has the size that its feature is declared with: numbers, constants, and names of sizes that a raw field of the section has as well.",
    bad: "data Waves {\n  source: synthetic_waves\n  z: f32[T, 1] = noise.normal\n}",
    good: "data Waves {\n  source: synthetic_waves\n  wave: f32[T, 1] = raw.wave\n  z: f32[T, 1] = noise.normal\n}",
  }),
  MC4065: entry({
    severity: "warning",
    title: "settings of a group that change nothing",
    message: (it: { setting: string; pattern: string; why: string }) =>
      `\`${it.setting}\` of the group "${it.pattern}" changes nothing: ${it.why}.`,
    explanation:
      "A group sets the decay and the scale of the learning rate of the parameters that match. What is frozen is not trained at all, and of several groups that match, the last one that gives a value wins: put the general ones first.",
    bad: train(
      '  loss: mse(y, t)\n  optimizer: sgd(lr=0.1)\n  epochs: 5\n  group "**.bias": decay=0\n  group "**": decay=0.1',
    ),
    good: train(
      '  loss: mse(y, t)\n  optimizer: sgd(lr=0.1)\n  epochs: 5\n  group "**": decay=0.1\n  group "**.bias": decay=0',
    ),
  }),
  MC4084: entry({
    severity: "error",
    title: "a setting that all steps have for themselves",
    message: (it: { key: string }) =>
      `\`${it.key}\` has no effect here: this training takes steps, each of which has its own.`,
    explanation:
      "A step's loss stands in the step. `optimizer` and `clip` of the section are those of the steps that have none. Nothing in a section is silently ignored, so what no step takes is an error.",
    bad: train("  loss: mse(y, t)\n  optimizer: sgd(lr=0.1)\n  step all { loss: mae(y, t) }"),
    good: train("  optimizer: sgd(lr=0.1)\n  step all { loss: mae(y, t) }"),
  }),
  MC4017: entry({
    severity: "error",
    title: "one name for two things",
    message: (it: { name: string; model: string; data: string }) =>
      `\`${it.name}\` is both a result of ${it.model} and a feature of ${it.data}.`,
    explanation: "Losses and metrics refer to results and features by name, so the names must differ.",
    bad: good.replace("t: f32[1]", "y: f32[1]").replace("mse(y, t)", "mse(y, y)"),
    good,
  }),
  MC4018: entry({
    severity: "error",
    title: "a budget over a free dimension",
    message: (it: { figure: string; value: string; at: string }) =>
      `\`${it.figure}\` is ${it.value} here, which no fixed limit can bound: say at which sizes, for instance \`at ${it.at}\`.`,
    explanation: "What depends on the batch size or the sequence length has a limit only at sizes that you name.",
    bad: `${good}\nbudget Line { flops <= 100 }`,
    good: `${good}\nbudget Line { flops <= 100 at B=1 }`,
  }),
  MC4019: entry({
    severity: "error",
    title: "over budget",
    message: (it: { figure: string; value: string; limit: string }) =>
      `\`${it.figure}\` is ${it.value}, and the budget is ${it.limit}.`,
    explanation:
      "A budget is proved when the file is checked, before anything is trained. `modelc summary` shows where it goes.",
    bad: `${good}\nbudget Line { params <= 1 }`,
    good: `${good}\nbudget Line { params <= 2 }`,
  }),
  MC4088: entry({
    severity: "error",
    title: "an expectation beyond what a figure can be",
    message: (it: { metric: string; lies: string; condition: string; verdict: "never" | "always" }) =>
      `\`${it.metric}\` ${it.lies}: \`${it.condition}\` ${it.verdict} holds.`,
    explanation:
      "Shares such as `accuracy` and `auc` lie from 0 to 1, correlations from -1 to 1, and errors and most losses are never negative; `perplexity` is 1 at least. An expectation beyond that says nothing of a network: a share is no percentage, 90 % are `0.9`.",
    bad: `${tested}\ntest Line { expect loss < 0 }`,
    good: `${tested}\ntest Line { expect loss < 1 }`,
  }),
  MC4020: entry({
    severity: "error",
    title: "a split without examples",
    message: (it: { data: string; split: string }) =>
      `${it.data} has no ${it.split} split, and something is measured on it here.`,
    explanation:
      "`stop` and `save` watch the train or the validate split, `test` measures on the test split: `split: train 0.8, validate 0.1, test 0.1`. Without `split` every example is for training.",
    bad: train("  loss: mse(y, t)\n  optimizer: sgd(lr=0.1)\n  epochs: 5\n  stop: early(validate.loss, patience=3)"),
    good: train(
      "  loss: mse(y, t)\n  optimizer: sgd(lr=0.1)\n  epochs: 5\n  stop: early(validate.loss, patience=3)",
    ).replace("  x: f32[1]", "  split: train 0.8, validate 0.2\n  x: f32[1]"),
  }),
  MC4022: entry({
    severity: "error",
    title: "nothing to train",
    message: (it: { model: string; parameters: number; at?: string }) =>
      it.parameters === 0
        ? `${it.model} has no parameters: there is nothing to train.`
        : `All ${it.parameters} parameters of ${it.model} are frozen${it.at === undefined ? "" : ` at ${it.at}`}: there is nothing to train.`,
    explanation:
      "Training adjusts the parameters that no `freeze` covers, and here there are none. Of several steps one may rest for a time, but not all at once.",
    bad: train('  loss: mse(y, t)\n  optimizer: sgd(lr=0.1)\n  freeze "**"\n  epochs: 5'),
    good: train('  loss: mse(y, t)\n  optimizer: sgd(lr=0.1)\n  freeze "**.bias"\n  epochs: 5'),
  }),
  MC4021: entry({
    severity: "error",
    title: "a limit on nothing that is measured",
    message: (it: { found: string; known: readonly string[] }) =>
      `A budget limits one of ${listed(it.known)}, as in \`params <= 250k\`; \`${it.found}\` is none of them.`,
    explanation:
      "Parameters are counted, FLOPs count a multiply-add as two, memory is the bytes of activations, depth the most layers with parameters on a way from the inputs to the results.",
    bad: `${good}\nbudget Line { weights <= 2 }`,
    good: `${good}\nbudget Line { params <= 2 }`,
  }),
  MC4054: entry({
    severity: "error",
    title: "a warmup that never ends",
    message: (it: { warmup: number; length: number; until: string }) =>
      `The learning rate warms up for ${it.warmup} steps, and ${it.until} is step ${it.length}.`,
    explanation:
      "After the warmup the rate is at its full value, and from there it falls to its floor, which it reaches at `total` or at the end of the training. Without a step in between there is nothing to fall over.",
    bad: train("  loss: mse(y, t)\n  optimizer: sgd(lr=cosine(peak=0.1, warmup=8, total=4))\n  epochs: 5"),
    good: train("  loss: mse(y, t)\n  optimizer: sgd(lr=cosine(peak=0.1, warmup=4, total=8))\n  epochs: 5"),
  }),
} as const;
