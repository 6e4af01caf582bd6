import type { Split, SplitSpec } from "../../ir/program.ts";
import { elementAt } from "../../support/element-at.ts";
import { shuffled } from "./shuffle.ts";

/**
 * The rows of each split where splits are folders: all of its folder, in order. Splits that have shares in place of a folder
 * take them from the train folder, shuffled where the section is split by seed.
 */
export function splitByFolders(
  rows: Int32Array,
  folders: readonly string[],
  split: SplitSpec,
): Readonly<Record<Split, Int32Array>> {
  const inFolder = (name: string | undefined): Int32Array => rows.filter((row) => elementAt(folders, row) === name);
  const trained = inFolder(split.folders?.train);
  const order = split.by === "seed" ? shuffled(trained.length, split.seed, 0, "split") : trained.keys();
  const shuffledRows = Int32Array.from(order, (at) => elementAt(trained, at));
  let end = shuffledRows.length;
  /** What a split takes, from the end on: what all leave is for training. */
  const take = (name: Split): Int32Array => {
    const folder = split.folders?.[name];
    if (folder !== undefined) return inFolder(folder);
    const count = Math.round((split.fractions[name] ?? 0) * trained.length);
    end -= count;
    return shuffledRows.slice(end, end + count);
  };
  const [test, validate] = [take("test"), take("validate")];
  return { train: shuffledRows.slice(0, end), validate, test };
}
