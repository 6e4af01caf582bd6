import { entry } from "../entry.ts";

// What is wrong here lies in a folder: the examples begin with the commands that lead there, on a file of this text.
const blobs = `data Blobs {
  source: synthetic_blobs(count=40, classes=2, features=3, seed=1)
  x:     f32[3]   = raw.x
  label: class(2) = raw.label
}
train Net on Blobs {
  loss:      cross_entropy(logits, label)
  optimizer: sgd(lr=0.1)
}`;
const net = `model Net(width: int = 2): (x: f32[B, 3]) -> logits: f32[B, 2] { x -> Dense(width, activation=relu) -> Dense(2) }
${blobs}`;
const squashed = `model Net(squash: fn = relu): (x: f32[B, 3]) -> logits: f32[B, 2] { x -> Dense(4) -> squash -> Dense(2) }
${blobs}`;

const some = (problems: readonly string[]): string => {
  const shown = problems.slice(0, 3).join("; ");
  return problems.length > 3 ? `${shown}; and ${problems.length - 3} more` : shown;
};

/** What built files and trained weights in one folder may be to each other. */
export const builtFilesCatalog = {
  MC5010: entry({
    severity: "error",
    title: "trained weights of another model in the folder",
    message: (it: { path: string; problems: readonly string[] }) =>
      `The weights in ${it.path} do not fit this model: ${some(it.problems)}.`,
    explanation:
      "`modelc build` builds in the weights that a training has left in the folder, and never writes over them. These were trained before the model was changed, or belong to another one of the same name. Train again, build into another folder with `--out`, give other weights with `--weights FILE`, or build with initial ones, in a file of their own, with `--weights initial`.",
    bad: `# modelc train net.model --out out && modelc build net.model --out out --set width=5\n${net}`,
    good: `# modelc train net.model --out out && modelc build net.model --out out\n${net}`,
  }),
  MC5011: entry({
    severity: "error",
    title: "trained weights would be lost",
    message: (it: { path: string; there: string; given: string }) =>
      `${it.path} (${it.there}) would be replaced by the weights of ${it.given}, and exists nowhere else.`,
    explanation:
      "NAME.safetensors belongs to `modelc train`. `modelc build --weights FILE` copies weights into its folder, and replaces copies that it has made; but it does not write over what a training has left there.",
    bad: `# modelc train net.model --out one --seed 1 && modelc train net.model --out out && modelc build net.model --out out --weights one/Net.safetensors\n${net}`,
    good: `# modelc train net.model --out one --seed 1 && modelc build net.model --out out --weights one/Net.safetensors\n${net}`,
  }),
  MC5012: entry({
    severity: "error",
    title: "a built graph reads weights that would change their places",
    message: (it: { path: string; weights: string; problems: readonly string[] }) =>
      `${it.path} reads its weights from ${it.weights}, and this training would put others there: ${some(it.problems)}.`,
    explanation:
      "A built NAME.onnx finds each weight at its place in NAME.safetensors. Weights of a changed model lie elsewhere, and the graph would compute with the wrong ones without a word. Remove NAME.onnx, and build again after the training; or train into another folder with `--out`, which keeps both.",
    bad: `# modelc build net.model --out out && modelc train net.model --out out --set width=5\n${net}`,
    good: `# modelc build net.model --out out && modelc train net.model --out out\n${net}`,
  }),
  MC5013: entry({
    severity: "warning",
    title: "weights or graph of a model that has changed",
    message: (it: { path: string; name: string; what: "weights" | "graph" }) =>
      it.what === "weights"
        ? `The weights in ${it.path} fit, but they were made for another ${it.name}: it has changed since.`
        : `${it.path} was built from another ${it.name}: it will compute something else from the weights of this training.`,
    explanation:
      "Names and shapes of the weights are those of this model, but what it computes from them is not what they were made for: an activation, the order of layers, a rate, or a value of `--set` is another one. Train again, or build again after the training, unless the change is meant to leave the weights valid.",
    bad: `# modelc train net.model --out out && modelc build net.model --out out --set squash=tanh\n${squashed}`,
    good: `# modelc train net.model --out out --set squash=tanh && modelc build net.model --out out --set squash=tanh\n${squashed}`,
  }),
  MC5014: entry({
    severity: "error",
    title: "two models that write the same files",
    message: (it: { first: string; second: string }) =>
      it.first === it.second
        ? `Two things to build are called \`${it.first}\`: their files would have the same names.`
        : `\`${it.first}\` and \`${it.second}\` differ in case alone: on many systems their files have the same names.`,
    explanation:
      "Files are called after the label of a `train` section, or after the model. Give one of the two another label, or build one alone with `--model`.",
    bad: `# modelc build net.model --out out\nmodel Line: (x: f32[B, 3]) -> y: f32[B, 1] { x -> Dense(1) }\nmodel LINE: (x: f32[B, 3]) -> y: f32[B, 1] { x -> Dense(1) }`,
    good: `# modelc build net.model --out out\nmodel Line: (x: f32[B, 3]) -> y: f32[B, 1] { x -> Dense(1) }\nmodel Plane: (x: f32[B, 3]) -> y: f32[B, 1] { x -> Dense(1) }`,
  }),
} as const;
