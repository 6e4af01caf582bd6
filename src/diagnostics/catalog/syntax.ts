import { entry } from "../entry.ts";

/** MC1001 and on: what the lexer, the layout rules, the parser and the step to the abstract syntax report. */
export const syntaxCatalog = {
  MC1001: entry({
    severity: "error",
    title: "unexpected text",
    message: (it: { readonly expected: string; readonly found: string }) =>
      `Expected ${it.expected}, but found ${it.found}.`,
    explanation:
      "The text does not continue in a way that the language knows. The message says what could stand at this place, and what does.",
    bad: "model M: (x: f32[B, 4]) -> y: f32[B, 4] {\n  x -> Dense(4).3\n}\n",
    good: "model M: (x: f32[B, 4]) -> y: f32[B, 4] {\n  x -> Dense(4)\n}\n",
  }),
  MC1002: entry({
    severity: "error",
    title: "unclosed bracket",
    message: (it: { readonly opener: string; readonly closer: string }) =>
      `This \`${it.opener}\` is never closed: a \`${it.closer}\` is missing.`,
    explanation:
      "Every bracket needs its partner. Where it is missing is guessed from the layout: a declaration in the first column closes everything, and a line that begins something new, no deeper than the line of the bracket, closes parentheses.",
    bad: "model M: (x: f32[B, 4]) -> y: f32[B, 4] {\n  y = x -> Dense(4\n  y -> Dense(4)\n}\n",
    good: "model M: (x: f32[B, 4]) -> y: f32[B, 4] {\n  y = x -> Dense(4)\n  y -> Dense(4)\n}\n",
  }),
  MC1003: entry({
    severity: "error",
    title: "stray closing bracket",
    message: (it: { readonly closer: string }) => `Nothing is open that this \`${it.closer}\` could close.`,
    explanation: "A closing bracket stands where no bracket of its kind is open. Remove it, or add the opening one.",
    bad: "model M: (x: f32[B, 4]) -> y: f32[B, 4] {\n  x -> Dense(4))\n}\n",
    good: "model M: (x: f32[B, 4]) -> y: f32[B, 4] {\n  x -> Dense(4)\n}\n",
  }),
  MC1004: entry({
    severity: "error",
    title: "wrong closing bracket",
    message: (it: { readonly opener: string; readonly closer: string; readonly meant: string }) =>
      `This \`${it.closer}\` cannot close a \`${it.opener}\`: a \`${it.meant}\` belongs here.`,
    explanation: "Parentheses, brackets and braces close with their own kind.",
    bad: "model M: (x: f32[B, 4]) -> y: f32[B, 4] {\n  x -> Dense(4]\n}\n",
    good: "model M: (x: f32[B, 4]) -> y: f32[B, 4] {\n  x -> Dense(4)\n}\n",
  }),
  MC1005: entry({
    severity: "error",
    title: "brackets nest too deep",
    message: (it: { readonly limit: number }) => `Brackets nest more than ${String(it.limit)} deep here.`,
    explanation: "Brackets nest at most 100 deep. Give the inner parts names of their own.",
    bad: `const a = ${"(".repeat(101)}1${")".repeat(101)}\n`,
    good: "const a = ((1))\n",
  }),
  MC1006: entry({
    severity: "error",
    title: "string without an end",
    message: (_: object) => 'This string has no closing `"` on its line.',
    explanation:
      'A string ends on the line on which it begins. A quote inside it is written `\\"`, a line break `\\n`.',
    bad: 'const a = "text\n',
    good: 'const a = "text"\n',
  }),
  MC1007: entry({
    severity: "error",
    title: "malformed number",
    message: (it: { readonly text: string }) => `\`${it.text}\` is no number.`,
    explanation:
      "A number may hold underscores between digits, a fraction, an exponent and one of the suffixes k, M, G and T: 1_000, 2.5e-3, 250k. No other letter may follow it, and a name cannot begin with a digit. No element type holds more than 1.8e308.",
    bad: "const a = 12px\n",
    good: "const a = 12\n",
  }),
  MC1008: entry({
    severity: "error",
    title: "unknown escape",
    message: (it: { readonly escape: string }) => `\`${it.escape}\` means nothing in a string.`,
    explanation:
      'The escapes are `\\n`, `\\t`, `\\r`, `\\0`, `\\"`, `\\\\` and `\\u{...}` with a code point in hexadecimal digits.',
    bad: 'const a = "C:\\data"\n',
    good: 'const a = "C:\\\\data"\n',
  }),
  MC1009: entry({
    severity: "error",
    title: "unknown character",
    message: (it: { readonly text: string }) => `\`${it.text}\` is no part of the language.`,
    explanation:
      "Outside of strings and comments a file holds names, numbers and the signs of the language, nothing else. Semicolons are not needed; `and`, `or` and `not` are words.",
    bad: "const a = 1;\n",
    good: "const a = 1\n",
  }),
  MC1010: entry({
    severity: "error",
    title: "not a text",
    message: (it: { readonly offset: number }) =>
      `This is no UTF-8 text: offset ${String(it.offset)} holds something else.`,
    explanation:
      "A `.model` file is UTF-8 text. This one holds bytes that no text has: it may be another kind of file, or be saved in another encoding.",
    bad: "const a = 1\u0000\n",
    good: "const a = 1\n",
  }),
  MC1011: entry({
    severity: "error",
    title: "empty file",
    message: (_: object) => `The file declares nothing.`,
    explanation: "A file needs at least one declaration, such as a model.",
    bad: "# nothing yet\n",
    good: "const a = 1\n",
  }),
  MC1012: entry({
    severity: "error",
    title: "misspelt word",
    message: (it: { readonly what: string; readonly word: string; readonly meant: string }) =>
      `There is no ${it.what} \`${it.word}\`: did you mean \`${it.meant}\`?`,
    explanation: "The word stands where the language has words of its own, and is nearly one of them.",
    bad: "modle M: (x: f32[B, 4]) -> y: f32[B, 4] {\n  x -> Dense(4)\n}\n",
    good: "model M: (x: f32[B, 4]) -> y: f32[B, 4] {\n  x -> Dense(4)\n}\n",
  }),
  MC1013: entry({
    severity: "error",
    title: "missing colon",
    message: (it: { readonly name: string }) => `A \`:\` is missing after \`${it.name}\`.`,
    explanation: "An entry of a section is written `key: value`, a parameter or an input `name: type`.",
    bad: "train M on D {\n  epochs 3\n}\n",
    good: "train M on D {\n  epochs: 3\n}\n",
  }),
  MC1014: entry({
    severity: "error",
    title: "operator after a stage",
    message: (it: { readonly operator: string }) =>
      `After \`->\` stands one stage: \`${it.operator}\` cannot follow it.`,
    explanation:
      "`->` binds more loosely than every operator, so `x -> Dense(4) + x` could mean two things. Put the stages in parentheses.",
    bad: "model M: (x: f32[B, 4]) -> y: f32[B, 4] {\n  x -> Dense(4) + x\n}\n",
    good: "model M: (x: f32[B, 4]) -> y: f32[B, 4] {\n  (x -> Dense(4)) + x\n}\n",
  }),
  MC1015: entry({
    severity: "error",
    title: "brace on a line of its own",
    message: (_: object) => `This \`{\` belongs at the end of the line before.`,
    explanation: "A newline ends a declaration's header, so its `{` stands on the same line.",
    bad: "model M: (x: f32[B, 4]) -> y: f32[B, 4]\n{\n  x -> Dense(4)\n}\n",
    good: "model M: (x: f32[B, 4]) -> y: f32[B, 4] {\n  x -> Dense(4)\n}\n",
  }),
  MC1016: entry({
    severity: "error",
    title: "missing value",
    message: (it: { readonly what: string; readonly after: string }) => `${it.what} is missing after \`${it.after}\`.`,
    explanation: "The line ends where something must follow.",
    bad: "const a = 1 +\n",
    good: "const a = 1 + 2\n",
  }),
  MC1017: entry({
    severity: "error",
    title: "reserved word as a name",
    message: (it: { readonly word: string }) => `\`${it.word}\` is a reserved word and cannot be a name.`,
    explanation: "The reserved words are true, false, and, or, not, for, when and scan. All other words may be names.",
    bad: "const scan = 1\n",
    good: "const scan_ = 1\n",
  }),
  MC1018: entry({
    severity: "error",
    title: "no name to bind",
    message: (_: object) => `What stands before \`=\` must be a name, or names in parentheses.`,
    explanation:
      "A binding gives a name to a value: `h = ...`, or several to the parts of a tuple: `(a, b) = ...`. To compare, write `==`.",
    bad: "model M: (x: f32[B, 4]) -> y: f32[B, 4] {\n  x[0] = 3\n  x -> Dense(4)\n}\n",
    good: "model M: (x: f32[B, 4]) -> y: f32[B, 4] {\n  h = x + 3\n  h -> Dense(4)\n}\n",
  }),
  MC1019: entry({
    severity: "error",
    title: "empty braces",
    message: (it: { readonly what: string; readonly needs: string }) =>
      `This ${it.what} is empty: it needs ${it.needs}.`,
    explanation:
      "A body ends in its result, the braces of `repeat`, `for` and `when` hold stages, and an import names what it brings.",
    bad: "model M: (x: f32[B, 4]) -> y: f32[B, 4] {\n  x -> repeat 3 { }\n}\n",
    good: "model M: (x: f32[B, 4]) -> y: f32[B, 4] {\n  x -> repeat 3 { Dense(4) }\n}\n",
  }),
  MC1020: entry({
    severity: "error",
    title: "when without a value",
    message: (it: { readonly problem: string }) => `A \`when\` used as a value ${it.problem}.`,
    explanation:
      "Where a value is expected, `when` needs an `else`, and every branch must end in a value of the same type.",
    bad: "model M: (x: f32[B, 4]) -> y: f32[B, 4] {\n  h = when training { x }\n  h -> Dense(4)\n}\n",
    good: "model M: (x: f32[B, 4]) -> y: f32[B, 4] {\n  h = when training { x } else { x + 1 }\n  h -> Dense(4)\n}\n",
  }),
  MC1021: entry({
    severity: "error",
    title: "malformed type",
    message: (it: { readonly problem: string }) => `${it.problem}.`,
    explanation:
      "A tensor type is an element type with its dims in brackets: f32[B, 10], and f32[] for a scalar. A label is class(n) with the number of classes, a sequence of labels class(n)[T].",
    bad: "fn half: (x: f32) -> f32[] { x / 2 }\n",
    good: "fn half: (x: f32[]) -> f32[] { x / 2 }\n",
  }),
  MC1022: entry({
    severity: "error",
    title: "suffix in a type",
    message: (it: { readonly raw: string }) => `\`${it.raw}\` cannot be a dim: types take no suffixes.`,
    explanation:
      "In a type, k, M, G and T would be read as dims at a glance. Write the number out, or name it by a const.",
    bad: "fn id: (x: f32[1k]) -> f32[1000] { x }\n",
    good: "fn id: (x: f32[1000]) -> f32[1000] { x }\n",
  }),
  MC1023: entry({
    severity: "error",
    title: "message without a fact",
    message: (_: object) => `This text explains no fact: it must follow a condition.`,
    explanation: "In a `where`, each condition may have one text after it, which is printed where the condition fails.",
    bad: 'fn id: (x: f32[T]) -> f32[T] where "too long", T <= 512 { x }\n',
    good: 'fn id: (x: f32[T]) -> f32[T] where T <= 512, "too long" { x }\n',
  }),
  MC1025: entry({
    severity: "error",
    title: "too many syntax errors",
    message: (it: { readonly limit: number }) =>
      `This file has more than ${String(it.limit)} syntax errors; the rest is not shown.`,
    explanation: "After so many errors the later ones tell little. Correct the first ones and check again.",
    bad: `train M on D {\n${"  key 1\n".repeat(21)}}\n`,
    good: "train M on D {\n  epochs: 1\n}\n",
  }),
  MC1026: entry({
    severity: "error",
    title: "word of another language",
    message: (it: { readonly word: string }) => `\`${it.word}\` is no word of this language.`,
    explanation:
      "The last line of a body is its result, bindings have no word before them, and choices are written with `when`.",
    bad: "model M: (x: f32[B, 4]) -> y: f32[B, 4] {\n  return x -> Dense(4)\n}\n",
    good: "model M: (x: f32[B, 4]) -> y: f32[B, 4] {\n  x -> Dense(4)\n}\n",
  }),
  MC1027: entry({
    severity: "error",
    title: "misplaced spec line",
    message: (it: { readonly problem: string }) => `${it.problem}.`,
    explanation:
      "A `spec` line names the version of the language that a file is written in. It may only be the first line, and the version must exist.",
    bad: "spec 99\n\nconst a = 1\n",
    good: "spec 1\n\nconst a = 1\n",
  }),
  MC1028: entry({
    severity: "error",
    title: "expression too long",
    message: (it: { readonly problem: string; readonly limit: number }) =>
      `This expression ${it.problem}; ${String(it.limit)} is the limit.`,
    explanation: "Very long expressions are refused rather than risked. Give parts of it names of their own.",
    bad: `const a = 1${" + 1".repeat(201)}\n`,
    good: "const a = 1 + 1\n",
  }),
  MC1029: entry({
    severity: "error",
    title: "two on one line",
    message: (it: { readonly what: string; readonly found: string }) =>
      `This ${it.what} should have ended before ${it.found}.`,
    explanation: "A newline ends a statement, an entry and a declaration; the next one cannot start on the same line.",
    bad: "model M: (x: f32[B, 4]) -> y: f32[B, 4] {\n  h = x + 1 h -> Dense(4)\n}\n",
    good: "model M: (x: f32[B, 4]) -> y: f32[B, 4] {\n  h = x + 1\n  h -> Dense(4)\n}\n",
  }),
  MC1030: entry({
    severity: "error",
    title: "missing comma",
    message: (it: { readonly after: string }) => `A \`,\` is missing after \`${it.after}\`.`,
    explanation: "The parts of a list, of arguments and of dims are separated by commas.",
    bad: "model M: (x: f32[B, 4]) -> y: f32[B, 4] {\n  x -> Dense(4 bias=false)\n}\n",
    good: "model M: (x: f32[B, 4]) -> y: f32[B, 4] {\n  x -> Dense(4, bias=false)\n}\n",
  }),
  MC1031: entry({
    severity: "error",
    title: "a carriage return without a line feed",
    message: () => "Here stands a carriage return (\\r) that no line feed follows: it ends no line.",
    explanation:
      "Lines end with a line feed, or with a carriage return and a line feed. Editors show a lone carriage return as the end of a line, which it is not in the language. Write the file with one kind of line ends.",
    bad: "const a = 1\rconst b = 2\n",
    good: "const a = 1\r\nconst b = 2\r\n",
  }),
  MC1035: entry({
    severity: "error",
    title: "a control of text direction",
    message: (it: { readonly place: "string" | "comment"; readonly code: string; readonly name: string }) =>
      `This ${it.place} holds ${it.code} (${it.name}): what follows shows in another order than it is read.`,
    explanation:
      "Controls of text direction let a file show something else than what it says. In a string, write the escape; from a comment, remove them. Scripts that run from right to left need none.",
    bad: "# width \u202eand height\nconst a = 1\n",
    good: '# width and height\nconst a = "\\u{202e}"\n',
  }),
  MC1036: entry({
    severity: "error",
    title: "a name that JavaScript keeps to itself",
    message: () => "`__proto__` cannot be a name: JavaScript keeps it to itself. Choose another.",
    explanation:
      'Generated TypeScript and the runtimes hold tensors in objects, by their names, and in JavaScript `__proto__` of an object is never what was put there. A column of a table that has this name is read as `raw["__proto__"]`.',
    bad: "model M: (__proto__: f32[B, 4]) -> y: f32[B, 4] {\n  __proto__ + 1\n}\n",
    good: "model M: (proto: f32[B, 4]) -> y: f32[B, 4] {\n  proto + 1\n}\n",
  }),
  MC1037: entry({
    severity: "error",
    title: "`?` beside a default",
    message: () => "An input that has a default may be left out without `?`: this says two things at once.",
    explanation:
      "Where a use leaves out an input with a default, the body sees the default. Where it leaves out one with `?`, the body has no such input, and asks with `given(...)`. An input is one of the two.",
    bad: "block Add: (x: f32[B, 4], y: f32[B, 4]? = x) -> f32[B, 4] {\n  x + y\n}\n",
    good: "block Add: (x: f32[B, 4], y: f32[B, 4] = x) -> f32[B, 4] {\n  x + y\n}\n",
  }),
  MC1038: entry({
    severity: "error",
    title: "a result that may be left out",
    message: () => "A result is always there: `?` and defaults are for inputs.",
    explanation:
      "Inputs may be left out by those who use a block. What a block gives is the last expression of its body.",
    bad: "block Twice: (x: f32[B, 4]) -> f32[B, 4]? {\n  x + x\n}\n",
    good: "block Twice: (x: f32[B, 4]) -> f32[B, 4] {\n  x + x\n}\n",
  }),
  MC1040: entry({
    severity: "error",
    title: "two `...` in one index",
    message: () => "An index has one `...` at most: how many axes a second one takes, nothing would say.",
    explanation:
      "`...` inside an index stands for all axes that the other places leave. Write `:` for each of the rest.",
    bad: "model M: (x: f32[B, 4, 3]) -> y: f32[B, 4] {\n  x[..., 0, ...]\n}\n",
    good: "model M: (x: f32[B, 4, 3]) -> y: f32[B, 4] {\n  x[..., 0]\n}\n",
  }),
  MC1041: entry({
    severity: "error",
    title: "a metric that does not say what is better",
    message: (it: { readonly name: string; readonly found?: string }) =>
      `The metric \`${it.name}\` must say whether more or less of it is better, \`-> more\` or \`-> less\`, or the type of several numbers, such as \`-> f32[C, C]\`${it.found === undefined ? "" : `; it says \`-> ${it.found}\``}.`,
    explanation:
      "In place of a result a metric says what is better: `stop` and `save` of a training go by it. The figure itself is a number, which `finish` makes. Of a row or a table of numbers, as of one for each class, none is better than another: such a metric says their type.",
    bad: "metric error: (guess: f32[B], real: f32[B]) -> f32[] {\n  total sum: f32[] = sum(abs(guess - real))\n  finish sum\n}\n",
    good: "metric error: (guess: f32[B], real: f32[B]) -> less {\n  total sum: f32[] = sum(abs(guess - real))\n  finish sum\n}\n",
  }),
} as const;
