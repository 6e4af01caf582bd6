import type { DType } from "../../ir/types.ts";
import { decodeElements } from "../../support/element-bytes.ts";
import { formatDouble, formatFloat } from "./format-float.ts";
import {
  isExternal,
  type OnnxAttributeValue,
  type OnnxGraph,
  type OnnxModel,
  type OnnxNode,
  type OnnxTensor,
  type OnnxValueInfo,
} from "./model.ts";

/** How a model is printed. */
export interface PrintOptions {
  /** Constants of more elements are cut to their first ones and a checksum; such text does not parse back. */
  readonly maxElements?: number;
}

const typeNames: Readonly<Record<DType, string>> = {
  f16: "float16",
  bf16: "bfloat16",
  f32: "float",
  f64: "double",
  i8: "int8",
  i32: "int32",
  i64: "int64",
  u8: "uint8",
  u32: "uint32",
  bool: "bool",
};

/**
 * The model in the ONNX textual syntax (onnx/docs/Syntax.md), as `onnx.printer` lays it out but one value a line: for
 * people and for diffs. `onnx.parser` reads it back where no constant was cut.
 */
export function printOnnx(model: OnnxModel, options: PrintOptions = {}): string {
  const limit = options.maxElements ?? 64;
  const header = [
    `ir_version: ${model.irVersion}`,
    `opset_import: ["" : ${model.opset}]`,
    `producer_name: ${quoted(model.producerName)}`,
    `producer_version: ${quoted(model.producerVersion)}`,
    ...(model.doc === undefined ? [] : [`doc_string: ${quoted(model.doc)}`]),
    ...(model.metadata.length === 0
      ? []
      : [`metadata_props: [${model.metadata.map(([key, value]) => `${quoted(key)}: ${quoted(value)}`).join(", ")}]`]),
  ];
  return `<\n${header.map((it) => `   ${it}`).join(",\n")}\n>\n${printGraph(model.graph, "", limit)}\n`;
}

function printGraph(graph: OnnxGraph, indent: string, limit: number): string {
  const inner = `${indent}   `;
  const list = (values: readonly OnnxValueInfo[]): string => {
    if (values.length <= 3) return `(${values.map(printValue).join(", ")})`;
    return `(\n${values.map((it) => inner + printValue(it)).join(",\n")}\n${indent})`;
  };
  const stored = [...graph.initializers.map((it) => printTensor(it, limit)), ...graph.values.map(printValue)];
  const inits = stored.length === 0 ? "" : `${indent}<\n${stored.map((it) => inner + it).join(",\n")}\n${indent}>\n`;
  const nodes = graph.nodes.map((it) => `${inner}${printNode(it, inner, limit)}\n`).join("");
  return `${name(graph.name)} ${list(graph.inputs)} => ${list(graph.outputs)}\n${inits}${indent}{\n${nodes}${indent}}`;
}

function printNode(node: OnnxNode, indent: string, limit: number): string {
  const attributes = node.attributes.map(([key, value]) => printAttribute(key, value, indent, limit));
  const written = attributes.length === 0 ? "" : ` <${attributes.join(", ")}>`;
  return `${node.outputs.map(name).join(", ")} = ${node.type}${written} (${node.inputs.map(name).join(", ")})`;
}

function printAttribute(key: string, value: OnnxAttributeValue, indent: string, limit: number): string {
  const typed = (type: string, text: string): string => `${key}: ${type} = ${text}`;
  if ("int" in value) return typed("int", `${value.int}`);
  if ("float" in value) return typed("float", formatFloat(value.float));
  if ("string" in value) return typed("string", quoted(value.string));
  if ("ints" in value) return typed("ints", `[${value.ints.join(", ")}]`);
  if ("floats" in value) return typed("floats", `[${value.floats.map(formatFloat).join(", ")}]`);
  if ("strings" in value) return typed("strings", `[${value.strings.map(quoted).join(", ")}]`);
  return typed("graph", printGraph(value.graph, indent, limit));
}

function printValue(value: OnnxValueInfo): string {
  const dims = value.shape?.map((it) => (typeof it === "number" ? `${it}` : it === undefined ? "?" : name(it)));
  const shape = dims === undefined ? "[...]" : dims.length === 0 ? "" : `[${dims.join(",")}]`;
  return `${typeNames[value.dtype]}${shape} ${name(value.name)}`;
}

function printTensor(tensor: OnnxTensor, limit: number): string {
  const head = printValue(tensor);
  if (isExternal(tensor.data)) {
    const { file, offset, length } = tensor.data;
    return `${head} = ["location": ${quoted(file)}, "offset": "${offset}", "length": "${length}"]`;
  }
  // The syntax takes the halves as the integers of their bits.
  const halves = tensor.dtype === "f16" || tensor.dtype === "bf16";
  const numbers = halves ? halfBits(tensor.data) : [...decodeElements(tensor.dtype, tensor.data)];
  const exact = tensor.dtype === "i64" ? wide(tensor.data) : undefined;
  const print = (it: number, index: number): string => {
    if (tensor.dtype === "f32") return formatFloat(it);
    return exact?.[index] ?? (tensor.dtype === "f64" ? formatDouble(it) : `${it}`);
  };
  if (numbers.length <= limit) return `${head} = {${numbers.map(print).join(", ")}}`;
  const first = numbers.slice(0, 8).map(print).join(", ");
  return `${head} = {${first}, ... ${numbers.length} elements, fnv1a ${fnv1a(tensor.data)}}`;
}

function wide(bytes: Uint8Array): readonly string[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: bytes.byteLength / 8 }, (_, i) => `${view.getBigInt64(i * 8, true)}`);
}

function halfBits(bytes: Uint8Array): readonly number[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: bytes.byteLength / 2 }, (_, i) => view.getUint16(i * 2, true));
}

function fnv1a(bytes: Uint8Array): string {
  let hash = 0x811c9dc5;
  for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return hash.toString(16).padStart(8, "0");
}

/** An identifier as it is, any other name quoted. */
function name(text: string): string {
  return /^[A-Za-z_]\w*$/.test(text) ? text : quoted(text);
}

function quoted(text: string): string {
  return `"${text.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`;
}
