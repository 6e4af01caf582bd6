// Answers rows of a table by what `modelc build --target onnx` has written of trained weights, with nothing but ONNX Runtime:
//   const answer = await open("out/Animal")
//   const { logits } = await answer([{ size: "3.5", life: "wild" }, { size: null, life: "tame" }])
// The manifest says how each cell is read. Of the readings, those that are most often used are here.
import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { InferenceSession, Tensor } from "onnxruntime-node";

const types = { f32: "float32", f64: "float64", i32: "int32", i64: "int64", u32: "uint32", bool: "bool" };
const arrays = { f32: Float32Array, f64: Float64Array, i32: Int32Array, i64: BigInt64Array, bool: Uint8Array };
const tensor = (dtype, shape, numbers) =>
  new Tensor(types[dtype], arrays[dtype].from(numbers, dtype === "i64" ? BigInt : Number), shape);

/** The number of a text that always has the same one. */
function hashOf(text) {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return hash >>> 0;
}

function number(cell, { decimal, thousands }) {
  const digits = thousands === "" ? cell : cell.replaceAll(thousands, "");
  const found = digits.replace(decimal, ".");
  if (!/^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i.test(found)) throw new Error(`${cell} is not a number`);
  return Number(found);
}

function word(cell, _, { words, rest }) {
  const at = words.indexOf(cell);
  if (at === -1 && rest === undefined) throw new Error(`${cell} is none of ${words.join(", ")}`);
  return at === -1 ? rest : at;
}

const readings = {
  number,
  categories: word,
  truth: (cell) => Number(/^(?:true|t|yes|y|on|1)$/i.test(cell)),
  hashed: (cell, { buckets }) => hashOf(cell) % buckets,
  /** Of dates as ISO 8601 has them. */
  days_since: (cell, { start }) => (Date.parse(cell) - Date.parse(start)) / 86_400_000,
};

/** What a raw field is of some rows: a number for each of its columns. */
function numbersOf(field, rows, marks) {
  const { column, columns, reading, missing, rows: before } = field;
  const names = columns?.names ?? [column];
  if (names.includes(undefined) || before !== undefined) throw new Error(`${field.input} is no cell of a row`);
  return rows.flatMap((row) =>
    names.map((name) => {
      const cell = String(row[name] ?? "").trim();
      const isMissing = cell === "" || marks.has(cell);
      if (reading.kind === "missing") return isMissing ? 1 : 0;
      if (isMissing && missing === undefined) throw new Error(`${name} has no value`);
      if (!(reading.kind in readings)) throw new Error(`add the reading ${reading.kind} for ${name}`);
      return isMissing ? 0 : readings[reading.kind](cell, reading.arguments, field);
    }),
  );
}

/** The tensors of a .safetensors file that lists what is fitted in f64 and f32. */
async function readFitted(path) {
  const bytes = await readFile(path);
  const start = 8 + Number(bytes.readBigUInt64LE());
  const entries = Object.entries(JSON.parse(bytes.subarray(8, start))).filter(([name]) =>
    name.startsWith("statistic/"),
  );
  return Object.fromEntries(
    entries.map(
      ([
        name,
        {
          dtype,
          shape,
          data_offsets: [from, to],
        },
      ]) => {
        const data = bytes.buffer.slice(bytes.byteOffset + start + from, bytes.byteOffset + start + to);
        return [name, tensor(dtype.toLowerCase(), shape, new arrays[dtype.toLowerCase()](data))];
      },
    ),
  );
}

export async function open(stem) {
  const { data, graphs, weights } = JSON.parse(await readFile(`${stem}.manifest.json`, "utf8"));
  const beside = (file) => join(dirname(stem), file);
  const prep = await InferenceSession.create(beside(graphs.prep.file));
  const network = await InferenceSession.create(beside(graphs.inference.file));
  const fitted = await readFitted(beside(weights));
  const wanted = network.inputNames;
  return async (rows) => {
    const feeds = {};
    for (const { name, dtype, shape, default: value } of graphs.prep.inputs) {
      const field = data.fields.find((it) => it.input === name);
      if (field === undefined) feeds[name] = fitted[name] ?? tensor(dtype, shape, [value].flat());
      else {
        const sizes = [rows.length, ...shape.slice(1)];
        const isNeeded = field.features.some((it) => wanted.includes(it));
        const zeros = Array(sizes.reduce((a, b) => a * b, 1)).fill(0);
        feeds[name] = tensor(dtype, sizes, isNeeded ? numbersOf(field, rows, new Set(data.missing)) : zeros);
      }
    }
    return network.run(await prep.run(feeds, wanted));
  };
}
