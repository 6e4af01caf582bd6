// Trains what `modelc build --target onnx` has written, with nothing but ONNX Runtime:
//   const { losses, weights } = await train("out/Mnist", batches, { epochs: 10 })
//   const { loss, accuracy } = await evaluate("out/Mnist", weights, batches)
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

/** Throws where a step must not count: its loss is no finite number, or labels and other places are out of range. */
function judge({ inputs, outputs }, name, feeds, results) {
  const loss = results[name].data[0];
  const counted = outputs.find(({ role }) => role === "faults");
  const faults = counted === undefined ? 0 : results[counted.name].data[0];
  for (const { name, places } of faults > 0 ? inputs : []) {
    const { data, dims } = feeds[name];
    const at = data.findIndex((it) => it < 0 || it >= places);
    if (at < 0) continue;
    const example = Math.floor((at * dims[0]) / data.length);
    throw new Error(`${name} is ${data[at]} in example ${example} of the batch, and must be in 0..${places - 1}`);
  }
  if (faults > 0) throw new Error(`${faults} places that the network computes are out of range`);
  if (!Number.isFinite(loss)) throw new Error(`the loss is ${loss}`);
  return loss;
}

const manifestOf = async (stem) => JSON.parse(await readFile(`${stem}.manifest.json`, "utf8"));
const loader = (stem, threads) => (graph) =>
  InferenceSession.create(join(dirname(stem), graph.file), { intraOpNumThreads: threads });
const defaults = ({ inputs }) => inputs.filter((it) => it.default !== undefined).map((it) => [it.name, initial(it)]);
const countOf = (batch) => Object.values(batch)[0].dims[0];

/** A batch in parts of so many examples. */
const partsOf = (batch, size) =>
  Array.from({ length: Math.ceil(countOf(batch) / size) }, (_, part) =>
    Object.fromEntries(
      Object.entries(batch).map(
        ([
          name,
          {
            type,
            data,
            dims: [count, ...rest],
          },
        ]) => {
          const row = data.length / count;
          const own = data.slice(part * size * row, (part + 1) * size * row);
          return [name, new Tensor(type, own, [own.length / row, ...rest])];
        },
      ),
    ),
  );

/** What runs on a batch where the manifest does not list it. */
const single = [{ every: 1, loss: "loss", graphs: ["train"] }];

export async function train(stem, batches, { epochs = 1, hyper = {}, threads = 1 } = {}) {
  const { graphs, constraints, training } = await manifestOf(stem);
  const { run = single, phases = [{ from: { steps: 0 } }] } = training;
  const load = loader(stem, threads);

  const init = await load(graphs.init);
  const drawn = await init.run(Object.fromEntries(defaults(graphs.init)));
  let feeds = { ...drawn, ...hyper };

  const sessions = new Map();
  /** Runs a graph of a step; `judged` says whether what it gives may be carried. */
  const call = async (graph, given, step, judged) => {
    if (!sessions.has(graph)) sessions.set(graph, await load(graph));
    feeds = { ...Object.fromEntries(defaults(graph)), ...feeds, ...given };
    feeds.step = new Tensor("int64", [BigInt(step)], []);
    check(constraints, graph.inputs, feeds);
    const results = await sessions
      .get(graph)
      .run(Object.fromEntries(graph.inputs.map(({ name }) => [name, feeds[name]])));
    judged?.(results);
    for (const [output, input] of Object.entries(graph.carry)) feeds[input] = results[output];
    return results;
  };
  const losses = [];
  let step = 0;
  for (let epoch = 0; epoch < epochs; epoch++) {
    for await (const batch of batches(epoch)) {
      const phase = phases.filter(({ from }) => epoch >= (from.epochs ?? 0) && step >= (from.steps ?? 0)).length - 1;
      for (const { loss, graphs: keys, apply } of run.filter(({ every }) => step % every === 0)) {
        const graph = graphs[keys[phase]];
        const parts = apply === undefined ? [batch] : partsOf(batch, training.batch);
        const gradients = apply === undefined ? [] : graph.outputs.filter(({ role }) => role === "gradient");
        const sums = gradients.map(({ shape }) => new Float64Array(shape.reduce((a, b) => a * b, 1)));
        let total = 0;
        for (const [part, examples] of parts.entries()) {
          const given = Object.fromEntries(Object.entries(examples).map(([name, tensor]) => [`batch/${name}`, tensor]));
          const at = step * (training.accumulate ?? 1) + part;
          const results = await call(graph, given, at, (it) => {
            total += judge(graph, loss, feeds, it) * countOf(examples);
          });
          gradients.forEach(({ name }, i) =>
            results[name].data.forEach((it, place) => (sums[i][place] += it * countOf(examples))),
          );
        }
        losses.push(total / countOf(batch));
        const mean = gradients.map(({ name, dtype, shape }, i) => [
          name,
          new Tensor(
            types[dtype],
            Float32Array.from(sums[i], (it) => it / countOf(batch)),
            shape,
          ),
        ]);
        const update = apply?.[phase] ?? undefined;
        if (update !== undefined) await call(graphs[update], Object.fromEntries(mean), step);
      }
      step++;
    }
  }
  return { losses, weights: feeds };
}

/** A figure as a number, a row of numbers or a table of rows. */
function figureOf({ data, dims: [rows, columns] }) {
  if (rows === undefined) return data[0];
  if (columns === undefined) return [...data];
  return Array.from({ length: rows }, (_, row) => [...data.slice(row * columns, (row + 1) * columns)]);
}

/** How what batches give to metrics is merged. */
const merges = { sum: (a, b) => a + b, max: Math.max, min: Math.min };

/** Loss and metrics of weights over all examples of some batches, whatever the sizes of these. */
export async function evaluate(stem, weights, batches, { threads = 1 } = {}) {
  const { graphs, constraints, training } = await manifestOf(stem);
  const load = loader(stem, threads);
  const known = { ...Object.fromEntries(defaults(graphs.eval)), ...weights };

  const measure = await load(graphs.eval);
  const sums = {};
  const losses = {};
  let examples = 0;
  for await (const batch of batches()) {
    for (const [name, tensor] of Object.entries(batch)) known[`batch/${name}`] = tensor;
    const feeds = Object.fromEntries(
      graphs.eval.inputs.map(({ name, average }) => [name, known[average] ?? known[name]]),
    );
    check(constraints, graphs.eval.inputs, feeds);
    const results = await measure.run(feeds);
    const count = countOf(batch);
    for (const { name, loss } of training.run ?? single) {
      const figure = name === undefined ? "loss" : `${name}.loss`;
      losses[figure] = (losses[figure] ?? 0) + judge(graphs.eval, loss, feeds, results) * count;
    }
    examples += count;
    for (const { name, merge } of training.metrics.flatMap((it) => it.accumulators)) {
      const { data, dims } = results[name];
      const before = sums[name]?.data;
      const merged = Float64Array.from(data, (it, i) => (before === undefined ? it : merges[merge](before[i], it)));
      sums[name] = new Tensor("float64", merged, dims);
    }
  }
  const made = graphs.metrics === undefined ? {} : await (await load(graphs.metrics)).run(sums);
  const figures = training.metrics.map(({ name, figure }) => [name, figureOf(made[figure])]);
  const means = Object.entries(losses).map(([name, sum]) => [name, sum / examples]);
  return Object.fromEntries([...means, ...figures]);
}
