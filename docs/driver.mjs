// Trains what `modelc build --target onnx` has written, with nothing but ONNX Runtime:
//   const { losses, weights } = await train("out/Mnist", batches, { epochs: 10 })
// `batches()` gives objects from feature names to tensors. What comes back is what to feed to the other graphs.
import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { InferenceSession, Tensor } from "onnxruntime-node";

const types = {
  f32: "float32",
  f64: "float64",
  i8: "int8",
  i32: "int32",
  i64: "int64",
  u8: "uint8",
  u32: "uint32",
  bool: "bool",
};

/** The tensor that the manifest gives for an input. */
const initial = ({ dtype, shape, default: value }) =>
  new Tensor(types[dtype], Array.isArray(value) ? value : Array(shape.reduce((a, b) => a * b, 1)).fill(value), shape);

const operators = {
  "+": (...terms) => terms.reduce((a, b) => a + b),
  "*": (...factors) => factors.reduce((a, b) => a * b),
  "//": (a, b) => Math.floor(a / b),
  "%": (a, b) => a - b * Math.floor(a / b),
  min: Math.min,
  max: Math.max,
  "==": (a, b) => a === b,
  "!=": (a, b) => a !== b,
  ">=": (a, b) => a >= b,
  "<": (a, b) => a < b,
};
const value = (it, dims) =>
  Array.isArray(it) ? operators[it[0]](...it.slice(1).map((operand) => value(operand, dims))) : (dims[it] ?? it);

/** Checks what the model's `where` says of its dimensions. */
function check(constraints, inputs, feeds) {
  const dims = {};
  for (const { name, shape } of inputs) {
    shape.forEach((dim, axis) => typeof dim === "string" && (dims[dim] ??= feeds[name].dims[axis]));
  }
  for (const { text, message, check: fact } of constraints) {
    if (fact !== undefined && !value(fact, dims)) throw new Error(message ?? text);
  }
}

export async function train(stem, batches, { epochs = 1, hyper = {}, threads = 1 } = {}) {
  const { graphs, constraints } = JSON.parse(await readFile(`${stem}.manifest.json`, "utf8"));
  const options = { intraOpNumThreads: threads };
  const load = ({ file }) => InferenceSession.create(join(dirname(stem), file), options);
  const defaults = ({ inputs }) => inputs.filter((it) => it.default !== undefined).map((it) => [it.name, initial(it)]);

  const init = await load(graphs.init);
  const drawn = await init.run(Object.fromEntries(defaults(graphs.init)));
  const feeds = { ...drawn, ...Object.fromEntries(defaults(graphs.train)), ...hyper };

  const step = await load(graphs.train);
  const losses = [];
  for (let epoch = 0; epoch < epochs; epoch++) {
    for await (const batch of batches(epoch)) {
      for (const [name, tensor] of Object.entries(batch)) feeds[`batch/${name}`] = tensor;
      check(constraints, graphs.train.inputs, feeds);
      const results = await step.run(feeds);
      for (const [output, input] of Object.entries(graphs.train.carry)) feeds[input] = results[output];
      losses.push(results.loss.data[0]);
    }
  }
  return { losses, weights: feeds };
}
