import fc from "fast-check";

/**
 * Random programs: text by the grammar, with `¦` where a line may end and `§` where a statement or an entry does. What
 * stands there, blanks, newlines or comments, is drawn apart.
 */

const lower = fc.constantFrom("x", "h", "memory", "state", "step", "last", "over", "where", "test", "data", "bias_2");
const upper = fc.constantFrom("Dense", "Conv2D", "LSTM", "Unit", "B", "T");
const name = fc.oneof(lower, upper);
const number = fc.constantFrom("0", "1", "32", "1_000", "0.5", "1e-3", "2.5E4", "250k", "1.5M");
const plainNumber = fc.constantFrom("1", "2", "28", "784");
const text = fc.constantFrom('"**.bias"', '"b t d -> b (t d)"', '"say \\"hi\\" \\u{1F600}"', '""');

const list = (item: fc.Arbitrary<string>, least: number, most: number): fc.Arbitrary<string> =>
  fc
    .tuple(fc.array(item, { minLength: least, maxLength: most }), fc.boolean())
    .map(([items, trailing]) => `¦${items.join(",¦")}${trailing && items.length > 0 ? "," : ""}¦`);

interface Parts {
  readonly primary: string;
  readonly postfix: string;
  readonly index: string;
  readonly arithmetic: string;
  readonly condition: string;
  readonly expression: string;
  readonly argument: string;
  readonly stage: string;
  readonly applied: string;
  readonly chain: string;
  readonly statement: string;
  readonly body: string;
  readonly type: string;
}

const parts = fc.letrec<Parts>((tie: fc.LetrecTypedTie<Parts>) => ({
  primary: fc.oneof(
    { maxDepth: 4, depthIdentifier: "p" },
    name,
    number,
    text,
    fc.constantFrom("true", "false"),
    list(tie("expression"), 1, 3).map((it) => `(${it})`),
    list(tie("expression"), 0, 9).map((it) => `[${it}]`),
    fc
      .tuple(tie("condition"), tie("body"), tie("body"), tie("condition"), tie("body"), fc.boolean())
      .map(([c, a, b, d, e, more]) => `when ${c} ${a} ${more ? `else when ${d} ${e} ` : ""}else ${b}`),
    fc
      .tuple(
        lower,
        tie("expression"),
        upper,
        fc.constantFrom("", " reverse", " until n", " until f(n)[0] reverse"),
        fc.boolean(),
        tie("type"),
        tie("body"),
      )
      .map(
        ([element, source, over, reverse, carries, type, body]) =>
          `scan ${element}_t in ${source} over ${over}${reverse}${carries ? `¦with h: ${type} = zeros,¦c: ${type} = zeros` : ""} ${body}`,
      ),
    fc
      .tuple(
        fc.constantFrom("u", "(i, u)", "_"),
        tie("condition"),
        tie("type"),
        fc.integer({ min: 0, max: 3 }),
        tie("body"),
      )
      .map(([targets, items, type, carries, body]) => {
        const mark = carries === 1 ? " as each" : "";
        return `for ${targets} in ${items}${mark}${carries > 1 ? `¦with h: ${type} = x,¦c = zeros` : ""} ${body}`;
      }),
  ),
  postfix: fc.oneof(
    { maxDepth: 4, depthIdentifier: "p" },
    name,
    tie("primary"),
    fc.tuple(name, list(tie("argument"), 0, 4)).map(([f, args]) => `${f}(${args})`),
    fc.tuple(name, list(tie("argument"), 0, 2), name).map(([f, args, x]) => `${f}(${args})(${x})`),
    fc.tuple(name, tie("expression"), number).map(([x, i, j]) => `${x}[${i}, 1:${j}, :2, ::3, :]`),
    fc
      .tuple(tie("primary"), fc.constantFrom("", "...,¦"), list(tie("index"), 1, 4))
      .map(([x, spread, items]) => `(${x})[${spread}${items}]`),
    fc.tuple(name, lower).map(([x, field]) => `${x}.${field}`),
  ),
  index: fc.oneof(
    { maxDepth: 2, depthIdentifier: "p" },
    fc.constantFrom("None", ":", "::2", "-1", "None + 1"),
    tie("expression"),
  ),
  arithmetic: fc.oneof(
    { maxDepth: 4, depthIdentifier: "p" },
    tie("postfix"),
    tie("postfix").map((it) => `-${it}`),
    fc
      .tuple(tie("arithmetic"), fc.constantFrom("+", "-", "*", "/", "//", "%"), tie("postfix"))
      .map(([a, op, b]) => `${a}¦${op}¦${b}`),
  ),
  condition: fc.oneof(
    { maxDepth: 3, depthIdentifier: "p" },
    tie("arithmetic"),
    fc
      .tuple(tie("arithmetic"), fc.constantFrom("==", "!=", "<", "<=", ">", ">="), tie("arithmetic"))
      .map(([a, op, b]) => `${a} ${op}¦${b}`),
    fc.tuple(tie("arithmetic"), tie("arithmetic")).map(([a, b]) => `1 <= ${a} <= ${b}`),
    fc
      .tuple(tie("condition"), fc.constantFrom("and", "or"), tie("condition"))
      .map(([a, op, b]) => `${a} ${op}¦not ${b}`),
  ),
  argument: fc.oneof(
    tie("expression"),
    fc.tuple(lower, tie("expression")).map(([key, value]) => `${key}=¦${value}`),
  ),
  expression: fc.oneof(
    { maxDepth: 3, depthIdentifier: "p" },
    tie("condition"),
    fc
      .tuple(tie("condition"), fc.array(tie("stage"), { minLength: 1, maxLength: 5 }))
      .map(([source, stages]) => `${source}¦-> ${stages.join("¦-> ")}`),
  ),
  applied: fc.oneof(
    name,
    fc.tuple(name, list(tie("argument"), 0, 4)).map(([f, args]) => `${f}(${args})`),
    fc.tuple(name, list(tie("argument"), 0, 2), name).map(([f, args, x]) => `${f}(${args})(${x}).table`),
  ),
  stage: fc.oneof(
    { maxDepth: 3, depthIdentifier: "p" },
    name,
    tie("applied"),
    fc.tuple(lower, tie("applied")).map(([label, stage]) => `${label}: ${stage}`),
    fc
      .tuple(tie("arithmetic"), fc.constantFrom("", " as layer", " shared"), tie("chain"))
      .map(([count, mark, chain]) => `repeat 3 * ${count}${mark} ${chain}`),
    fc
      .tuple(fc.constantFrom("u", "(i, u)"), tie("condition"), tie("chain"))
      .map(([targets, items, chain]) => `for ${targets} in ${items} as each ${chain}`),
    fc
      .tuple(tie("condition"), tie("chain"), tie("chain"), fc.integer({ min: 0, max: 2 }))
      .map(
        ([c, a, b, n]) => `when ${c} ${a}${n === 0 ? "" : n === 1 ? ` else ${b}` : ` else when ${c} ${b} else ${a}`}`,
      ),
  ),
  chain: fc.array(tie("stage"), { minLength: 1, maxLength: 3 }).map((stages) => `{¦${stages.join("¦-> ")}¦}`),
  type: fc.oneof(
    fc.constantFrom("f32[]", "class(10)", "f32[...S, D]", "float[...]"),
    list(fc.oneof(upper, plainNumber, fc.constant("2 * H + 1"), fc.constant("...S")), 1, 4).map((it) => `i32[${it}]`),
  ),
  statement: fc.oneof(
    { maxDepth: 3, depthIdentifier: "p" },
    fc.tuple(lower, tie("expression")).map(([x, value]) => `${x} =¦${value}`),
    fc.tuple(lower, tie("type"), tie("expression")).map(([x, type, value]) => `${x}: ${type} = ${value}`),
    tie("expression").map((value) => `(a,¦b)¦= ${value}`),
    fc.tuple(lower, tie("expression")).map(([x, value]) => `${x} <- ${value}`),
    fc.tuple(fc.constantFrom("param", "state"), tie("type")).map(([word, type]) => `${word} kernel: ${type} = zeros`),
    tie("type").map((type) => `param weights as w: ${type}`),
    tie("expression").map((value) => `emit last (${value})`),
    fc.tuple(tie("condition"), tie("body")).map(([c, body]) => `when ${c} ${body}`),
  ),
  body: fc
    .tuple(fc.array(tie("statement"), { maxLength: 3 }), tie("expression"))
    // A line that starts with "-" continues the one before.
    .map(([statements, value]) => [statements, value.startsWith("-") ? `(${value})` : value] as const)
    .map(([statements, value]) => `{§${[...statements, value].join("§")}§}`),
}));

const facts = fc.oneof(
  fc.constant(""),
  parts.condition.map((it) => `¦where 0 + ${it},¦T <= 3, "because"`),
);
const hyperparameters = list(
  fc.oneof(
    fc.constantFrom("classes: int = 10", "padding: same | valid = same", "Unit: block", "layers: [int] = [1, 2]"),
    parts.expression.map((value) => `rate: float =¦${value}`),
  ),
  1,
  4,
);
const typedName = fc.tuple(lower, parts.type).map(([x, type]) => `${x}: ${type}`);
const results = list(typedName, 1, 3);
const inputs = list(
  fc.oneof(
    { weight: 4, arbitrary: typedName },
    { weight: 1, arbitrary: typedName.map((it) => `${it}?`) },
    { weight: 1, arbitrary: fc.tuple(typedName, parts.expression).map(([it, value]) => `${it} =¦${value}`) },
  ),
  1,
  3,
);
const callable = fc
  .tuple(
    fc.constantFrom("model", "block", "fn"),
    upper,
    fc.option(hyperparameters),
    inputs,
    fc.option(results),
    facts,
    parts.body,
  )
  .map(([word, id, hyper, ins, outs, where, body]) => {
    const result = outs === null ? "" : `¦-> (${outs})`;
    return `${word} ${id}${hyper === null ? "" : `(${hyper})`}:¦(${ins})${result}${where} ${body}`;
  });

const entry = fc.oneof(
  fc
    .tuple(fc.constantFrom("loss", "optimizer.lr", "batch"), parts.expression)
    .map(([key, value]) => `${key}: ${value}`),
  fc.constantFrom("split: train 0.8,¦test 0.2, seed 7", "validate: every 250 steps", 'freeze "stem.**"'),
  parts.expression.map((value) => `image: f32[28, T] = ${value}`),
  parts.expression.map((value) => `label: class(10)[T] =¦${value}`),
  parts.condition.map((value) => `expect ${value}`),
  fc.constantFrom('group "**.bias": decay=0,¦lr=2', 'follow "target.**" of "online.**": decay=0.9,¦every=2'),
  fc.constant("step critic {§loss: a§update: b§}"),
);
const section = fc
  .array(entry, { maxLength: 5 })
  .map((entries) => (entries.length === 0 ? "{ }" : `{§${entries.join("§")}§}`));
const declaration = fc.oneof(
  { weight: 3, arbitrary: callable },
  { weight: 1, arbitrary: parts.expression.map((value) => `const limit =¦${value}`) },
  { weight: 1, arbitrary: fc.constant('import {¦Encoder,¦Decoder¦} from "./transformer.model"') },
  { weight: 2, arbitrary: section.map((it) => `data Mnist ${it}`) },
  { weight: 2, arbitrary: section.map((it) => `train small: Net(depth=4) on Mnist ${it}`) },
  { weight: 1, arbitrary: section.map((it) => `test small ${it}`) },
  { weight: 1, arbitrary: fc.constant("budget Net {§params <= 250k§flops <= 12M at B=1, T=2§}") },
);

/** Fills the places where a line may end, numbering the comments so that each can be told from the others. */
function fill(text: string, draws: readonly number[]): string {
  let at = 0;
  let comments = 0;
  const draw = (): number => draws[at++ % draws.length] ?? 0;
  return text.replaceAll(/[¦§]/g, (place) => {
    const drawn = draw();
    // In the first column, a name like `data` before another name would open a declaration.
    const indent = place === "¦" ? "  " : "";
    if (drawn === 0) return `\n# note ${String(comments++)}\n${indent}`;
    if (drawn === 1) return ` # note ${String(comments++)}\n${indent}`;
    if (drawn === 2) return ` # note ${String(comments++)}\n\n    # note ${String(comments++)}\n${indent}`;
    if (drawn < 6) return "\n      ";
    if (place === "§") return drawn < 8 ? "\n\n" : "\n";
    return drawn < 8 ? "  " : " ";
  });
}

/** The text of a random program that parses without errors, comments and odd line ends included. */
export const program: fc.Arbitrary<string> = fc
  .tuple(
    fc.array(declaration, { minLength: 1, maxLength: 3 }),
    fc.constantFrom("", "## About the file.\n\n", "# note\n", "spec 1\n"),
    fc.constantFrom("", "## What it is.\n", "\n\n"),
    fc.array(fc.integer({ min: 0, max: 40 }), { minLength: 5, maxLength: 40 }),
  )
  .map(([declarations, head, doc, draws]) => fill(head + declarations.map((it) => doc + it).join("\n"), draws));
