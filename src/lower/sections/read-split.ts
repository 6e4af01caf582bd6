import type { RowColumn, Split, SplitSpec } from "../../ir/program.ts";
import { textOf } from "../../support/source.ts";
import type { Phrase, Setting } from "../../syntax/ast/sections.ts";
import { meantSplit } from "./meant-split.ts";
import { readRowColumn, type RowReader } from "./read-row-column.ts";
import { phraseWords } from "./read-setting.ts";

/** What the phrases of a split say, each at most once. */
interface Said {
  readonly shares: Partial<Record<Split, number>>;
  /** The folders that splits are, in place of shares. */
  readonly folders: Partial<Record<Split, string>>;
  seed?: number;
  way?: { readonly by: SplitSpec["by"]; readonly phrase: Phrase; readonly column?: RowColumn };
  folds?: number;
  fold?: number;
}

/** The ways that go by a column, by the words that the phrase begins with. */
const ways = [
  { words: ["stratified", "by"], by: "classes", holds: "words" },
  { words: ["grouped", "by"], by: "groups", holds: "words" },
  { words: ["from"], by: "column", holds: "words" },
  { words: ["by"], by: "order", holds: "numbers" },
] as const;

const expected =
  "shares above 0 and at most 1, each split once (`train 0.8`), and `seed 7` or how rows are told apart (`by position`)";

/**
 * `train 0.8, validate 0.1, test 0.1, seed 7`, and by what rows are told apart: `by position`, `by raw.date`, `stratified by
 * raw.species`, `grouped by raw.patient`; or `folds 5, fold 1`; or `from raw.set`; or `train from "train", test from
 * "test"` where splits are folders. Without it, everything is the train split.
 */
export function readSplit(setting: Setting | undefined, reader: RowReader): SplitSpec | undefined {
  if (setting === undefined) return { fractions: { train: 1 }, seed: 0, by: "seed" };
  const said: Said = { shares: {}, folders: {} };
  for (const phrase of setting.phrases) {
    const result = readPhrase(phrase, said, reader);
    if (result === "fine") continue;
    if (result === "unknown") refuse(phrase, helpOf(phrase, setting, said, reader), reader);
    return undefined;
  }
  return joined(said, setting, reader);
}

function refuse(phrase: Phrase, how: ReturnType<typeof helpOf>, { scope }: RowReader): void {
  const parameters = { argument: "split", callee: "this section", expected, found: `\`${textOf(phrase.span)}\`` };
  scope.collector.report("MC4006", phrase.span, parameters, how);
}

/** Takes note of what a phrase says; `wrong` after a report. */
function readPhrase(phrase: Phrase, said: Said, reader: RowReader): "fine" | "unknown" | "wrong" {
  const [word, value, extra] = phraseWords(phrase, reader.scope);
  const whole = (least: number): number | undefined =>
    extra === undefined && phrase.parts.length === 2 && Number.isSafeInteger(value) && Number(value) >= least
      ? Number(value)
      : undefined;
  switch (word) {
    case "train":
    case "validate":
    case "test":
      if (said.shares[word] !== undefined || said.folders[word] !== undefined) return "unknown";
      if (value === "from" && typeof extra === "string" && phrase.parts[2]?.value.kind === "string") {
        said.folders[word] = extra;
        return phrase.parts.length === 3 ? "fine" : "unknown";
      }
      if (typeof value !== "number" || !(value > 0 && value <= 1) || phrase.parts.length > 2) return "unknown";
      said.shares[word] = value;
      return "fine";
    case "seed": {
      const isIdle = said.way !== undefined && !isShuffled(said.way.by);
      const seed = whole(0);
      if (seed === undefined || said.seed !== undefined || isIdle) return "unknown";
      said.seed = seed;
      return "fine";
    }
    case "folds": {
      const folds = whole(2);
      if (folds === undefined || said.folds !== undefined) return "unknown";
      said.folds = folds;
      return "fine";
    }
    case "fold": {
      const fold = whole(1);
      if (fold === undefined || said.fold !== undefined) return "unknown";
      said.fold = fold;
      return "fine";
    }
    default:
      return readWay(phrase, said, reader);
  }
}

function readWay(phrase: Phrase, said: Said, reader: RowReader): "fine" | "unknown" | "wrong" {
  const words = phraseWords(phrase, reader.scope);
  const { parts } = phrase;
  if (said.way !== undefined) return "unknown";
  if (words[0] === "by" && words[1] === "position" && parts.length === 2) {
    if (said.seed !== undefined) return "unknown";
    said.way = { by: "position", phrase };
    return "fine";
  }
  const way = ways.find((it) => it.words.every((word, at) => words[at] === word));
  const last = parts.at(-1);
  if (way === undefined || parts.length !== way.words.length + 1 || last?.name !== undefined) return "unknown";
  const { value: written } = last ?? {};
  if (written === undefined || (said.seed !== undefined && !isShuffled(way.by))) return "unknown";
  // A word that names no feature is none of these ways: `by chance`.
  const isName = written.kind === "reference" && !reader.features.some((it) => it.name.text === written.text);
  if (isName) return "unknown";
  const use = { argument: way.words.join(" "), callee: "split", holds: way.holds };
  const column = readRowColumn(written, use, reader);
  said.way = { by: way.by, phrase, ...(column !== undefined && { column }) };
  return column === undefined ? "wrong" : "fine";
}

/** Whether rows are shuffled by the seed. */
const isShuffled = (by: SplitSpec["by"]): boolean => by === "seed" || by === "classes" || by === "groups";

/** What all phrases say together; undefined after a report. */
function joined(
  { shares, folders, seed = 0, way, folds, fold }: Said,
  setting: Setting,
  reader: RowReader,
): SplitSpec | undefined {
  const wrong = (wanted: string, found: string, help?: string): undefined => {
    const parameters = { argument: "split", callee: "this section", expected: wanted, found };
    reader.scope.collector.report("MC4006", setting.span, parameters, help === undefined ? {} : { help });
    return undefined;
  };
  const isOfFolders = Object.keys(folders).length > 0;
  const trouble = folderTrouble(shares, folders);
  if (trouble !== undefined) return wrong(trouble.expected, trouble.found);
  const sum = Object.values(shares).reduce((total, it) => total + it, 0);
  if (sum > 1 + 1e-9) return wrong("shares that add up to at most 1", `shares that add up to ${round(sum)}`);
  const by = way?.by ?? "seed";
  const column = way?.column && { column: way.column };
  const text = way === undefined ? "" : `\`${textOf(way.phrase.span)}\``;
  if (folds === undefined) {
    if (fold !== undefined)
      return wrong("a number of folds beside `fold`", `\`fold ${fold}\` alone`, "Write `folds 5` before it.");
    if (by === "column" && sum > 0)
      return wrong("shares, or a column that says the split of each row", `both, as ${text}`);
    if (isOfFolders && column) return wrong("folders, and `seed 7` or `by position`", `both, as ${text}`);
    if (by !== "column" && sum === 0 && !isOfFolders)
      return wrong("the share of a split at least, as `train 0.8`", `${text || `\`seed ${seed}\``} alone`);
    return { fractions: shares, ...(isOfFolders && { folders }), seed, by, ...column };
  }
  if (isOfFolders) return wrong("folds, or folders", `both, as \`folds ${folds}\``);
  if (shares.train !== undefined || shares.validate !== undefined) {
    const help = "One fold is the validate split and the others are the train split: leave their shares out.";
    return wrong("folds, with no share but that of `test`", `\`folds ${folds}\` and shares`, help);
  }
  if (by === "order" || by === "column") return wrong("folds of rows in any order", `\`folds ${folds}\` and ${text}`);
  if (fold !== undefined && fold > folds) return wrong(`a fold from 1 to ${folds}`, `\`fold ${fold}\``);
  const rest = 1 - (shares.test ?? 0);
  if (rest <= 1e-9) return wrong("a share of `test` below 1, beside folds", `\`test ${shares.test ?? 0}\``);
  const each = rest / folds;
  const fractions = { train: rest - each, validate: each, ...shares };
  return { fractions, seed, by, ...column, folds: { count: folds, validate: fold ?? 1 } };
}

/** What is wrong with splits of which some are folders: shares are those of the train folder, and leave some of it. */
function folderTrouble(
  fractions: Said["shares"],
  folders: Said["folders"],
): { readonly expected: string; readonly found: string } | undefined {
  const names = Object.values(folders);
  if (names.length === 0) return undefined;
  if (folders.train === undefined) {
    const found = fractions.train === undefined ? "no `train`" : `\`train ${fractions.train}\``;
    return { expected: 'a folder for `train` where another split is one (`train from "train"`)', found };
  }
  const again = names.find((it, at) => names.indexOf(it) !== at);
  if (again !== undefined) return { expected: "a folder for one split each", found: `\`${again}\` twice` };
  const sum = Object.values(fractions).reduce((total, it) => total + it, 0);
  if (sum < 1) return undefined;
  const found = `shares that add up to ${Number(sum.toFixed(6))}`;
  return { expected: "shares of the train folder that leave some of it for training", found };
}

const round = (value: number): number => Number(value.toFixed(6));

/** What to write in place of a phrase that says nothing. */
function helpOf(
  phrase: Phrase,
  setting: Setting,
  said: Said,
  { scope }: RowReader,
): ReturnType<typeof meantSplit> | Record<string, never> {
  const [first] = phraseWords(phrase, scope);
  const written = textOf(phrase.span);
  const column = /\braw(?:\.\w+|\["[^"]*"\])/.exec(written)?.[0] ?? "raw.label";
  const write = (text: string): { readonly help: string } => ({ help: `Write \`${text}\`.` });
  switch (first) {
    case "stratify":
    case "stratified":
    case "balanced":
      return said.way === undefined ? write(`stratified by ${column}`) : twoWays;
    case "group":
    case "groups":
    case "grouped":
      return said.way === undefined ? write(`grouped by ${column.replace("raw.label", "raw.patient")}`) : twoWays;
    case "time":
    case "order":
    case "ordered":
    case "sorted":
      return said.way === undefined ? write(`by ${column.replace("raw.label", "raw.date -> days_since")}`) : twoWays;
    case "by":
    case "from":
      if (said.way !== undefined) return twoWays;
      return {
        help: said.seed === undefined ? someWays : `That leaves nothing to chance: leave \`seed ${said.seed}\` out.`,
      };
    case "kfold":
    case "folds":
    case "fold":
      return { help: "Write `folds 5, fold 1`: five parts, of which the first is the validate split." };
    case "seed":
      return said.way === undefined || isShuffled(said.way.by)
        ? {}
        : { help: `\`${textOf(said.way.phrase.span)}\` leaves nothing to chance: leave the seed out.` };
    default:
      return meantSplit(setting);
  }
}

const someWays =
  "Rows are taken `by position`, `by raw.date`, `stratified by raw.species`, `grouped by raw.patient` or `from raw.set`.";

const twoWays = { help: "Rows are told apart in one way: leave the others out." } as const;
