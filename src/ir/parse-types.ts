import {
  add,
  constant,
  floorDivide,
  maximum,
  minimum,
  modulo,
  multiply,
  subtract,
  variable,
  withLabel,
  type Dim,
} from "../dims/dim.ts";
import { atLeast, divides, equal, lessThan, negateRelation, type Relation } from "../dims/facts.ts";
import type { TextReader } from "./text-reader.ts";
import type { DType, TensorType } from "./types.ts";

const dtypes: Readonly<Record<DType, true>> = {
  f16: true,
  bf16: true,
  f32: true,
  f64: true,
  i8: true,
  i32: true,
  i64: true,
  u8: true,
  u32: true,
  bool: true,
};

function isDType(name: string): name is DType {
  return Object.hasOwn(dtypes, name);
}

/** Reads a tensor type: `f32[B, H=28, 3]`. */
export function parseType(reader: TextReader): TensorType {
  const dtype = reader.word();
  if (!isDType(dtype)) return reader.fail(`${dtype} is no element type`);
  reader.expect("[");
  return { dtype, shape: reader.list("]", () => parseLabelledDim(reader)) };
}

/** Reads a dimension, with the name of its axis where it has one: `H=28`. */
export function parseLabelledDim(reader: TextReader): Dim {
  const first = parseDim(reader);
  if (!reader.takes("=")) return first;
  const [term] = first.terms;
  const [factor] = term?.factors ?? [];
  if (factor?.atom.kind !== "variable") return reader.fail("the name of an axis expected before =");
  return withLabel(parseDim(reader), factor.atom.name);
}

/** Reads a dimension in the language's syntax: `2 * H`, `T // 2 + 1`, `min(A, B)`. */
export function parseDim(reader: TextReader): Dim {
  let total = parseProduct(reader);
  for (;;) {
    if (reader.takes("+")) total = add(total, parseProduct(reader));
    else if (reader.takes("-")) total = subtract(total, parseProduct(reader));
    else return total;
  }
}

function parseProduct(reader: TextReader): Dim {
  let total = parseUnary(reader);
  for (;;) {
    if (reader.takes("*")) total = multiply(total, parseUnary(reader));
    else if (reader.takes("//")) total = floorDivide(total, parseUnary(reader));
    else if (reader.takes("%")) total = modulo(total, parseUnary(reader));
    else return total;
  }
}

function parseUnary(reader: TextReader): Dim {
  if (reader.takes("-")) return subtract(constant(0), parseUnary(reader));
  if (reader.takes("(")) {
    const inner = parseDim(reader);
    reader.expect(")");
    return inner;
  }
  if (reader.peek().kind === "number") return constant(BigInt(reader.take("number").text));
  const name = reader.word();
  if ((name === "min" || name === "max") && reader.takes("(")) {
    const operands = reader.list(")", () => parseDim(reader));
    return name === "min" ? minimum(...operands) : maximum(...operands);
  }
  return variable(name);
}

/** Reads a relation: `T < 512`, `heads divides D`, `2 misses W`. */
export function parseRelation(reader: TextReader): Relation {
  const left = parseDim(reader);
  if (reader.takes("==")) return equal(left, parseDim(reader));
  if (reader.takes("!=")) return negateRelation(equal(left, parseDim(reader)));
  if (reader.takes(">=")) return atLeast(left, parseDim(reader));
  if (reader.takes("<")) return lessThan(left, parseDim(reader));
  if (reader.takes("divides")) return divides(left, parseDim(reader));
  reader.expect("misses");
  return negateRelation(divides(left, parseDim(reader)));
}
