import { entry } from "../entry.ts";

const digits = (source: string): string => `data Digits {
  source: ${source}
  image: f32[28, 28, 1] = raw.image / 255
  label: class(10)      = raw.label
}`;

/** A table of three rows for the numbers of a column. */
const rows = (source: string, row: string): string => `data Rows {
  source: csv("${source}")
  row: i32[] = raw.y
}
model M: (row: i32[B]) -> y: f32[B, 2] { ${row} -> Embedding(5, 2) }
train M on Rows {
  loss: mean(y)
  optimizer: sgd(lr=0.1)
}`;

/** Data files and what they hold: found when data are loaded, so the examples concern files beside the spec. */
export const dataCatalog = {
  MC6001: entry({
    severity: "error",
    title: "data file cannot be read",
    message: (it: { path: string; reason: string }) => `I cannot read ${it.path}: ${it.reason}.`,
    explanation:
      "Paths in `source` are relative to the folder of the `.model` file. `--data PATH` reads another file, or files of the same names in another folder.",
    bad: digits('idx(images="no-such-file.gz", labels="labels.gz")'),
    good: digits("synthetic_digits(count=100, seed=1)"),
  }),
  MC6002: entry({
    severity: "error",
    title: "damaged data file",
    message: (it: { path: string; offset: number; problem: string }) =>
      `${it.path} is damaged at byte ${it.offset}: ${it.problem}.`,
    explanation:
      "A data file says how much it holds, and this one holds something else. An IDX file begins with two zero bytes, a type and the number of dimensions; the dimensions follow as big-endian 32-bit integers, then exactly as many elements. A file that ends early was most likely not copied or downloaded whole.",
    bad: digits('idx(images="truncated.idx", labels="labels.idx")'),
    good: digits("synthetic_digits(count=100, seed=1)"),
  }),
  MC6003: entry({
    severity: "error",
    title: "label out of range",
    message: (it: { path: string; feature: string; example: number; label: number; classes: number }) =>
      `Example ${it.example} of ${it.path} has the label ${it.label}, but ${it.feature} is class(${it.classes}): labels run from 0 to ${it.classes - 1}.`,
    explanation:
      "`class(n)` promises labels 0 to n - 1; the loss and the network's last layer rest on it. Either the file is another than you think, or n is too small, or the labels count from 1 (subtract it: `raw.label - 1`).",
    bad: digits('idx(images="images.idx", labels="letters.idx")'),
    good: digits("synthetic_digits(count=100, seed=1)"),
  }),
  MC6004: entry({
    severity: "error",
    title: "unreadable table",
    message: (it: { path: string; line: number; column: number; problem: string }) =>
      `${it.path}:${it.line}:${it.column}: ${it.problem}.`,
    explanation:
      "A CSV source has a header line with the names of its columns and numbers below them. Empty cells are missing values: `clean: drop_missing` leaves such rows out.",
    bad: 'data Plane {\n  source: csv("words.csv")\n  x: f32[] = raw.x\n}',
    good: 'data Plane {\n  source: csv("numbers.csv")\n  x: f32[] = raw.x\n}',
  }),
  MC6005: entry({
    severity: "error",
    title: "data of another shape",
    message: (it: { path: string; found: string; expected: string; field: string }) =>
      `${it.path} holds ${it.found} for each example, but ${it.field} is used as ${it.expected}.`,
    explanation: "What a data file holds for one example must fill the feature's declared type exactly.",
    bad: digits('idx(images="32x32.idx", labels="labels.idx")'),
    good: digits("synthetic_digits(count=100, seed=1)"),
  }),
  MC6006: entry({
    severity: "error",
    title: "no examples",
    message: (it: { path: string; split: string }) => `${it.path} leaves no examples for the ${it.split} split.`,
    explanation: "Every split that is used needs at least one example: give it a larger share, or more data.",
    bad: digits("synthetic_digits(count=1, seed=1)\n  split: train 0.5, validate 0.5"),
    good: digits("synthetic_digits(count=100, seed=1)\n  split: train 0.5, validate 0.5"),
  }),
  MC6007: entry({
    severity: "error",
    title: "a field that the data do not have",
    message: (it: { path: string; kind: "column" | "array" | "tensor" | "table"; name: string }) =>
      `${it.path} has no ${it.kind} \`${it.name}\`.`,
    explanation:
      '`raw.NAME` reads the column whose header is NAME, and `raw["fixed acidity"]` one whose name is no word of the language. Cells are separated by commas, and the first line names the columns.',
    bad: 'data Plane {\n  source: csv("numbers.csv")\n  x: f32[] = raw.xx\n}',
    good: 'data Plane {\n  source: csv("numbers.csv")\n  x: f32[] = raw.x\n}',
  }),
  MC6008: entry({
    severity: "error",
    title: "parts of different length",
    message: (it: { first: string; second: string; firstCount: number; secondCount: number }) =>
      `${it.first} holds ${it.firstCount} examples, but ${it.second} holds ${it.secondCount}.`,
    explanation: "The files of one source describe the same examples in the same order.",
    bad: digits('idx(images="images.idx", labels="fewer-labels.idx")'),
    good: digits("synthetic_digits(count=100, seed=1)"),
  }),
  MC6009: entry({
    severity: "error",
    title: "missing value",
    message: (it: { place: string; field: string }) => `${it.place}: ${it.field} has no value.`,
    explanation:
      "A value that is missing would turn the loss, and with it every parameter, into NaN. `clean: drop_missing` leaves such examples out. A place is the line and the cell of a table, counted from 1, or an example of a file, counted from 0.",
    bad: 'data Plane {\n  source: csv("gaps.csv")\n  x: f32[] = raw.x\n}',
    good: 'data Plane {\n  source: csv("gaps.csv")\n  clean: drop_missing\n  x: f32[] = raw.x\n}',
  }),
  MC6010: entry({
    severity: "error",
    title: "a fraction where integers belong",
    message: (it: { place: string; what: string; value: string; taker: string; dtype: string }) =>
      `${it.place}: ${it.what} is ${it.value}, but ${it.taker} ${it.dtype}, which holds whole numbers alone.`,
    explanation:
      "Fractions are never cut off silently. Declare the feature with a real element type, say with `floor`, `round` or `cast` what is to become of them, or correct the file.",
    bad: 'data Plane {\n  source: csv("halves.csv")\n  x: f32[] = raw.y\n  label: class(9) = raw.x\n}',
    good: 'data Plane {\n  source: csv("halves.csv")\n  x: f32[] = raw.x\n}',
  }),
  MC6011: entry({
    severity: "error",
    title: "other columns than the feature has room for",
    message: (it: { path: string; choice: string; found: number; wanted: number; names: string }) =>
      it.found === 0
        ? `${it.path} has no column for \`${it.choice}\`: it has ${it.names}.`
        : `${it.path} has ${it.found} column${it.found === 1 ? "" : "s"} for \`${it.choice}\`, but ${it.wanted} ${it.wanted === 1 ? "is" : "are"} declared: ${it.names}.`,
    explanation:
      '`raw.columns("pixel*")` reads all columns whose names fit, and `raw.columns(numeric, except=["price"])` those that hold numbers alone, side by side in the order of the file. As many as there are is what the feature declares.',
    bad: 'data Plane {\n  source: csv("numbers.csv")\n  x: f32[] = sum(raw.columns("x*", count=5), axis=-1)\n}',
    good: 'data Plane {\n  source: csv("numbers.csv")\n  x: f32[] = sum(raw.columns("x*", count=1), axis=-1)\n}',
  }),
  MC6012: entry({
    severity: "error",
    title: "a cell that cannot be read",
    message: (it: { place: string; problem: string }) => `${it.place}: ${it.problem}.`,
    explanation:
      "A cell of a table holds something else than what it is read as. A place is an example of the file, counted from 0.",
    bad: 'data Plane {\n  source: jsonl("words.jsonl")\n  x: f32[] = raw.x\n}',
    good: 'data Plane {\n  source: jsonl("numbers.jsonl")\n  x: f32[] = raw.x\n}',
  }),
  MC6013: entry({
    severity: "error",
    title: "words that nothing is declared for",
    message: (it: { place: string; field: string; problem: string }) => `${it.place}: ${it.field} ${it.problem}.`,
    explanation:
      "`categories` numbers the words of a column: those of the train split, in the order of their letters, or those that it is given. `class(3)` and `one_hot(3)` say how many there are. A word that is none of them has no number, unless `categories([...], rest=true)` gives all others one.",
    bad: 'data Plane {\n  source: csv("kinds.csv")\n  x: f32[] = raw.x\n  kind: class(5) = raw.kind -> categories\n}',
    good: 'data Plane {\n  source: csv("kinds.csv")\n  x: f32[] = raw.x\n  kind: class(2) = raw.kind -> categories\n}',
  }),
  MC6014: entry({
    severity: "error",
    title: "nothing to fill missing cells with",
    message: (it: { path: string; field: string; rule: string }) =>
      `${it.path}: ${it.field} has no ${it.rule} to fill in, as none of its cells in the train split has a value.`,
    explanation:
      "`impute(mean)`, `impute(median)` and `impute(mode)` are of the cells of the train split that have a value. A number or a word may be given in their place: `impute(0)`.",
    bad: 'data Plane {\n  source: csv("empty-column.csv")\n  x: f32[] = raw.x\n  z: f32[] = raw.never -> impute(mean)\n}',
    good: 'data Plane {\n  source: csv("empty-column.csv")\n  x: f32[] = raw.x\n  z: f32[] = raw.never -> impute(0)\n}',
  }),
  MC6015: entry({
    severity: "error",
    title: "parts of an example that differ in length",
    message: (it: {
      place: string;
      size: string;
      first: { field: string; length: number };
      second: { field: string; length: number };
    }) =>
      `${it.place}: ${it.first.field} is of length ${it.first.length} and ${it.second.field} of ${it.second.length}, and both are \`${it.size}\`.`,
    explanation:
      "A name in the types of features, as `T` in `f32[T, 80]`, stands for one length of each example, whichever of them it is. What may differ in length has another name.",
    bad: 'data Plane {\n  source: csv("pairs.csv")\n  x: f32[] = raw.x\n  a: i32[T] = raw.a -> characters\n  b: i32[T] = raw.b -> characters\n}',
    good: 'data Plane {\n  source: csv("pairs.csv")\n  x: f32[] = raw.x\n  a: i32[T] = raw.a -> characters\n  b: i32[L] = raw.b -> characters\n}',
  }),
  MC6020: entry({
    severity: "error",
    title: "a number that its type cannot hold",
    message: (it: { place: string; what: string; value: string; taker: string; dtype: string; limits: string }) =>
      `${it.place}: ${it.what} is ${it.value}, but ${it.taker} ${it.dtype}, which holds ${it.limits}.`,
    explanation:
      "A number beyond the range of its element type would wrap around or become infinite. Declare the feature with a larger type, or correct the file.",
    bad: 'data Plane {\n  source: csv("large.csv")\n  x: f32[] = raw.y\n  small: u8[] = raw.x\n}',
    good: 'data Plane {\n  source: csv("large.csv")\n  x: f32[] = raw.y\n  large: i32[] = raw.x\n}',
  }),
  MC6021: entry({
    severity: "error",
    title: "no finite number",
    message: (it: { place: string; what: string; value: number }) =>
      `${it.place}: ${it.what} is ${it.value}, which is no finite number.`,
    explanation:
      "One NaN or infinity among the features turns the loss, and with it every parameter, into NaN. Either the file holds it, or the feature's expression makes it: the logarithm of 0, a division by 0, a number too large for the declared type. `log(raw.x + 1)` and `maximum(raw.x, 1e-6)` are ways out.",
    bad: 'data Plane {\n  source: csv("zeros.csv")\n  x: f32[] = log(raw.x)\n}',
    good: 'data Plane {\n  source: csv("zeros.csv")\n  x: f32[] = log(raw.x + 1)\n}',
  }),
  MC6022: entry({
    severity: "error",
    title: "an integer on the way to a feature overflows",
    message: (it: { place: string; what: string; value: string; overflown: string }) =>
      `${it.place}: ${it.what} is ${it.value}, but becomes ${it.overflown} in the integer types that it is computed in.`,
    explanation:
      "Sums and products of integers wrap around at the ends of their type, and a cast keeps to them: an i32 holds -2147483648 to 2147483647. Here that changes what the feature is. Compute in a larger type (`cast(raw.x, i64)`), or in real numbers, and cast what comes out.",
    bad: 'data Plane {\n  source: csv("large.csv")\n  x: f32[] = cast(cast(raw.x * 1e9, i32), f32)\n}',
    good: 'data Plane {\n  source: csv("large.csv")\n  x: f32[] = cast(cast(raw.x * 1e9, i64), f32)\n}',
  }),
  MC6030: entry({
    severity: "error",
    title: "a compressed file that unpacks to too much",
    message: (it: { path: string; packed: string; limit: string }) =>
      `${it.path} (${it.packed}) unpacks to more than ${it.limit}.`,
    explanation:
      "A compressed file may unpack to a hundred times its own size, and to 256 MB whatever its size: more is no data set, but a file made to fill the memory. Unpack it by hand where it is one, and name the plain file.",
    bad: digits('idx(images="bomb.idx.gz", labels="labels.idx")'),
    good: digits("synthetic_digits(count=100, seed=1)"),
  }),
  MC6050: entry({
    severity: "error",
    title: "files that lie otherwise",
    message: (it: { path: string; problem: string }) => `${it.path}: ${it.problem}.`,
    explanation:
      "A folder of images has a folder for each class, with its images in it; or a table says the label of each file; or a second folder holds the mask of each image under the same name. `split` may name the folders of its splits. Nothing is guessed: what does not fit is told by its path.",
    bad: digits('image_folder(".")'),
    good: digits("synthetic_digits(count=100, seed=1)"),
  }),
  MC6040: entry({
    severity: "error",
    title: "place out of range",
    message: (it: { path: string; feature: string; example: number; value: number; size: number }) =>
      `Example ${it.example} of ${it.path} has ${it.value} for ${it.feature}, and the network has room for ${it.size}: 0 to ${it.size - 1}.`,
    explanation:
      "Labels of `cross_entropy`, indices of `one_hot` and rows of an `Embedding` count from 0 and end before the number of classes or rows; the lengths that end a scan go from 0 to the size of its axis. Nothing is learned from a batch that has others, and the training ends. Declare the feature as `class(n)` to have all data checked before it begins. Examples are counted from 0.",
    bad: rows("strays.csv", "row"),
    good: rows("numbers.csv", "row"),
  }),
  MC6041: entry({
    severity: "error",
    title: "computed place out of range",
    message: (it: { count: number }) =>
      `${it.count === 1 ? "A place that the network computes and looks up is" : `${it.count} places that the network computes and looks up are`} out of range.`,
    explanation:
      "The index of a look-up is computed from the data, and in one batch it was below 0 or beyond the table. Nothing is learned from such a batch, and the training ends. A warning (MC3040) shows where it cannot be proved that an index is in range; `clip` and `%` bring it there.",
    bad: rows("numbers.csv", "row * row"),
    good: rows("numbers.csv", "row * row % 5"),
  }),
  MC6060: entry({
    severity: "error",
    title: "a class with fewer rows than splits",
    message: (it: { place: string; column: string; word: string; count: number; parts: number }) =>
      `${it.place}: \`${it.column}\` is \`${it.word}\` in ${it.count} row${it.count === 1 ? "" : "s"}, and each of ${it.parts} parts is to have its share of them.`,
    explanation:
      "`stratified by raw.species` gives each class the same share in all splits, which takes as many rows of it as there are splits, or folds. Leave the class out (`clean: keep_words(raw.species, [...])`), stratify by another column, or not at all. A column of numbers has as many classes as numbers.",
    bad: 'data Plane {\n  source: csv("numbers.csv")\n  split: train 0.5, test 0.5, stratified by raw.x\n  x: f32[] = raw.y\n}',
    good: 'data Plane {\n  source: csv("numbers.csv")\n  split: train 0.5, test 0.5\n  x: f32[] = raw.y\n}',
  }),
  MC6061: entry({
    severity: "error",
    title: "a cell that says no split",
    message: (it: { place: string; column: string; word: string }) =>
      `${it.place}: \`${it.column}\` is \`${it.word}\`, which is no split.`,
    explanation:
      "With `split: from raw.set`, each row says of which split it is: `train`, `validate` (or `validation`, `valid`, `val`, `dev`) or `test`, in letters of any case. `clean: keep_words(raw.set, [...])` leaves other rows out.",
    bad: 'data Plane {\n  source: csv("sets.csv")\n  split: from raw.x\n  x: f32[] = raw.x\n}',
    good: 'data Plane {\n  source: csv("sets.csv")\n  split: from raw.set\n  x: f32[] = raw.x\n}',
  }),
  MC6062: entry({
    severity: "warning",
    title: "examples that are in the train split too",
    message: (it: { of: string; equal: number; near: number; total: number; here: string; there: string }) => {
      const more = it.near > 0 ? `, and ${it.near} more nearly so` : "";
      return `${it.equal} of ${it.total} examples of the ${it.of} split ${it.equal === 1 ? "is" : "are"} equal to one of the train split in all fields that features read${more}: ${it.here} to ${it.there}.`;
    },
    explanation:
      "What is measured on examples that a network was trained on says nothing of others. `clean: drop_duplicates` leaves out rows that are equal to an earlier one, and `split: ..., grouped by raw.patient` keeps together what belongs together. Where few columns are read, equal rows may be different things. Rows of a table are nearly equal where their words differ in case and signs alone, and their numbers by less than a thousandth of the standard deviation.",
    bad: 'data Plane {\n  source: csv("twice.csv")\n  split: train 0.5, test 0.5, by position\n  x: f32[] = raw.x\n}',
    good: 'data Plane {\n  source: csv("twice.csv")\n  split: train 0.5, test 0.5, by position\n  clean: drop_duplicates\n  x: f32[] = raw.x\n}',
  }),
} as const;
