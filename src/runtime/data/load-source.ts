import { existsSync, readdirSync, statSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import type { DataProgram, RawField, SettingValue } from "../../ir/program.ts";
import { asNumber } from "../../dims/dim.ts";
import { idxField } from "../../lower/sections/idx-field.ts";
import type { sourceTable } from "../../lower/sections/training-tables.ts";
import { showRawField } from "../../lower/sections/show-raw-field.ts";
import { required } from "../../support/fault.ts";
import { failure, success, type Result } from "../../support/result.ts";
import { problem, sizeOf, type Column, type DataProblem, type RawData } from "./raw-data.ts";
import { readCsv } from "./read-csv.ts";
import { readIdx } from "./read-idx.ts";
import { readText } from "./read-text.ts";
import { drawBlobs } from "./synthetic/blobs.ts";
import { drawDigits } from "./synthetic/digits.ts";
import { drawSequences } from "./synthetic/sequences.ts";
import { drawWaves } from "./synthetic/waves.ts";

interface LoadRequest {
  readonly data: DataProgram;
  /** Folder that relative paths start from: the spec's own. */
  readonly folder: string;
  /** `--data`: a file to read instead, or a folder that holds the files. */
  readonly override?: string;
}

type Loader = (request: LoadRequest) => Result<RawData, DataProblem>;

const number = (value: SettingValue | undefined, otherwise: number): number =>
  typeof value === "number" ? value : otherwise;
const text = (value: SettingValue | undefined): string => (typeof value === "string" ? value : "");

function fromColumns(columns: readonly Column[]): Result<RawData, DataProblem> {
  const [first] = columns;
  const count = first === undefined ? 0 : first.data.length / sizeOf(first.shape);
  for (const column of columns) {
    const size = column.data.length / sizeOf(column.shape);
    if (first !== undefined && size !== count) {
      return failure(
        problem("MC6008", { first: first.from, second: column.from, firstCount: count, secondCount: size }),
      );
    }
  }
  return success({ kind: "columns", count, columns: new Map(columns.map((it) => [it.name, it])) });
}

/** The place of a file that a source names: relative to the spec, or by the same name in the folder of `--data`. */
function placeOf(name: string, { folder, override }: LoadRequest): string {
  if (override === undefined) return shorten(resolve(folder, name));
  return isFolder(override) ? join(override, basename(name)) : override;
}

function shorten(path: string): string {
  const here = `${process.cwd()}/`;
  return path.startsWith(here) ? path.slice(here.length) : path;
}

function isFolder(path: string): boolean {
  return existsSync(path) && statSync(path).isDirectory();
}

function loadIdxFiles(
  files: Readonly<Record<string, string>>,
  fields: readonly RawField[],
): Result<RawData, DataProblem> {
  const columns: Column[] = [];
  for (const [name, path] of Object.entries(files)) {
    const tensor = readIdx(path);
    if (!tensor.ok) return tensor;
    const found = tensor.value.shape.slice(1);
    const field = fields.find((it) => it.name === name);
    const wanted = field?.type.shape.map((dim) => asNumber(dim) ?? -1) ?? found;
    if (sizeOf(found) !== sizeOf(wanted) || !sameUpToOnes(found, wanted)) {
      const [foundText, expected] = [found, wanted].map((shape) =>
        shape.length === 0 ? "one number" : shape.join(" x "),
      );
      return failure(
        problem("MC6005", { path, found: foundText ?? "", expected: expected ?? "", field: showRawField(name) }),
      );
    }
    columns.push({ name, shape: wanted, data: tensor.value.data, from: path });
  }
  return fromColumns(columns);
}

function sameUpToOnes(a: readonly number[], b: readonly number[]): boolean {
  const long = (shape: readonly number[]): string => shape.filter((dim) => dim !== 1).join();
  return long(a) === long(b);
}

/** What a folder holds; nothing where it may not be opened. */
function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** The image and label files of a folder in MNIST's names, the training set before the test set. */
function findDigitFiles(folder: string): Readonly<Record<string, string>> | undefined {
  if (!isFolder(folder)) return undefined;
  const names = namesIn(folder).toSorted().reverse();
  for (const set of ["train", "t10k", ""]) {
    const image = names.find((it) => it.startsWith(set) && /images.*idx3/.test(it));
    const label = names.find((it) => it.startsWith(set) && /labels.*idx1/.test(it));
    if (image !== undefined && label !== undefined) return { image: join(folder, image), label: join(folder, label) };
  }
  return undefined;
}

const loaders: Readonly<Record<"idx" | keyof typeof sourceTable, Loader>> = {
  idx: (request) => {
    const files: Record<string, string> = {};
    for (const [name, value] of Object.entries(request.data.source.arguments)) {
      files[idxField(name)] = placeOf(text(value), request);
    }
    return loadIdxFiles(files, request.data.preparation.raw);
  },
  csv: (request) => {
    const path = placeOf(text(request.data.source.arguments["path"]), request);
    const table = readCsv(path, request.data.preparation.raw);
    return table.ok ? success({ kind: "columns", ...table.value }) : table;
  },
  text: (request) => readText(placeOf(text(request.data.source.arguments["path"]), request)),
  synthetic_digits: ({ data, override }) => {
    if (override !== undefined) {
      const files = findDigitFiles(override);
      if (files === undefined) {
        const reason = "I look there for a folder with IDX files in MNIST's names (t10k-images-idx3-ubyte.gz, ...)";
        return failure(problem("MC6001", { path: override, reason }));
      }
      return loadIdxFiles(files, data.preparation.raw);
    }
    return fromColumns(
      drawDigits(number(data.source.arguments["count"], 10000), number(data.source.arguments["seed"], 0)),
    );
  },
  synthetic_blobs: ({ data: { source } }) => {
    const { count, classes, features, spread, seed } = source.arguments;
    return fromColumns(
      drawBlobs(number(count, 1000), number(classes, 2), number(features, 2), number(spread, 1), number(seed, 0)),
    );
  },
  synthetic_sequences: ({ data: { source } }) => {
    const { count, length, features, classes, seed } = source.arguments;
    return fromColumns(
      drawSequences(
        number(count, 1000),
        number(length, 64),
        number(features, 64),
        number(classes, 10),
        number(seed, 0),
      ),
    );
  },
  synthetic_waves: ({ data: { source } }) => {
    const { count, length, noise, seed } = source.arguments;
    return fromColumns(drawWaves(number(count, 1000), number(length, 40), number(noise, 0), number(seed, 0)));
  },
};

const loaderOf: ReadonlyMap<string, Loader> = new Map(Object.entries(loaders));

/** Loads what a data section's source delivers. Relative paths start from the folder of the spec. */
export function loadSource(data: DataProgram, specPath: string, override?: string): Result<RawData, DataProblem> {
  const loader = required(
    loaderOf.get(data.source.kind),
    `a loader for ${data.source.kind}, which the checker lets through`,
  );
  return loader({ data, folder: dirname(specPath), ...(override !== undefined && { override }) });
}
