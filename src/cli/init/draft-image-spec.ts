import type { Split } from "../../ir/program.ts";
import { elementAt } from "../../support/element-at.ts";
import { showName } from "../../support/show-text.ts";
import { formatAmount } from "../format-amount.ts";
import { formatShare } from "../format-share.ts";
import { listSome } from "../list-some.ts";
import type { ImagesSeen } from "./look-at-images.ts";
import { modelName } from "./model-name.ts";
import { wrapComment } from "./wrap-comment.ts";

/** A spec that tells the classes of a folder of images apart; `path` is the folder as the spec names it. */
export function draftImageSpec(path: string, name: string, seen: ImagesSeen): string {
  const model = modelName(name);
  const { classes, count, isGrey } = seen;
  const [height, width] = sizeFor(seen.sizes);
  const channels = isGrey ? 1 : 3;
  const moved = Math.max(1, Math.round(Math.min(height, width) / 8));
  const ordered = classes.toSorted((a, b) => b.count - a.count);
  const most = elementAt(ordered, 0);
  const shares = ordered.map((it) => `${showName(it.name)} (${formatShare(it.count / count)})`);
  const steps = poolsFor(Math.min(height, width)).map(
    (filters) => `Conv2D(${filters}, 3, padding=same) -> BatchNorm -> relu -> MaxPool2D(2)`,
  );
  return [
    `## Tells which of ${classes.length} classes an image of ${showName(path)} is of. What was chosen is said beside it: change what you know better.`,
    "",
    `data ${model}Images {`,
    `source: image_folder(${JSON.stringify(path)})`,
    `split: ${splitFor(seen.folders)}`,
    "# In training, half of the images are mirrored, and all are moved a little. Leave random_flip out where left and right differ, as of letters.",
    `augment: image -> random_flip -> random_crop(${moved}, mode=reflect)`,
    "",
    `# ${formatAmount(count, "images")}${seen.sizes.length > 1 ? " of several sizes, all scaled to this one" : ""}${isGrey ? ", in grey" : ""}.`,
    `image: f32[${height}, ${width}, ${channels}] = raw.image / 255`,
    "",
    `# What is predicted, each folder a class: ${listSome(shares, 12)}.`,
    `label: class(${classes.length}) = raw.label`,
    "}",
    "",
    `model ${model}: (image: f32[B, ${height}, ${width}, ${channels}]) -> logits: f32[B, ${classes.length}] {`,
    ["image", ...steps, "GlobalAvgPool2D", "Dropout(0.2)", `Dense(${classes.length})`].join("\n-> "),
    "}",
    "",
    `train ${model} on ${model}Images {`,
    "loss: cross_entropy(logits, label)",
    "optimizer: adamw(lr=0.002, decay=0.01)",
    "metrics: accuracy(logits, label)",
    "epochs: 40",
    "batch: 32",
    "# Ends where the validate split gets no better, and keeps the weights that did best there.",
    "stop: early(validate.loss, patience=8)",
    "save: best(validate.loss)",
    "seed: 1",
    "}",
    "",
    `# Better than always to say ${showName(most.name)}, which is right for ${formatShare(most.count / count)} of the images.`,
    `test ${model} on ${model}Images { expect accuracy > ${Math.floor((most.count / count) * 1000) / 1000} }`,
    "",
  ]
    .flatMap(wrapComment)
    .join("\n");
}

function splitFor(folders: ImagesSeen["folders"]): string {
  const splits: readonly (readonly [Split, string])[] = [
    ["train", "0.8"],
    ["validate", "0.1"],
    ["test", "0.1"],
  ];
  const parts = splits.map(([split, share]) => {
    const folder = folders[split];
    return `${split} ${folder === undefined ? share : `from ${JSON.stringify(folder)}`}`;
  });
  return `${parts.join(", ")}, seed 1`;
}

/** Images up to this side are taken as they are, where all are alike. */
const asIs = 96;

/** Sides that larger images, and those of several sizes, are scaled to: the largest that most are no smaller than. */
const sides = [96, 64, 32];

/** The size that a network sees images in. */
function sizeFor(sizes: ImagesSeen["sizes"]): readonly [height: number, width: number] {
  const [first = [32, 32] as const, second] = sizes;
  if (second === undefined && Math.max(...first) <= asIs) return first;
  const shorter = sizes.map((it) => Math.min(...it)).sort((a, b) => a - b);
  const middle = elementAt(shorter, Math.floor(shorter.length / 2));
  const side = sides.find((it) => it <= middle) ?? elementAt(sides, sides.length - 1);
  return [side, side];
}

/** How many filters each convolution has: as many convolutions as leave some pixels to go on from. */
function poolsFor(side: number): readonly number[] {
  const filters = [16, 32, 64, 128];
  return filters.filter((_, at) => at === 0 || Math.floor(side / 2 ** (at + 1)) >= 4);
}
