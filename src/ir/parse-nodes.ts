import type { Dim } from "../dims/dim.ts";
import type { Attribute, AttributeValue, Attributes, Node, Region, Value } from "./graph.ts";
import { parseLabelledDim, parseType } from "./parse-types.ts";
import type { TextReader } from "./text-reader.ts";

/** Values that have been read, by id. */
export type KnownValues = Map<number, Value>;

/** Reads `%name.id: type` and makes the value known. */
export function parseDefinition(reader: TextReader, known: KnownValues): Value {
  const { id, name } = idAndName(reader.take("value").text);
  reader.expect(":");
  const type = parseType(reader);
  const value: Value = name === undefined ? { id, type } : { id, type, name };
  known.set(id, value);
  return value;
}

/** Reads the use of a value that is known. */
export function parseUse(reader: TextReader, known: KnownValues): Value {
  const { text } = reader.take("value");
  return known.get(idAndName(text).id) ?? reader.fail(`${text} is used before it is defined`);
}

function idAndName(text: string): { readonly id: number; readonly name?: string } {
  const dot = text.lastIndexOf(".");
  if (dot === -1) return { id: Number(text.slice(1)) };
  const raw = text.slice(1, dot);
  const name: unknown = raw.startsWith('"') ? JSON.parse(raw) : raw;
  return { id: Number(text.slice(dot + 1)), name: String(name) };
}

/** Reads a region's lines up to what it yields. */
export function parseRegion(reader: TextReader, known: KnownValues): Region {
  const inputs: Value[] = [];
  if (reader.takes("takes")) {
    do inputs.push(parseDefinition(reader, known));
    while (reader.takes(","));
  }
  const nodes: Node[] = [];
  while (!reader.sees("yield")) nodes.push(parseNode(reader, known));
  reader.expect("yield");
  const results: Value[] = [];
  if (reader.peek().kind === "value") {
    do results.push(parseUse(reader, known));
    while (reader.takes(","));
  }
  return { inputs, nodes, results };
}

function parseBraced(reader: TextReader, known: KnownValues): Region {
  reader.expect("{");
  const region = parseRegion(reader, known);
  reader.expect("}");
  return region;
}

/** Reads one node. */
export function parseNode(reader: TextReader, known: KnownValues): Node {
  if (reader.sees("update")) {
    reader.expect("update");
    return { kind: "update", path: reader.string(), value: parseUse(reader, known), results: [] };
  }
  // Results are known to later nodes alone: a region of this node must not see them.
  const defined: KnownValues = new Map();
  const results: Value[] = [];
  if (reader.peek().kind === "value") {
    do results.push(parseDefinition(reader, defined));
    while (reader.takes(","));
    reader.expect("=");
  }
  const node = parseRight(reader, known, results);
  for (const [id, value] of defined) known.set(id, value);
  return node;
}

function parseRight(reader: TextReader, known: KnownValues, results: readonly Value[]): Node {
  const word = reader.word();
  // An operator of the name `constant` or `dim` would be followed by a parenthesis.
  if (reader.takes("(")) {
    const operands: Value[] = [];
    while (reader.peek().kind === "value") {
      operands.push(parseUse(reader, known));
      reader.takes(",");
    }
    const attributes = reader.takes(";") ? parseAttributes(reader) : {};
    if (!reader.takes(")")) reader.fail(`) expected before ${reader.peek().text}`);
    return { kind: "operator", op: word, operands, attributes, results };
  }
  const uses = (): readonly Value[] => {
    reader.expect("(");
    return reader.list(")", () => parseUse(reader, known));
  };
  switch (word) {
    case "constant": {
      const data = reader.takes("[") ? reader.list("]", reader.number) : reader.number();
      return { kind: "constant", data, results, ...parseSource(reader) };
    }
    case "dim": {
      const dim = parseAngled(reader);
      return { kind: "dim", dim, results, ...parseSource(reader) };
    }
    case "parameter":
      return { kind: "parameter", path: reader.string(), results };
    case "state":
      return { kind: "state", path: reader.string(), results };
    case "key": {
      const path = reader.string();
      reader.expect("[");
      const indices = reader.list("]", reader.number);
      const base = reader.takes("base") ? parseUse(reader, known) : undefined;
      return { kind: "key", path, indices, results, ...(base !== undefined && { base }) };
    }
    case "call": {
      const callee = reader.string();
      reader.expect("instance");
      const instance = reader.string();
      return { kind: "call", callee, instance, operands: uses(), results };
    }
    case "repeat": {
      const count = { count: reader.number(), ...parseSource(reader) };
      reader.expect("path");
      const path = reader.string();
      const shared = reader.takes("shared");
      return { kind: "repeat", ...count, path, shared, operands: uses(), body: parseBraced(reader, known), results };
    }
    case "scan": {
      const length = parseAngled(reader);
      const reverse = reader.takes("reverse");
      reader.expect("carry");
      const initial = uses();
      reader.expect("along");
      reader.expect("(");
      const along = reader.list(")", () => {
        const value = parseUse(reader, known);
        reader.expect("@");
        return { value, axis: reader.number() };
      });
      reader.expect("emit");
      reader.expect("[");
      const emitAxes = reader.list("]", reader.number);
      return {
        kind: "scan",
        initial,
        sequences: along.map((it) => it.value),
        sequenceAxes: along.map((it) => it.axis),
        emitAxes,
        length,
        reverse,
        body: parseBraced(reader, known),
        results,
      };
    }
    case "gradient": {
      reader.expect("of");
      const of = parseUse(reader, known);
      reader.expect("by");
      return { kind: "gradient", of, by: parseUse(reader, known), results };
    }
    case "training": {
      const then = parseBraced(reader, known);
      reader.expect("otherwise");
      return { kind: "training", then, otherwise: parseBraced(reader, known), results };
    }
    default:
      return reader.fail(`${word} begins no node`);
  }
}

function parseAngled(reader: TextReader): Dim {
  reader.expect("<");
  const dim = parseLabelledDim(reader);
  reader.expect(">");
  return dim;
}

function parseSource(reader: TextReader): { readonly source?: string } {
  return reader.takes("from") ? { source: reader.string() } : {};
}

function parseAttributes(reader: TextReader): Attributes {
  const attributes: Record<string, Attribute> = {};
  while (!reader.sees(")")) {
    const name = reader.word();
    reader.expect("=");
    attributes[name] = { ...parseAttributeValue(reader), ...parseSource(reader) };
    if (!reader.sees(")")) reader.expect(",");
  }
  return attributes;
}

function parseAttributeValue(reader: TextReader): AttributeValue {
  if (reader.takes("<")) {
    const value: AttributeValue = reader.takes("[")
      ? { kind: "dims", value: reader.list("]", () => parseLabelledDim(reader)) }
      : { kind: "dim", value: parseLabelledDim(reader) };
    reader.expect(">");
    return value;
  }
  if (reader.takes("strings")) {
    reader.expect("[");
    reader.expect("]");
    return { kind: "strings", value: [] };
  }
  if (reader.takes("[")) {
    return reader.peek().kind === "string"
      ? { kind: "strings", value: reader.list("]", reader.string) }
      : { kind: "numbers", value: reader.list("]", reader.number) };
  }
  return parseScalar(reader);
}

/** Reads a string, a truth value or a number. */
export function parseScalar(
  reader: TextReader,
): Extract<AttributeValue, { readonly kind: "string" | "boolean" | "number" }> {
  if (reader.peek().kind === "string") return { kind: "string", value: reader.string() };
  return reader.sees("true") || reader.sees("false")
    ? { kind: "boolean", value: reader.boolean() }
    : { kind: "number", value: reader.number() };
}
