import { entry } from "../entry.ts";

const list = (words: readonly string[], joint = ","): string => words.map((it) => `\`${it}\``).join(`${joint} `);
const linear = (body: string): string => `model M: (x: f32[B, 4]) -> y: f32[B, 2] {\n${body}}\n`;
const plain = linear("  x -> Dense(2)\n");
const wrapped = (times: number): string =>
  `block W(of: block): (x: f32[B, D]) {\n  x -> of\n}\n${linear(`  x -> ${"W(".repeat(times)}Dense(2)${")".repeat(times)}\n`)}`;

/** MC2001 and on: declarations, scopes, arguments and paths; imports stand beside. */
export const namesCatalog = {
  MC2001: entry({
    severity: "error",
    title: "unknown name",
    message: (it: { readonly name: string; readonly what: string }) =>
      `Nothing here is called \`${it.name}\`${it.what === "name" ? "" : `: it is no ${it.what}`}.`,
    explanation:
      "A name means, in this order, something local, a hyperparameter, a dim, something of the file, or something of the standard library. A name in a type that no input introduces is an error as well: a typo never becomes a variable.",
    bad: linear("  x -> Dnse(2)\n"),
    good: plain,
  }),
  MC2002: entry({
    severity: "error",
    title: "declared twice",
    message: (it: { readonly name: string }) => `\`${it.name}\` is declared twice in this file.`,
    explanation: "Declarations and imports of one file share their names. Rename one of them.",
    bad: `const width = 2\nconst width = 3\n\n${linear("  x -> Dense(width)\n")}`,
    good: `const width = 2\n\n${linear("  x -> Dense(width)\n")}`,
  }),
  MC2003: entry({
    severity: "error",
    title: "bound twice",
    message: (it: { readonly name: string }) => `\`${it.name}\` is bound already.`,
    explanation:
      "No name is bound twice in a body, nor may it be that of an input or a hyperparameter: a reader need never ask which one is meant.",
    bad: linear("  h = x -> Dense(3)\n  h = h -> Dense(2)\n  h\n"),
    good: linear("  h = x -> Dense(3)\n  h -> Dense(2)\n"),
  }),
  MC2004: entry({
    severity: "warning",
    title: "unused binding",
    message: (it: { readonly name: string }) => `\`${it.name}\` is never used.`,
    explanation:
      "A value that nothing reads is most often a slip. Remove it, or begin its name with `_` to say that it is meant.",
    bad: linear("  h = x -> Dense(3)\n  x -> Dense(2)\n"),
    good: linear("  h = x -> Dense(3)\n  h -> Dense(2)\n"),
  }),
  MC2005: entry({
    severity: "warning",
    title: "unused input",
    message: (it: { readonly name: string; readonly callable: string }) =>
      `\`${it.callable}\` never uses its input \`${it.name}\`.`,
    explanation:
      "An input that nothing reads, and none of whose sizes is read that no other input has, is most often a slip. Remove it, or begin its name with `_` to say that it is meant.",
    bad: "model M: (x: f32[B, 4], mask: f32[B, 4]) -> y: f32[B, 2] {\n  x -> Dense(2)\n}\n",
    good: "model M: (x: f32[B, 4], mask: f32[B, 4]) -> y: f32[B, 2] {\n  x * mask -> Dense(2)\n}\n",
  }),
  MC2006: entry({
    severity: "warning",
    title: "unused hyperparameter",
    message: (it: { readonly name: string; readonly callable: string }) =>
      `\`${it.callable}\` never uses its hyperparameter \`${it.name}\`.`,
    explanation: "A hyperparameter that changes nothing misleads whoever tunes it. Use it or remove it.",
    bad: "model M(units: int = 8): (x: f32[B, 4]) -> y: f32[B, 2] {\n  x -> Dense(8) -> Dense(2)\n}\n",
    good: "model M(units: int = 8): (x: f32[B, 4]) -> y: f32[B, 2] {\n  x -> Dense(units) -> Dense(2)\n}\n",
  }),
  MC2010: entry({
    severity: "error",
    title: "dims without a meaning here",
    message: (it: { readonly name: string }) => `\`${it.name}\` stands for no dims here.`,
    explanation:
      "`...` in a result or an annotation repeats the leading dims of an input, which must have `...` itself.",
    bad: "block Twice: (x: f32[B, 4]) -> f32[..., 4] {\n  x + x\n}\n",
    good: "block Twice: (x: f32[..., 4]) -> f32[..., 4] {\n  x + x\n}\n",
  }),
  MC2011: entry({
    severity: "error",
    title: "unknown argument",
    message: (it: { readonly name: string; readonly callee: string; readonly what?: "input" }) =>
      `\`${it.callee}\` has no ${it.what ?? "argument"} \`${it.name}\`.`,
    explanation:
      "Arguments that are given by name must be those that the declaration lists. A block is constructed with hyperparameters, and its instance is applied to inputs: `Attention(heads=8)(x, memory=m)`.",
    bad: linear("  x -> Dense(2, activaton=relu)\n"),
    good: linear("  x -> Dense(2, activation=relu)\n"),
  }),
  MC2012: entry({
    severity: "error",
    title: "argument given twice",
    message: (it: { readonly name: string; readonly callee: string }) =>
      `\`${it.name}\` of \`${it.callee}\` is given twice.`,
    explanation: "An argument is given once: by its position or by its name.",
    bad: linear("  x -> Dense(2, units=2)\n"),
    good: plain,
  }),
  MC2013: entry({
    severity: "error",
    title: "missing argument",
    message: (it: { readonly callee: string; readonly names: readonly string[] }) =>
      `\`${it.callee}\` needs ${list(it.names)}.`,
    explanation:
      "A hyperparameter without a default must be given wherever the declaration is used, and so must an input that has neither a default nor a `?`.",
    bad: linear("  x -> Dense\n"),
    good: plain,
  }),
  MC2014: entry({
    severity: "error",
    title: "too many arguments",
    message: (it: { readonly callee: string; readonly takes?: number; readonly given?: number }) =>
      it.takes === undefined || it.given === undefined
        ? `\`${it.callee}\` takes no further argument.`
        : `\`${it.callee}\` takes ${it.takes === 0 ? "no arguments" : `${it.takes} argument${it.takes === 1 ? "" : "s"}`}, and ${it.given} are given.`,
    explanation:
      "The parentheses of a block hold its hyperparameters; a function takes its inputs, then its hyperparameters.",
    bad: linear("  x -> tanh(3) -> Dense(2)\n"),
    good: linear("  x -> tanh -> Dense(2)\n"),
  }),
  MC2015: entry({
    severity: "error",
    title: "recursion",
    message: (it: { readonly cycle: string }) => `Declarations may not use themselves: ${it.cycle}.`,
    explanation: "A network has a fixed number of layers. For several in a row write `repeat` or `for`.",
    bad: "block A: (x: f32[B, 4]) -> f32[B, 4] {\n  x -> A\n}\n",
    good: "block A: (x: f32[B, 4]) -> f32[B, 4] {\n  x -> Dense(4)\n}\n",
  }),
  MC2016: entry({
    severity: "error",
    title: "name in the wrong case",
    message: (it: { readonly name: string; readonly rule: string; readonly better: string }) =>
      `\`${it.name}\` should be \`${it.better}\`: ${it.rule}.`,
    explanation:
      "Capitalised names construct: they own parameters. Functions are written small. So a reader sees at each use which it is.",
    bad: "fn Twice: (x: f32[B, 4]) -> f32[B, 4] {\n  x + x\n}\n",
    good: "fn twice: (x: f32[B, 4]) -> f32[B, 4] {\n  x + x\n}\n",
  }),
  MC2017: entry({
    severity: "error",
    title: "unknown type of a hyperparameter",
    message: (it: { readonly word: string }) => `\`${it.word}\` is no type of a hyperparameter.`,
    explanation:
      "Hyperparameters are `int float bool string dtype fn block pair`, lists such as `[int]`, and unions. Other lower-case words are values of an enum, which has two or more; none may be a near miss of a type.",
    bad: "model M(units: flaot = 2.0): (x: f32[B, 4]) -> y: f32[B, 4] {\n  x * units\n}\n",
    good: "model M(units: float = 2.0): (x: f32[B, 4]) -> y: f32[B, 4] {\n  x * units\n}\n",
  }),
  MC2018: entry({
    severity: "error",
    title: "no such parameter",
    message: (it: { readonly name: string; readonly owner: string }) =>
      `\`${it.owner}\` has no \`${it.name}\` to read.`,
    explanation:
      "`instance.name` reads a parameter of an instance that has been applied, under the name that it has in checkpoints.",
    bad: "model M: (t: i32[B, T]) -> y: f32[B, T, 9] {\n  e = Embedding(9, 4)\n  h = t -> e\n  matmul(h, transpose(e.tabel))\n}\n",
    good: "model M: (t: i32[B, T]) -> y: f32[B, T, 9] {\n  e = Embedding(9, 4)\n  h = t -> e\n  matmul(h, transpose(e.table))\n}\n",
  }),
  MC2019: entry({
    severity: "error",
    title: "position after a name",
    message: (it: { readonly callee: string }) =>
      `Arguments of \`${it.callee}\` that go by position come before those that go by name.`,
    explanation: "After the first named argument, positions no longer say what is meant.",
    bad: linear("  x -> Dense(activation=relu, 2)\n"),
    good: linear("  x -> Dense(2, activation=relu)\n"),
  }),
  MC2020: entry({
    severity: "error",
    title: "update of what cannot change",
    message: (it: { readonly name: string; readonly what: string }) =>
      `\`${it.name}\` is ${/^[aei]/.test(it.what) ? "an" : "a"} ${it.what}, which \`<-\` cannot change.`,
    explanation:
      "`<-` gives a state its next value, or a carry of a scan. Everything else is bound once: give the new value a name of its own.",
    bad: linear("  h = x -> Dense(2)\n  h <- h + 1\n  h\n"),
    good: linear("  h = x -> Dense(2)\n  h + 1\n"),
  }),
  MC2021: entry({
    severity: "error",
    title: "no such model",
    message: (it: { readonly name: string }) => `This file has no model \`${it.name}\`.`,
    explanation: "The command line or a section names a model, block or function that the file does not declare.",
    bad: "model N: (x: f32[B, 4]) -> y: f32[B, 2] {\n  x -> Dense(2)\n}\n",
    good: plain,
  }),
  MC2022: entry({
    severity: "warning",
    title: "unused parameter",
    message: (it: { readonly name: string; readonly what: string }) => `The ${it.what} \`${it.name}\` is never used.`,
    explanation: "A parameter that nothing reads takes part in no gradient. Use it or remove it.",
    bad: "block Scale: (x: f32[B, D]) -> f32[B, D] {\n  param by: f32[D] = ones\n  x\n}\n",
    good: "block Scale: (x: f32[B, D]) -> f32[B, D] {\n  param by: f32[D] = ones\n  x * by\n}\n",
  }),
  MC2023: entry({
    severity: "error",
    title: "a function that would own parameters",
    message: (it: { readonly fn?: string; readonly what: string }) =>
      it.fn === undefined
        ? `A section holds functions alone, and \`${it.what}\` is none.`
        : `\`${it.fn}\` may not hold a ${it.what}: functions and metrics own nothing.`,
    explanation:
      "`block` and `model` may own parameters, `fn` may not: a call of a function has no place for them in a checkpoint. Make it a block. Features, losses and metrics are functions too: what learns belongs into the model.",
    bad: "fn scaled: (x: f32[B, D]) -> f32[B, D] {\n  param by: f32[D] = ones\n  x * by\n}\n",
    good: "block Scaled: (x: f32[B, D]) -> f32[B, D] {\n  param by: f32[D] = ones\n  x * by\n}\n",
  }),
  MC2024: entry({
    severity: "error",
    title: "statement without effect",
    message: () => "The value of this statement goes nowhere.",
    explanation: "Only the last statement of a body is its result; the others bind, update, declare or emit.",
    bad: linear("  x -> Dense(3)\n  x -> Dense(2)\n"),
    good: linear("  h = x -> Dense(3)\n  h -> Dense(2)\n"),
  }),
  MC2025: entry({
    severity: "error",
    title: "path taken",
    message: (it: { readonly name: string }) => `Two things in this block would be called \`${it.name}\`.`,
    explanation:
      "Labels, bindings of instances and parameters are the names in every checkpoint: each is given once in a block.",
    bad: linear("  x -> fc: Dense(3) -> fc: Dense(2)\n"),
    good: linear("  x -> fc1: Dense(3) -> fc2: Dense(2)\n"),
  }),
  MC2026: entry({
    severity: "error",
    title: "no result",
    message: () => "This body has no result.",
    explanation: "The last statement of a body is an expression: its value is the result.",
    bad: "block Seen: (x: f32[B, D]) -> f32[B, D] {\n  state total: f32[D] = zeros\n  total <- total + mean(x, over=B)\n}\n",
    good: "block Seen: (x: f32[B, D]) -> f32[B, D] {\n  state total: f32[D] = zeros\n  total <- total + mean(x, over=B)\n  x + total\n}\n",
  }),
  MC2027: entry({
    severity: "error",
    title: "emit outside of a loop",
    message: () => "`emit` stands in the body of a `scan` or a `for` alone.",
    explanation:
      "`emit` appends to the sequence that a scan gives, or to the list of a `for`, so it needs one of them around it. The result of a body is its last expression.",
    bad: linear("  emit x\n  x -> Dense(2)\n"),
    good: plain,
  }),
  MC2028: entry({
    severity: "error",
    title: "declared where it cannot live",
    message: (it: { readonly what: string; readonly name: string }) =>
      `The ${it.what} \`${it.name}\` cannot be declared here.`,
    explanation:
      "What a block owns it owns in training and inference alike, and once for all steps of a scan: declare it in the block itself, outside of `scan`, `for` and `when training`.",
    bad: "block A: (x: f32[B, D]) -> f32[B, D] {\n  when training {\n    param by: f32[D] = ones\n    x * by\n  } else {\n    x\n  }\n}\n",
    good: "block A: (x: f32[B, D]) -> f32[B, D] {\n  param by: f32[D] = ones\n  when training { x * by } else { x }\n}\n",
  }),
  MC2029: entry({
    severity: "error",
    title: "a model's result without a name",
    message: (it: { readonly model: string }) => `The results of a model have names, and ${it.model} has one without.`,
    explanation:
      "Losses, metrics and everything that is generated refer to the results of a model by name: `-> logits: f32[B, 10]`.",
    bad: "model M: (x: f32[B, 4]) -> f32[B, 2] {\n  x -> Dense(2)\n}\n",
    good: "model M: (x: f32[B, 4]) -> y: f32[B, 2] {\n  x -> Dense(2)\n}\n",
  }),
  MC2030: entry({
    severity: "warning",
    title: "checked for names and syntax only",
    message: (it: { readonly name: string; readonly hyperparameters: readonly string[] }) =>
      `Nothing uses \`${it.name}\`, and ${it.hyperparameters.map((name) => `\`${name}\``).join(", ")} ${it.hyperparameters.length === 1 ? "has" : "have"} no default: its shapes are not checked.`,
    explanation:
      "A block is checked at each of its uses, and one that nothing uses at its defaults. Give its hyperparameters defaults, or use it, and its shapes are checked as well. A file without models is for others to import, and is silent about this.",
    bad: "block Half(n: int): (x: f32[B, D]) -> f32[B, n] {\n  x -> Dense(n)\n}\nmodel M: (x: f32[B, 4]) -> y: f32[B, 2] {\n  x -> Dense(2)\n}\n",
    good: "block Half(n: int): (x: f32[B, D]) -> f32[B, n] {\n  x -> Dense(n)\n}\nmodel M: (x: f32[B, 4]) -> y: f32[B, 2] {\n  x -> Half(2)\n}\n",
  }),
  MC2032: entry({
    severity: "error",
    title: "given already",
    message: (it: { readonly name: string; readonly callee: string; readonly text: string }) =>
      `\`${it.name}\` of \`${it.callee}\` is given already, in \`${it.text}\`, and here it is given again.`,
    explanation:
      "A block or function that is passed as a value keeps what was bound, and whoever uses it gives the rest: the second value would silently replace the first. `Bidirectional` gives `reverse` itself, to the copy that runs from the end; a layer that runs backwards alone is `LSTM(64, reverse=true)` without it.",
    bad: "model M: (x: f32[B, T, 4]) -> y: f32[B, 10] {\n  x -> Bidirectional(LSTM(5, reverse=true))\n}\n",
    good: "model M: (x: f32[B, T, 4]) -> y: f32[B, 10] {\n  x -> Bidirectional(LSTM(5))\n}\n",
  }),
  MC2037: entry({
    severity: "error",
    title: "uses within too many uses",
    message: (it: { readonly chain: readonly string[]; readonly deepest: number }) =>
      `This is used within others more than ${it.deepest} deep: ${it.chain.join(" -> ")}.`,
    explanation:
      "A chain of more than 64 uses, each within the one before, is not followed. For several layers in a row write `repeat` or `for`.",
    bad: wrapped(64),
    good: wrapped(3),
  }),
  MC2038: entry({
    severity: "error",
    title: "network too large to be written out",
    message: (it: {
      readonly what: string;
      readonly most: number;
      readonly of: "operators" | "different blocks and functions";
    }) => `Written out, ${it.what} is more than ${it.most.toLocaleString("en")} ${it.of}.`,
    explanation:
      "A block is a different one with other hyperparameters, or other sizes of its inputs. Graphs hold every use of a block or function, and every copy of a `repeat` or `for`, written out. The largest networks there are have some ten thousand operators: what has more is a number with too many digits, or uses that double, each within the next.",
    bad: linear("  x -> repeat 1_000_000 { relu } -> Dense(2)\n"),
    good: linear("  x -> repeat 100 { relu } -> Dense(2)\n"),
  }),
  MC2041: entry({
    severity: "error",
    title: "use of what may be left out",
    message: (it: { readonly name: string; readonly what: "input" | "dim"; readonly inputs: readonly string[] }) =>
      it.what === "input"
        ? `\`${it.name}\` may be left out, and nothing says that it is given here.`
        : `\`${it.name}\` is known only where ${list(it.inputs, " or")} is given, and nothing says so here.`,
    explanation:
      "An input with `?` is there only where a use gives it, and so are dims that no other input introduces. `when given(mask) { ... }` asks; it is decided when compiled. An optional input may be handed on as it is, by name: `attention(x, mask=mask)` leaves it out where it is left out.",
    bad: "block Masked: (x: f32[B, T], mask: f32[B, T]?) -> f32[B, T] {\n  x * mask\n}\n",
    good: "block Masked: (x: f32[B, T], mask: f32[B, T]?) -> f32[B, T] {\n  when given(mask) { x * mask } else { x }\n}\n",
  }),
  MC2042: entry({
    severity: "error",
    title: "an input that must be given after one that may be left out",
    message: (it: { readonly name: string; readonly before: string }) =>
      `\`${it.name}\` must be given, and stands after \`${it.before}\`, which may be left out.`,
    explanation:
      "Inputs go by position first. So those that must be given stand before those that have a default or a `?`.",
    bad: "block Add: (mask: f32[B, 4]?, x: f32[B, 4]) -> f32[B, 4] {\n  when given(mask) { x * mask } else { x }\n}\n",
    good: "block Add: (x: f32[B, 4], mask: f32[B, 4]?) -> f32[B, 4] {\n  when given(mask) { x * mask } else { x }\n}\n",
  }),
  MC2043: entry({
    severity: "error",
    title: "`given` of what cannot be left out",
    message: (it: { readonly actual: string }) => `\`given\` asks for an optional input, and this is ${it.actual}.`,
    explanation:
      "`given(mask)` says whether a use gives the input `mask`, which the header declares with `?`: `mask: f32[B, T]?`. All other inputs always have a value.",
    bad: "block Scale: (x: f32[B, T], by: f32[B, T]) -> f32[B, T] {\n  when given(by) { x * by } else { x }\n}\n",
    good: "block Scale: (x: f32[B, T], by: f32[B, T]?) -> f32[B, T] {\n  when given(by) { x * by } else { x }\n}\n",
  }),
  MC2045: entry({
    severity: "error",
    title: "outside of a metric",
    message: (it: { readonly word: string }) => `\`${it.word}\` stands in the body of a \`metric\` alone.`,
    explanation:
      "`total`, `largest` and `smallest` gather over all examples, and `finish` makes a metric's figure of it: statements of a metric's own body, not of a block, a function, a `scan` or a branch.",
    bad: "fn hits: (guess: f32[B], real: f32[B]) -> f32[] {\n  total found: f32[] = sum(cast(guess == real, f32))\n  sum(guess)\n}\n",
    good: "metric hits: (guess: f32[B], real: f32[B]) -> more {\n  total found: f32[] = sum(cast(guess == real, f32))\n  finish found\n}\n",
  }),
  MC2046: entry({
    severity: "error",
    title: "an unfinished metric",
    message: (it: { readonly name: string; readonly problem: string }) => `The metric \`${it.name}\` ${it.problem}.`,
    explanation:
      "A metric gathers something over examples, `total hits: f32[] = ...`, and its last statement is `finish`, with the figure that this makes.",
    bad: "metric hits: (guess: f32[B], real: f32[B]) -> more {\n  total found: f32[] = sum(cast(guess == real, f32))\n}\n",
    good: "metric hits: (guess: f32[B], real: f32[B]) -> more {\n  total found: f32[] = sum(cast(guess == real, f32))\n  finish found\n}\n",
  }),
  MC2047: entry({
    severity: "error",
    title: "a metric where it is no value",
    message: (it: { readonly name: string }) => `\`${it.name}\` is a metric, which \`metrics\` alone takes.`,
    explanation:
      "A metric is a figure of all examples, not a value of one batch: networks, losses, functions and other metrics cannot use it.",
    bad: `metric top: (y: f32[B, 2]) -> less {\n  largest it: f32[] = max(y)\n  finish it\n}\n${linear("  y = x -> Dense(2)\n  y * top(y)\n")}`,
    good: `fn top: (y: f32[B, 2]) -> f32[] { max(y) }\n${linear("  y = x -> Dense(2)\n  y * top(y)\n")}`,
  }),
  MC2050: entry({
    severity: "warning",
    title: "braces in a message that are no name",
    message: (it: { readonly hole: string }) => `\`{${it.hole}}\` is shown as it stands: braces take one name.`,
    explanation:
      "In the message of a `where`, `{T}` is replaced by the value of `T`, and `{sizes[0]}` by an element of a list. Nothing is computed in braces: write it beside them, as in `one more than {T}`.",
    bad: 'model M: (x: f32[B, T], z: f32[B, S]) -> y: f32[B, T] where S == T + 1, "z needs {T + 1}" {\n  x + z[:, 1:]\n}\n',
    good: 'model M: (x: f32[B, T], z: f32[B, S]) -> y: f32[B, T] where S == T + 1, "z needs one more than {T}" {\n  x + z[:, 1:]\n}\n',
  }),
} as const;
