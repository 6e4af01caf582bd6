import { join } from "node:path";
import type { Split } from "../../ir/program.ts";
import { filesOf } from "../../runtime/data/load-source.ts";
import { findImages } from "../../sources/find-images.ts";
import { isPlain } from "../../sources/list-files.ts";
import type { Picture } from "../../sources/picture.ts";
import { elementAt } from "../../support/element-at.ts";
import { required } from "../../support/fault.ts";
import { InputError } from "../exit-code.ts";
import { valueOf } from "./value-of.ts";

/** What a folder of images holds. */
export interface ImagesSeen {
  /** The folders of the splits, where it has such. */
  readonly folders: Readonly<Partial<Record<Split, string>>>;
  /** The classes in their order, each with how many images it has. */
  readonly classes: readonly { readonly name: string; readonly count: number }[];
  readonly count: number;
  /** The sizes that images have, of those that were looked at: one where all are alike. */
  readonly sizes: readonly (readonly [height: number, width: number])[];
  /** Whether all of them are grey. */
  readonly isGrey: boolean;
}

/** What people call the folders of splits, those of most first. */
const splitFolders: Readonly<Record<Split, readonly string[]>> = {
  train: ["train", "training"],
  validate: ["validate", "validation", "valid", "val", "dev"],
  test: ["test", "testing"],
};

/** So many images are opened, from all over the folder. */
const opened = 40;

/** Finds the images of a folder, in a folder for each class, and opens some of them. */
export async function lookAtImages(path: string): Promise<ImagesSeen> {
  const files = filesOf(".", undefined, undefined);
  const names = (files.list(path) ?? []).filter((it) => isPlain(it) && files.list(join(path, it)) !== undefined);
  const folders = foldersOf(names);
  const found = valueOf(await findImages(files, path, {}, Object.values(folders)));
  const { images, classes = [] } = found;
  if (classes.length < 2) throw new InputError(`${path} has one class: a network tells two at least apart.`);
  const step = Math.max(1, Math.floor(images.length / opened));
  const pictures: Picture[] = [];
  for (const { place } of images.filter((_, at) => at % step === 0).slice(0, opened)) {
    const read = required(files.readPicture, "what reads images");
    pictures.push(valueOf(await read(place, { channels: 3, isMask: false })));
  }
  const sizes = new Map(pictures.map((it) => [it.original.join(), it.original]));
  return {
    folders,
    classes: classes.map((name, at) => ({ name, count: images.filter((it) => it.label === at).length })),
    count: images.length,
    sizes: [...sizes.values()],
    isGrey: pictures.every(isGreyPicture),
  };
}

/** The folders of splits, where all folders are such and there is one to train on. */
function foldersOf(names: readonly string[]): ImagesSeen["folders"] {
  const found: Partial<Record<Split, string>> = {};
  const splits: readonly Split[] = ["train", "validate", "test"];
  for (const split of splits) {
    const name = splitFolders[split].find((it) => names.includes(it));
    if (name !== undefined) found[split] = name;
  }
  return found.train !== undefined && Object.keys(found).length === names.length ? found : {};
}

function isGreyPicture({ data }: Picture): boolean {
  for (let at = 0; at < data.length; at += 3)
    if (elementAt(data, at) !== elementAt(data, at + 1) || elementAt(data, at) !== elementAt(data, at + 2))
      return false;
  return true;
}
