import { byCodePoints } from "../support/by-code-points.ts";
import { elementAt } from "../support/element-at.ts";
import { required } from "../support/fault.ts";
import { failure, success, type Result } from "../support/result.ts";
import { showName } from "../support/show-text.ts";
import type { SourceFiles } from "./define-source.ts";
import { unreadable } from "./file-problems.ts";
import { isPlain, listFiles } from "./list-files.ts";
import { problem, type DataProblem } from "./raw-data.ts";
import { readNameTable } from "./read-name-table.ts";

/** An image of a folder, and what belongs to it. */
export interface FoundImage {
  readonly place: string;
  readonly label: number | undefined;
  /** The place of its mask. */
  readonly mask: string | undefined;
  /** The folder of its split; empty where there are none. */
  readonly folder: string;
}

/** The images of a folder. */
export interface FoundImages {
  readonly images: readonly FoundImage[];
  /** What its labels count, in their order; undefined where they are numbers of a table, or there are none. */
  readonly classes: readonly string[] | undefined;
}

/** What goes with the images of a folder. */
export interface ImageOptions {
  /** The place of a table of labels. */
  readonly labels?: string;
  /** The folder of masks. */
  readonly masks?: string;
}

type Failure = Extract<Result<never, DataProblem>, { readonly ok: false }>;

/** A folder that is laid out otherwise than is wanted. */
const misplaced = (path: string, what: string, help?: string): Failure =>
  failure(problem("MC6050", { path, problem: what }, help));

/** Finds the images of a folder, in the order of their paths; `folders` are those that its splits are in. */
export async function findImages(
  files: SourceFiles,
  place: string,
  { labels, masks }: ImageOptions,
  folders: readonly string[],
): Promise<Result<FoundImages, DataProblem>> {
  const all = listFiles(files, place);
  if (all === undefined) return unreadable(place, "there is no such folder");
  const absent = folders.find((it) => files.list(`${place}/${it}`) === undefined);
  if (absent !== undefined) return misplaced(place, `it has no folder \`${showName(absent)}\`, which \`split\` names`);
  const own = all.filter((it) => masks === undefined || !`${place}/${it}`.startsWith(`${masks}/`));
  const paths = folders.length === 0 ? own : own.filter((it) => folders.includes(firstOf(it)));
  if (paths.length === 0) return misplaced(place, "it holds no images");
  const labelled =
    labels !== undefined
      ? await labelsOfTable(files, place, labels, paths, folders)
      : masks === undefined
        ? labelsOfFolders(files, place, paths, folders)
        : success({ labels: new Map(paths.map((it) => [it, undefined])), classes: undefined });
  if (!labelled.ok) return labelled;
  const masked =
    masks === undefined ? success(undefined) : masksOf(files, place, masks, [...labelled.value.labels.keys()]);
  if (!masked.ok) return masked;
  const images = [...labelled.value.labels].map(([path, label]) => ({
    place: `${place}/${path}`,
    label,
    mask: masked.value?.get(path),
    folder: folders.length === 0 ? "" : firstOf(path),
  }));
  return success({ images, classes: labelled.value.classes });
}

/** The labels of images by their paths, in the order of these. */
interface Labelled {
  readonly labels: ReadonlyMap<string, number | undefined>;
  readonly classes: readonly string[] | undefined;
}

/** What people call the folders of splits. */
const splitNames: ReadonlySet<string> = new Set([
  "train",
  "training",
  "test",
  "testing",
  "val",
  "valid",
  "validate",
  "validation",
  "dev",
]);

/** What the name of a file with an image ends in. */
const imageEnding = /\.(?:png|jpe?g|webp)$/i;

/** Labels by the folders that images lie in: those of all splits together. */
function labelsOfFolders(
  files: SourceFiles,
  place: string,
  paths: readonly string[],
  folders: readonly string[],
): Result<Labelled, DataProblem> {
  const depth = folders.length === 0 ? 0 : 1;
  const folderOf = (path: string): string =>
    path
      .split("/")
      .slice(0, -1)
      .slice(0, depth + 1)
      .join("/");
  const filled = new Set(paths.map(folderOf));
  for (const root of depth === 0 ? [place] : folders.map((it) => `${place}/${it}`)) {
    const names = (files.list(root) ?? []).filter((it) => isPlain(it) && files.list(`${root}/${it}`) !== undefined);
    if (names.length === 0) {
      const help = 'Labels of other images stand in a table: `image_folder("photos", labels="labels.csv")`.';
      return misplaced(root, "it has no folders: each class has one, with its images in it", help);
    }
    const empty = names.toSorted(byCodePoints).find((it) => !filled.has(`${root}/${it}`.slice(place.length + 1)));
    if (empty !== undefined) return misplaced(`${root}/${showName(empty)}`, "this folder of a class holds no images");
  }
  const inside = paths.filter((it) => it.split("/").length > depth + 1);
  const loose = paths.find((it) => !inside.includes(it) && imageEnding.test(it));
  if (loose !== undefined) return misplaced(`${place}/${loose}`, "it lies in no folder of a class");
  const classOf = (path: string): string => elementAt(path.split("/"), depth);
  const classes = [...new Set(inside.map(classOf))].sort(byCodePoints);
  if (classes.every((it) => splitNames.has(it))) {
    const said = classes.map((it) => `${meantSplit(it)} from "${it}"`).join(", ");
    return misplaced(
      place,
      "its folders are those of splits, not of classes",
      `Say which they are: \`split: ${said}\`.`,
    );
  }
  const numbers = new Map(classes.map((it, at) => [it, at]));
  return success({ labels: new Map(inside.map((it) => [it, numbers.get(classOf(it))])), classes });
}

const meantSplit = (name: string): string => (/^test/.test(name) ? "test" : /^train/.test(name) ? "train" : "validate");

/** A number as a table writes it. */
const decimal = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;

/** Labels by a table: numbers, or words of which each is a class. */
async function labelsOfTable(
  files: SourceFiles,
  place: string,
  table: string,
  paths: readonly string[],
  folders: readonly string[],
): Promise<Result<Labelled, DataProblem>> {
  const rows = await readNameTable(files, table, ["file", "label"]);
  if (!rows.ok) return rows;
  const known = new Set(paths);
  const words = new Map<string, string>();
  for (const { cells, line, columns } of rows.value) {
    const { file = "", label = "" } = cells;
    const path = file.replaceAll("\\", "/").replace(/^\.\//, "");
    const wrong = (what: string, help?: string): Failure =>
      failure(
        problem(
          "MC6004",
          { path: table, line, column: columns["file"] ?? 1, problem: `\`${showName(file)}\` ${what}` },
          help,
        ),
      );
    if (words.has(path)) return wrong("has a label already");
    if (known.has(path)) words.set(path, label);
    // What lies in a folder that no split is made of is left out.
    else if (folders.length === 0 || folders.includes(firstOf(path))) {
      const near = paths.find((it) => it.startsWith(`${path}.`) || it.endsWith(`/${path}`));
      return wrong(`is no file of ${place}`, near === undefined ? undefined : `There is \`${showName(near)}\`.`);
    }
  }
  if (words.size === 0) return misplaced(table, "it names no images");
  const classes = [...words.values()].every((it) => decimal.test(it))
    ? undefined
    : [...new Set(words.values())].sort(byCodePoints);
  const numbers = new Map(classes?.map((it, at) => [it, at]));
  const labels = paths.flatMap((it): readonly (readonly [string, number])[] => {
    const word = words.get(it);
    if (word === undefined) return [];
    return [[it, classes === undefined ? Number(word) : required(numbers.get(word), `the number of ${word}`)]];
  });
  return success({ labels: new Map(labels), classes });
}

/** The place of the mask of each image, by the image's path: the file of the same name in the folder of masks. */
function masksOf(
  files: SourceFiles,
  place: string,
  masks: string,
  images: readonly string[],
): Result<ReadonlyMap<string, string>, DataProblem> {
  const all = listFiles(files, masks);
  if (all === undefined) return unreadable(masks, "there is no such folder");
  const byStem = new Map<string, string>();
  for (const path of all) {
    const other = byStem.get(stemOf(path));
    if (other !== undefined) return misplaced(`${masks}/${path}`, `${masks}/${other} is a mask of the same image`);
    byStem.set(stemOf(path), path);
  }
  const found = new Map<string, string>();
  for (const path of images) {
    const mask = byStem.get(stemOf(path));
    if (mask === undefined) {
      const help = "A mask has the name of its image, whatever its ending.";
      return misplaced(`${place}/${path}`, `it has no mask in ${masks}`, help);
    }
    found.set(path, `${masks}/${mask}`);
  }
  return success(found);
}

const firstOf = (path: string): string => path.split("/")[0] ?? "";
const stemOf = (path: string): string => path.replace(/\.[^./]*$/, "");
