import { boundTo, type Addition, type Adding, type Operand } from "./growing.ts";

type Maker = (adding: Adding) => Addition | undefined;

const isReal = ({ dtype }: Operand): boolean => /^(f|bf)/.test(dtype);
const isNumber = ({ dtype }: Operand): boolean => dtype !== "bool";

function some(adding: Adding, fits: (it: Operand) => boolean): Operand | undefined {
  const found = adding.operands().filter(fits);
  return found.length === 0 ? undefined : adding.random.pick(found);
}

/** A line that is no plain call of what the catalogue has. */
export function drawConstruct(adding: Adding): Addition | undefined {
  return adding.random.pick(makers)(adding);
}

/** What is used of the language by the lines of this file. */
export const constructNames: readonly string[] = [
  ...["+", "-", "*", "/", "//", "%", "<", ">=", "==", "!="],
  ...["index", "for", "for with", "repeat", "when", "scan", "param", "state", "gradient", "and", "reshape", "constant"],
];

const infix: Maker = (adding) => {
  const { random } = adding;
  const a = some(adding, isNumber);
  if (a === undefined) return undefined;
  const same = adding.operands().filter((it) => it.dtype === a.dtype);
  const b = random.next() < 0.5 ? random.pick(same).name : random.pick(["2", "1", "3", "0.5"]);
  const sign = random.pick(["+", "-", "*", "/", "//", "%", "<", ">=", "==", "!="]);
  const written =
    random.next() < 0.1 ? `-${a.name}` : random.next() < 0.2 ? `${b} ${sign} ${a.name}` : `${a.name} ${sign} ${b}`;
  return boundTo(adding, sign, written);
};

const index: Maker = (adding) => {
  const { random } = adding;
  const x = some(adding, (it) => it.dims.length > 0);
  if (x === undefined) return undefined;
  const items = x.dims.map((dim) => {
    const n = String(1 + random.integer(3));
    return random.pick([
      ":",
      ":",
      "0",
      "-1",
      `-${n}`,
      `${n}:`,
      `:${n}`,
      `:-${n}`,
      `-${n}:`,
      `::${n}`,
      `${n}::2`,
      `: (${dim}) // ${n}`,
      `(${dim}) - ${n}`,
      "None, :",
    ]);
  });
  const kept = items.slice(0, 1 + random.integer(items.length));
  const all = random.next() < 0.2 ? ["...", ...kept] : kept;
  return boundTo(adding, "index", `${x.name}[${all.join(", ")}]`);
};

const rounds: Maker = (adding) => {
  const { random } = adding;
  const x = some(adding, (it) => isReal(it) && it.dims.length > 0);
  if (x === undefined) return undefined;
  const count = 1 + random.integer(3);
  const width = String(1 + random.integer(4));
  const body = random.pick([
    `Dense(${width})(${x.name})`,
    `${x.name} * (i + 1)`,
    `${x.name} -> Dense(${width}, activation=tanh) -> LayerNorm`,
    `${x.name}[..., :1] + i`,
  ]);
  const list = `for i in range(${String(count)}) { ${body} }`;
  return boundTo(adding, "for", random.pick([`concat(${list}, axis=-1)`, `stack(${list}, axis=0)`, `sum(${list})`]));
};

const carried: Maker = (adding) => {
  const { random } = adding;
  const x = some(adding, (it) => isReal(it) && it.dims.length > 0);
  if (x === undefined) return undefined;
  const step = random.pick(["h * 0.5 + k", "tanh(h) - k", "(h -> LayerNorm) * (k + 1)", "concat(h, h, axis=-1)"]);
  const emits = random.next() < 0.5;
  const written = `for k in range(${String(1 + random.integer(3))}) with h = ${x.name} { h <- ${step}${emits ? "\n    emit last h" : ""}\n  }`;
  return boundTo(adding, "for with", written);
};

const repeated: Maker = (adding) => {
  const { random } = adding;
  const x = some(adding, (it) => isReal(it) && it.dims.length > 0);
  if (x === undefined) return undefined;
  const stages = random.pick([
    "LayerNorm -> relu",
    `Dense(${String(1 + random.integer(4))}, activation=tanh)`,
    "Dropout(0.2) -> tanh",
    "BatchNorm",
  ]);
  const shared = random.next() < 0.3 ? " shared" : "";
  return boundTo(adding, "repeat", `${x.name} -> repeat ${String(random.integer(4))}${shared} { ${stages} }`);
};

const chosen: Maker = (adding) => {
  const { random } = adding;
  const x = some(adding, isReal);
  if (x === undefined) return undefined;
  const dim = x.dims[0] ?? "1";
  const condition = random.pick([
    "training",
    "not training",
    `(${dim}) >= 1`,
    `(${dim}) > 2`,
    "1 < 2",
    "float == f32",
    "2 == 3",
  ]);
  const stage = random.pick(["tanh", "Dropout(0.3)", "LayerNorm", "Dense(2)"]);
  const otherwise = random.next() < 0.5 ? " else { relu }" : "";
  return boundTo(adding, "when", `${x.name} -> when ${condition} { ${stage} }${otherwise}`);
};

const scanned: Maker = (adding) => {
  const { random } = adding;
  const x = some(adding, (it) => isReal(it) && it.dims.length >= 1);
  if (x === undefined) return undefined;
  const axis = random.integer(x.dims.length);
  const rest = x.dims.filter((_, at) => at !== axis);
  const carry = `${x.dtype}[${rest.join(", ")}]`;
  const reverse = random.next() < 0.3 ? " reverse" : "";
  const step = random.pick(["h * 0.5 + e", "tanh(h + e)", "maximum(h, e)", "(e -> Dense(2)) + h", "h - e * 0.1"]);
  const emits = random.pick(["emit h", "emit last h", "emit e * h\n    emit last h"]);
  return boundTo(
    adding,
    "scan",
    `scan e in ${x.name} over ${String(axis)}${reverse} with h: ${carry} = ${random.pick(["zeros", "ones", "0.5"])} {\n    h <- ${step}\n    ${emits}\n  }`,
  );
};

const declared: Maker = (adding) => {
  const { random } = adding;
  const x = some(adding, (it) => it.dtype === "f32" && it.dims.length > 0);
  const last = x?.dims.at(-1);
  if (x === undefined || last === undefined || !/^\d+$/.test(last)) return undefined;
  const name = adding.fresh().replace("v", "p");
  const width = String(1 + random.integer(4));
  const target = adding.fresh();
  const isState = random.next() < 0.3;
  const text = isState
    ? `state ${name}: f32[${last}] = ones\n  ${target} = ${x.name} * ${name}`
    : `param ${name}: f32[${last}, ${width}] = glorot_uniform\n  ${target} = ${x.dims.length > 1 ? `matmul(${x.name}, ${name})` : `matmul(${x.name}[None], ${name})`}`;
  return { statement: { text, targets: [target], uses: [isState ? "state" : "param"] }, inputs: adding.inputs };
};

const slope: Maker = (adding) => {
  const y = some(adding, (it) => isReal(it) && it.name.startsWith("v"));
  const x = some(adding, (it) => isReal(it));
  return x === undefined || y === undefined ? undefined : boundTo(adding, "gradient", `gradient(${y.name}, ${x.name})`);
};

const combined: Maker = (adding) => {
  const { random } = adding;
  const a = some(adding, (it) => it.dtype === "bool");
  const b = some(adding, (it) => it.dtype === "bool");
  if (a === undefined || b === undefined) return undefined;
  return boundTo(
    adding,
    "and",
    random.pick([`${a.name} and ${b.name}`, `not ${a.name}`, `${a.name} or not ${b.name}`]),
  );
};

const shaped: Maker = (adding) => {
  const { random } = adding;
  const x = some(adding, (it) => it.dims.length > 0);
  if (x === undefined) return undefined;
  const whole = x.dims.map((it) => `(${it})`).join(" * ");
  const at = random.integer(x.dims.length);
  const halves = x.dims.flatMap((dim, axis) => (axis === at ? [`(${dim}) / 2`, "2"] : [dim]));
  const joined = x.dims.flatMap((dim, axis) =>
    axis === at && axis + 1 < x.dims.length
      ? [`(${dim}) * (${x.dims[axis + 1] ?? "1"})`]
      : axis === at + 1
        ? []
        : [dim],
  );
  const shape = random.pick([
    whole,
    halves.join(", "),
    joined.join(", "),
    `${x.dims[0] ?? "1"}, -1`,
    [...x.dims].reverse().join(", "),
  ]);
  return boundTo(adding, "reshape", `reshape(${x.name}, [${shape}])`);
};

const literal: Maker = (adding) => {
  const { random } = adding;
  const dims = Array.from({ length: random.integer(4) }, () => adding.size());
  const shape = `[${dims.join(", ")}]`;
  return boundTo(
    adding,
    "constant",
    random.pick([`zeros(${shape})`, `ones(${shape})`, `full(${shape}, 0.5)`, `range(${adding.size()})`]),
  );
};

const makers: readonly Maker[] = [
  infix,
  infix,
  index,
  index,
  index,
  rounds,
  carried,
  repeated,
  chosen,
  scanned,
  declared,
  slope,
  combined,
  shaped,
  shaped,
  literal,
];
