import type { CellTable } from "../../sources/raw-data.ts";
import { reserved } from "../../syntax/stop.ts";
import { showRawField } from "../../sources/show-raw-field.ts";
import { showName } from "../../support/show-text.ts";
import { formatShare } from "../format-share.ts";
import { listSome } from "../list-some.ts";
import { columnsOf, draftFeatures, momentsOf, type DraftFeature } from "./draft-features.ts";
import type { JudgedColumn } from "./judge-column.ts";
import { modelName } from "./model-name.ts";
import { wrapComment } from "./wrap-comment.ts";
import type { TableFile } from "./read-table-file.ts";

/** What a spec is drafted from. */
export interface DraftRequest extends TableFile {
  /** The table as the spec names it. */
  readonly path: string;
  /** What the model is called after: the name of the file. */
  readonly name: string;
  readonly target: JudgedColumn;
  /** All other columns. */
  readonly columns: readonly JudgedColumn[];
}

/** A spec that checks and trains, with comments on what was chosen and why; undefined where no column is of use. */
export function draftSpec(request: DraftRequest): string | undefined {
  const { table, target, columns, form } = request;
  const features = draftFeatures(table, columns, target);
  if (features.length === 0) return undefined;
  const names = namesFor(request, features);
  const label = labelOf(target);
  const rows = target.count - target.missing;
  return [
    `## Predicts ${showName(target.name)} from the other columns of ${showName(request.path)}. What was chosen is said beside it: change what you know better.`,
    "",
    `data ${names.data} {`,
    `source: csv(${[JSON.stringify(request.path), ...formArguments(form)].join(", ")})`,
    ...orderComment(table, columns),
    `split: train 0.8, validate 0.1, test 0.1, seed 1`,
    ...(target.missing === 0 ? [] : [`# Rows without ${showName(target.name)} are left out.`, "clean: drop_missing"]),
    "",
    ...features.flatMap((it) => [
      ...it.comments.map((line) => `# ${line}`),
      `${it.name}: f32[${it.size}] = ${it.expression}`,
      "",
    ]),
    ...uselessLines(columns),
    ...label.comments.map((line) => `# ${line}`),
    `${names.label}: ${label.type} = ${label.expression}`,
    "}",
    "",
    ...modelLines(names.model, features, label, rows),
    "",
    ...trainLines(names, label, rows),
    "",
    ...label.expectation.map((line) => line.replace("NAMES", `${names.model} on ${names.data}`)),
    "",
  ]
    .flatMap(wrapComment)
    .join("\n");
}

function formArguments({ columns, quote, missing }: TableFile["form"]): readonly string[] {
  const texts = (all: readonly string[]): string => `[${all.map((it) => JSON.stringify(it)).join(", ")}]`;
  return [
    ...(quote === undefined ? [] : [`quote=${JSON.stringify(quote)}`]),
    ...(missing === undefined ? [] : [`missing=${texts(missing)}`]),
    ...(columns === undefined ? [] : [`columns=${texts(columns)}`]),
  ];
}

/** What to say where rows follow one another in time. */
function orderComment(table: CellTable, columns: readonly JudgedColumn[]): readonly string[] {
  const series = columnsOf(columns, "dates").find((it) => {
    const moments = momentsOf(table, it);
    return moments.every((moment, row) => row === 0 || moment >= (moments[row - 1] ?? NaN));
  });
  return series === undefined
    ? []
    : [
        `# Rows are in the order of ${showName(series.name)}: to forecast, write \`by position\` in place of \`seed 1\`.`,
      ];
}

/** The columns that are not read, and why, those of one reason together. */
function uselessLines(columns: readonly JudgedColumn[]): readonly string[] {
  const reasons = new Map<string, string[]>();
  for (const { name, judgement } of columnsOf(columns, "useless")) {
    const names = reasons.get(judgement.why) ?? [];
    reasons.set(judgement.why, [...names, name === "" ? "a column" : showName(name)]);
  }
  if (reasons.size === 0) return [];
  return [
    "# Left out:",
    ...[...reasons].map(([why, names]) => `# - ${listSome(names)}: ${names.length === 1 ? why : `each: ${why}`}.`),
    "",
  ];
}

interface Names {
  readonly data: string;
  readonly model: string;
  readonly label: string;
}

/** Words that mean something else where a label is read. */
const taken: ReadonlySet<string> = new Set([
  ...reserved.map((it) => it.name.toLowerCase()),
  ..."logits guess raw noise source split clean augment training cross_entropy accuracy mse r2 mean_absolute_error invert probability".split(
    " ",
  ),
]);

function namesFor({ name, target }: DraftRequest, features: readonly DraftFeature[]): Names {
  const plain = target.name
    .replaceAll(/[^A-Za-z0-9]+/g, "_")
    .replaceAll(/^_+|_+$/g, "")
    .toLowerCase();
  const isFree = /^[a-z]/.test(plain) && !taken.has(plain) && !features.some((it) => it.name === plain);
  const own = modelName(name);
  return { data: `${own}Table`, model: own, label: isFree ? plain : "label" };
}

interface Label {
  readonly type: string;
  readonly expression: string;
  readonly comments: readonly string[];
  /** The number of classes; none where a number is predicted. */
  readonly classes?: number;
  readonly expectation: readonly string[];
}

function labelOf({ name, judgement, texts, missing, count }: JudgedColumn): Label {
  const raw = showRawField(name);
  if (judgement.kind === "numbers") {
    const stage = judgement.reading === undefined ? "" : ` -> ${judgement.reading}`;
    const lowest = judgement.values.reduce((a, b) => Math.min(a, b));
    const highest = judgement.values.reduce((a, b) => Math.max(a, b));
    return {
      type: "f32[]",
      expression: `${raw}${stage} -> standardize`,
      comments: [
        `What is predicted: a number, ${lowest} to ${highest}. It is learned with mean 0 and deviation 1, and measured and predicted as it is here: by \`invert\`.`,
      ],
      expectation: ["# Better than the mean of all rows, of which r2 is 0.", `test NAMES { expect r2 > 0 }`],
    };
  }
  const { frequent, rest } =
    judgement.kind === "words" ? judgement : { frequent: [...texts.keys()].toSorted(), rest: false };
  const classes = frequent.length + (rest ? 1 : 0);
  const ordered = [...texts].toSorted(([, a], [, b]) => b - a);
  const shares = ordered.map(([word, often]) => `${showName(word)} (${formatShare(often / (count - missing))})`);
  const [most = ["", 0] as const] = ordered;
  const share = most[1] / (count - missing);
  return {
    type: `class(${classes})`,
    expression: `${raw} -> categories${rest ? "(rest=true)" : ""}`,
    comments: [
      `What is predicted: ${listSome(shares)}.`,
      ...(rest ? [`Words in less than 8 rows are one class, the last: ${texts.size - frequent.length} of them.`] : []),
    ],
    classes,
    expectation: [
      `# Better than always to say ${showName(most[0])}, which is right in ${formatShare(share)} of the rows.`,
      `test NAMES { expect accuracy > ${Math.floor(share * 1000) / 1000} }`,
    ],
  };
}

function modelLines(
  model: string,
  features: readonly DraftFeature[],
  { classes }: Label,
  rows: number,
): readonly string[] {
  const inputs = features.map((it) => `${it.name}: f32[B, ${it.size}]`).join(", ");
  const names = features.map((it) => it.name);
  const input = names.length === 1 ? (names[0] ?? "") : `concat(${names.join(", ")}, axis=-1)`;
  const width = rows < 1000 ? 16 : rows < 10_000 ? 32 : 64;
  const layers = [
    input,
    `Dense(${width}, activation=relu)`,
    ...(rows < 1000 ? ["Dropout(0.2)"] : [`Dense(${width}, activation=relu)`]),
    ...(classes === undefined ? ["Dense(1)", "reshape([B])"] : [`Dense(${classes})`]),
  ];
  const result = classes === undefined ? "guess: f32[B]" : `logits: f32[B, ${classes}]`;
  return [`model ${model}: (${inputs}) -> ${result} {`, layers.join("\n-> "), "}"];
}

function trainLines({ model, data, label }: Names, { classes }: Label, rows: number): readonly string[] {
  const output = `${classes === undefined ? "guess" : "logits"}, ${label}`;
  const epochs = rows < 1000 ? 100 : rows < 10_000 ? 50 : 20;
  return [
    `train ${model} on ${data} {`,
    `loss: ${classes === undefined ? "mse" : "cross_entropy"}(${output})`,
    `optimizer: adamw(lr=${rows < 1000 ? "0.01" : "0.003"}, decay=0.01)`,
    `metrics: ${classes === undefined ? `r2(${output}), mean_absolute_error(invert(guess, of=${label}), invert(${label}))` : `accuracy(${output})`}`,
    `epochs: ${epochs}`,
    `batch: ${rows < 5000 ? 32 : rows < 20_000 ? 64 : 128}`,
    "# Ends where the validate split gets no better, and keeps the weights that did best there.",
    `stop: early(validate.loss, patience=${rows < 1000 ? 10 : 5})`,
    "save: best(validate.loss)",
    "seed: 1",
    "# What `modelc predict` prints.",
    "predict {",
    `${label}: invert(${classes === undefined ? "guess" : "argmax(logits, axis=-1)"})`,
    ...(classes === undefined ? [] : ["probability: softmax(logits)"]),
    "}",
    "}",
  ];
}
