import { entry } from "../entry.ts";

const vector = (body: string): string => `model M: (x: f32[B, 8]) -> y: f32[B, 4] {\n  ${body}\n}\n`;
const trained = (body: string): string =>
  `${vector(body)}\ndata D {\n  source: drawn(count=640)\n  x: f32[8] = noise.normal\n}\n\ntrain M on D {\n  loss:      mean(square(y))\n  optimizer: adam\n}\n`;
const picture = (shape: string): string =>
  `model M: (image: f32[${shape}]) -> logits: f32[B, 10] {\n  image -> Conv2D(16, 3, activation=relu) -> Flatten -> Dense(10)\n}\n`;
const encoder = (bound: string): string =>
  `block Encoder: (x: f32[B, 8]) -> (mean: f32[B, 2], spread: f32[B, 2]) {\n  h = x -> Dense(16, activation=relu)\n  (h -> Dense(2), h -> Dense(2) -> softplus)\n}\n\nmodel M: (x: f32[B, 8], noise: f32[B, 2]) -> z: f32[B, 2] {\n  ${bound} = x -> Encoder\n  mean + spread * noise\n}\n`;

/** MC3201 and on: what fits in a model by all types, and is most often a slip. */
export const lintsOfModelsCatalog = {
  MC3201: entry({
    severity: "warning",
    title: "two linear layers in a row",
    message: (it: { readonly first: string; readonly second: string }) =>
      `Between \`${it.first}\` and \`${it.second}\` there is no activation: together they can do no more than one linear layer.`,
    explanation:
      "A linear map of a linear map is one linear map: the first layer costs time and memory, and the network learns nothing by it that the second could not by itself. Most often its activation was forgotten. Nothing is said where the layer between is narrower than what goes in and what comes out, as in a product of two small matrices that stands for a large one, nor of a model that the file does not train.",
    bad: trained("x -> Dense(16) -> Dense(4)"),
    good: trained("x -> Dense(16, activation=relu) -> Dense(4)"),
  }),
  MC3202: entry({
    severity: "warning",
    optIn: true,
    title: "a bias that a normalisation takes away",
    message: (it: { readonly layer: string; readonly norm: string }) =>
      `\`${it.norm}\` takes the mean of each channel away, and with it the bias of \`${it.layer}\`, which so learns nothing.`,
    explanation:
      "A bias is the same for all examples, so it is part of the mean that the normalisation subtracts; what it adds by itself does the same. Leave the bias out. Nothing is said of a model that the file does not train.",
    bad: trained("x -> Dense(4) -> BatchNorm"),
    good: trained("x -> Dense(4, bias=false) -> BatchNorm"),
  }),
  MC3203: entry({
    severity: "warning",
    title: "dropout before a batch normalisation",
    message: (it: { readonly dropout: string; readonly norm: string }) =>
      `\`${it.norm}\` keeps the spread of what \`${it.dropout}\` leaves in training, and what it is given later spreads less.`,
    explanation:
      "Dropout makes the spread of its elements larger in training and leaves it as it is otherwise. The normalisation keeps the average of the larger one and divides by it when the network is used, so that its results are too small there (Li et al. 2018).",
    bad: vector("x -> Dense(4, activation=relu, bias=false) -> Dropout(0.2) -> BatchNorm"),
    good: vector("x -> Dense(4, activation=relu, bias=false) -> BatchNorm -> Dropout(0.2)"),
  }),
  MC3204: entry({
    severity: "warning",
    title: "an image whose channels stand first",
    message: (it: { readonly name: string; readonly given: string; readonly wanted: string; readonly layer: string }) =>
      `\`${it.layer}\` takes channels last, and \`${it.name}\`, ${it.given}, seems to have them first: write ${it.wanted}.`,
    explanation:
      'Images are [batch, height, width, channels] here, as in Keras; PyTorch has the channels before the height. One or three rows and many channels fit by type, but the convolution slides over the wrong axes. Where the data have their channels first, the section `data` turns them: `rearrange(raw.image, "... c h w -> ... h w c")`.',
    bad: picture("B, 3, 32, 32"),
    good: picture("B, 32, 32, 3"),
  }),
  MC3205: entry({
    severity: "warning",
    title: "a softmax over the batch",
    message: (it: { readonly op: string; readonly axis: string }) =>
      `Axis ${it.axis} of this \`${it.op}\` is that of the batch: what it gives for an example depends on the others beside it.`,
    explanation:
      "What a network gives for an example should not depend on which others are in its batch: with one example alone this softmax gives 1 everywhere. Most often the axis of the classes is meant, the last one.",
    bad: "model M: (x: f32[B, 8]) -> probs: f32[B, 3] {\n  x -> Dense(3) -> softmax(axis=0)\n}\n",
    good: "model M: (x: f32[B, 8]) -> probs: f32[B, 3] {\n  x -> Dense(3) -> softmax(axis=-1)\n}\n",
  }),
  MC3206: entry({
    severity: "warning",
    title: "results bound to one another's names",
    message: (it: { readonly callee: string; readonly bound: string; readonly declared: string }) =>
      `\`${it.callee}\` gives ${it.declared}, and here they are bound as ${it.bound}.`,
    explanation:
      "Several results are bound by their places, not by their names. Names of results that stand at one another's places say of each that it is the other.",
    bad: encoder("(spread, mean)"),
    good: encoder("(mean, spread)"),
  }),
  MC3210: entry({
    severity: "warning",
    title: "an argument that has no effect",
    message: (it: { readonly name: string; readonly callee: string; readonly conditions: readonly string[] }) =>
      `\`${it.name}\` has no effect here: \`${it.callee}\` reads it only where ${it.conditions.map((condition) => `\`${condition}\``).join(" or ")}.`,
    explanation:
      "What a block takes may matter in one of its branches alone: how a bias begins, where there is one, the base of rotary positions; and whether padding counts in an average, where there is padding. Given without it, the argument says what the network is not. Nothing is said where the condition is not decided by what is written at this place, nor of an argument that hands on what its own block is given.",
    bad: vector("x -> Dense(4, bias=false, bias_init=ones)"),
    good: vector("x -> Dense(4, bias_init=ones)"),
  }),
  MC3211: entry({
    severity: "warning",
    title: "the size of the input as an argument",
    message: (it: { readonly layer: string; readonly size: string; readonly taken: string }) =>
      `\`${it.layer}\` takes ${it.size}, which is the size of its input, as \`${it.taken}\`.`,
    explanation:
      "PyTorch's layers have the size of their input first: `Conv2d(3, 64, 3)` are 64 filters with a kernel of 3. Here a layer sees the size of its input, and the same numbers are 3 filters with a kernel of 64.",
    bad: "model M: (x: f32[B, 64, 64, 3]) -> y: f32[B, 22, 22, 3] {\n  x -> Conv2D(3, 64, 3, padding=same)\n}\n",
    good: "model M: (x: f32[B, 64, 64, 3]) -> y: f32[B, 64, 64, 64] {\n  x -> Conv2D(64, 3, padding=same)\n}\n",
  }),
};
