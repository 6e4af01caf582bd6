import { entry } from "../entry.ts";

// What is wrong here lies in how a file is built: the examples begin with the command that builds them.
const line = `model Line: (x: f32[B, 3]) -> y: f32[B, 1] { x -> Dense(1) }`;
const mixed = `${line}
data Points {
  source: csv("points.csv")
  x: f32[3] = stack(raw.a, raw.b, raw.c, axis=-1)
  t: f32[1] = stack(raw.t, axis=-1)
}
train Line on Points {
  loss: mse(y, t)
  optimizer: sgd(lr=0.1)
  precision: mixed_bf16
}`;

/** What the targets cannot build. */
export const targetsCatalog = {
  MC5001: entry({
    severity: "error",
    title: "operator set that is not supported",
    message: (it: { opset: number; least: number; greatest: number }) =>
      `ONNX operator set ${it.opset} is not supported: modelc writes ${it.least} to ${it.greatest}.`,
    explanation:
      "Random numbers and reductions are written with operators that ONNX has since set 18. Every ONNX Runtime since 1.14 knows it; leave `--opset` out to get it.",
    bad: `# modelc build --target onnx --opset 13\n${line}`,
    good: `# modelc build --target onnx --opset 18\n${line}`,
  }),
  MC5002: entry({
    severity: "error",
    title: "open dimension in a parameter",
    message: (it: { path: string; dims: readonly string[]; more: number }) =>
      `The parameter \`${it.path}\` ${it.more === 0 ? "depends" : `and ${it.more} more depend`} on ${it.dims.map((dim) => `\`${dim}\``).join(" and ")}, which nothing fixes.`,
    explanation:
      "Weights have one shape for good. A model may leave a dimension of its inputs open as long as no parameter has it; else fix it when you build, with `--set D=64`, or in the file. What a `train` section leaves open, and an axis of `...`, no command can give: `modelc check` reports these.",
    bad: `# modelc build --target onnx\nmodel Line: (x: f32[B, D]) -> y: f32[B, 1] { x -> Dense(1) }`,
    good: `# modelc build --target onnx --set D=64\nmodel Line: (x: f32[B, D]) -> y: f32[B, 1] { x -> Dense(1) }`,
  }),
  MC5003: entry({
    severity: "error",
    title: "weights of another model",
    message: (it: { problems: readonly string[] }) => {
      const [first, ...rest] = it.problems;
      return `The weights do not fit this model: ${first ?? ""}${rest.length > 0 ? `, and ${rest.length} more` : ""}.`;
    },
    explanation:
      "A file of weights must hold every parameter and state of the model under its path, in its element type and its stored shape: convolution kernels as OIHW. `modelc summary` lists them.",
    bad: `# modelc build --target onnx --weights other.safetensors\n${line}`,
    good: `# modelc build --target onnx\n${line}`,
  }),
  MC5004: entry({
    severity: "error",
    title: "weights larger than a file can be",
    message: (it: { what: string; model: string; bytes: string; limit: string }) =>
      `${it.what} of ${it.model} take ${it.bytes}, and modelc writes files of at most ${it.limit}.`,
    explanation:
      "modelc makes a file of weights in memory, in one piece, and a checkpoint holds what the optimizer remembers as well. `modelc check` and `modelc summary` serve networks of any size; to build or train one this large, make it smaller with `--set`, or look for a number with too many digits.",
    bad: `# modelc build --target onnx\nmodel Line: (x: f32[B, 3]) -> y: f32[B, 1] { x -> Dense(1_000_000_000) -> Dense(1) }`,
    good: `# modelc build --target onnx\n${line}`,
  }),
  MC5015: entry({
    severity: "error",
    title: "more axes than TensorFlow.js computes with",
    message: (it: { model: string; axes: number; most: number }) =>
      `${it.model} has a tensor of ${it.axes} axes here, and TensorFlow.js computes rightly with ${it.most} at most.`,
    explanation:
      "From seven axes on the backend `wasm` of TensorFlow.js gives wrong numbers without a word. Join axes that need not be apart with `reshape` or `rearrange`, or build for ONNX alone (`--target onnx`).",
    bad: `# modelc build --target tfjs\nmodel Wide: (x: f32[1, 2, 1, 2, 1, 2, 3]) -> y: f32[1, 2, 1, 2, 1, 2, 3] { relu(x) }`,
    good: `# modelc build --target onnx\nmodel Wide: (x: f32[1, 2, 1, 2, 1, 2, 3]) -> y: f32[1, 2, 1, 2, 1, 2, 3] { relu(x) }`,
  }),
  MC5016: entry({
    severity: "warning",
    title: "precision that TensorFlow.js lacks",
    message: (it: { model: string; half: string }) =>
      `TensorFlow.js has no ${it.half}: there ${it.model} is computed in f32 throughout, trained or not.`,
    explanation:
      "All real numbers of TensorFlow.js have 32 bits. Generated TypeScript, and `modelc train --runtime tfjs`, compute what `precision` asks to have in 16 bits in 32: more precisely, and as if the key were not there. ONNX files round as they should.",
    bad: `# modelc build --target tfjs\n${mixed}`,
    good: `# modelc build --target onnx\n${mixed}`,
  }),
  MC5017: entry({
    severity: "error",
    title: "open number of groups",
    message: (it: { model: string; groups: string }) =>
      `${it.model} has a convolution in \`${it.groups}\` groups here, and nothing fixes how many these are.`,
    explanation:
      "Both targets write the number of groups into the file. A block may split channels into as many groups as there are, whatever their number; the model that is built fixes it, in the file or with `--set C=8`.",
    bad: `# modelc build --target onnx\nmodel Blur: (x: f32[B, 8, C], kernel: f32[3, 1, C]) -> y: f32[B, 6, C] { conv(x, kernel, groups=C) }`,
    good: `# modelc build --target onnx\nmodel Blur: (x: f32[B, 8, 4], kernel: f32[3, 1, 4]) -> y: f32[B, 6, 4] { conv(x, kernel, groups=4) }`,
  }),
  MC5018: entry({
    severity: "warning",
    title: "model that one target cannot be built for",
    message: (it: { model: string; target: string; why: string }) =>
      `${it.model} cannot be built for ${it.target}: ${it.why}.`,
    explanation:
      "A model may be checked and measured that one of the two targets cannot hold: `modelc build` says so of that target with an error, and builds for the other one (`--target`). Silence the warning where that is enough.",
    bad: `# modelc check\nmodel Wide: (x: f32[1, 2, 1, 2, 1, 2, 3]) -> y: f32[1, 2, 1, 2, 1, 2, 3] { relu(x) }`,
    good: `# modelc check\nmodel Wide: (x: f32[1, 2, 2, 2, 3]) -> y: f32[1, 2, 2, 2, 3] { relu(x) }`,
  }),
} as const;
