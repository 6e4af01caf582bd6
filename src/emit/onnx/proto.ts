import proto, { type onnx as Proto } from "onnx-proto";
import type { DType } from "../../ir/types.ts";
import { fault } from "../../support/fault.ts";
import {
  dataTypes,
  isExternal,
  type OnnxAttributeValue,
  type OnnxDim,
  type OnnxGraph,
  type OnnxModel,
  type OnnxNode,
  type OnnxTensor,
  type OnnxValueInfo,
} from "./model.ts";

// The package is CommonJS: its one object is the default export wherever it is loaded.
const { onnx } = proto;

// AttributeProto.AttributeType of onnx.proto.
const attributeTypes = { float: 1, int: 2, string: 3, graph: 5, floats: 6, ints: 7, strings: 8 } as const;

const utf8 = new TextEncoder();
const text = new TextDecoder();

/** The model as a protobuf message (`onnx.ModelProto`): the same bytes for the same model. Faults beyond 2 GiB. */
export function encodeModel(model: OnnxModel): Uint8Array {
  const bytes = onnx.ModelProto.encode({
    irVersion: model.irVersion,
    producerName: model.producerName,
    producerVersion: model.producerVersion,
    ...(model.doc !== undefined && { docString: model.doc }),
    opsetImport: [{ domain: "", version: model.opset }],
    metadataProps: model.metadata.map(([key, value]) => ({ key, value })),
    graph: encodeGraph(model.graph),
  }).finish();
  if (bytes.byteLength >= 2 ** 31) fault("the ONNX message exceeds 2 GiB: parameters must be external data");
  return bytes;
}

function encodeGraph(graph: OnnxGraph): Proto.IGraphProto {
  return {
    name: graph.name,
    ...(graph.doc !== undefined && { docString: graph.doc }),
    input: graph.inputs.map(encodeValueInfo),
    output: graph.outputs.map(encodeValueInfo),
    valueInfo: graph.values.map(encodeValueInfo),
    initializer: graph.initializers.map(encodeTensor),
    node: graph.nodes.map(encodeNode),
  };
}

function encodeNode(node: OnnxNode): Proto.INodeProto {
  return {
    name: node.name,
    opType: node.type,
    input: [...node.inputs],
    output: [...node.outputs],
    attribute: node.attributes.map(([name, value]) => ({ name, ...encodeAttribute(value) })),
    ...(node.doc !== undefined && { docString: node.doc }),
  };
}

function encodeAttribute(value: OnnxAttributeValue): Proto.IAttributeProto {
  if ("int" in value) return { type: attributeTypes.int, i: value.int };
  if ("float" in value) return { type: attributeTypes.float, f: value.float };
  if ("string" in value) return { type: attributeTypes.string, s: utf8.encode(value.string) };
  if ("ints" in value) return { type: attributeTypes.ints, ints: [...value.ints] };
  if ("floats" in value) return { type: attributeTypes.floats, floats: [...value.floats] };
  if ("strings" in value) return { type: attributeTypes.strings, strings: value.strings.map((it) => utf8.encode(it)) };
  return { type: attributeTypes.graph, g: encodeGraph(value.graph) };
}

function encodeDim(dim: OnnxDim): Proto.TensorShapeProto.IDimension {
  if (dim === undefined) return {};
  return typeof dim === "number" ? { dimValue: dim } : { dimParam: dim };
}

function encodeValueInfo(value: OnnxValueInfo): Proto.IValueInfoProto {
  return {
    name: value.name,
    ...(value.doc !== undefined && { docString: value.doc }),
    type: {
      tensorType: {
        elemType: dataTypes[value.dtype],
        ...(value.shape !== undefined && { shape: { dim: value.shape.map(encodeDim) } }),
      },
    },
  };
}

function encodeTensor(tensor: OnnxTensor): Proto.ITensorProto {
  const base = { name: tensor.name, dataType: dataTypes[tensor.dtype], dims: [...tensor.shape] };
  if (!isExternal(tensor.data)) return { ...base, rawData: tensor.data };
  const { file, offset, length } = tensor.data;
  return {
    ...base,
    dataLocation: 1,
    externalData: [
      { key: "location", value: file },
      { key: "offset", value: `${offset}` },
      { key: "length", value: `${length}` },
    ],
  };
}

/** Reads a model that {@link encodeModel} has written; faults on what modelc never writes. For tests and for tools. */
export function decodeModel(bytes: Uint8Array): OnnxModel {
  const model = onnx.ModelProto.decode(bytes);
  return {
    irVersion: toNumber(model.irVersion),
    opset: toNumber(model.opsetImport.find((it) => (it.domain ?? "") === "")?.version),
    producerName: model.producerName,
    producerVersion: model.producerVersion,
    ...(model.docString !== "" && { doc: model.docString }),
    metadata: model.metadataProps.map((it) => [it.key ?? "", it.value ?? ""]),
    graph: decodeGraph(model.graph ?? fault("an ONNX model without a graph")),
  };
}

// 64-bit fields are Long objects where that package was found, else numbers.
function toNumber(value: unknown): number {
  const number = Number(value ?? fault("an integer is missing in an ONNX model"));
  return Number.isSafeInteger(number) ? number : fault(`integer ${String(value)} of an ONNX model is out of range`);
}

function decodeGraph(graph: Proto.IGraphProto): OnnxGraph {
  return {
    name: graph.name ?? "",
    ...(Boolean(graph.docString) && { doc: graph.docString ?? "" }),
    inputs: (graph.input ?? []).map(decodeValueInfo),
    outputs: (graph.output ?? []).map(decodeValueInfo),
    values: (graph.valueInfo ?? []).map(decodeValueInfo),
    initializers: (graph.initializer ?? []).map(decodeTensor),
    nodes: (graph.node ?? []).map((node) => ({
      name: node.name ?? "",
      type: node.opType ?? "",
      inputs: node.input ?? [],
      outputs: node.output ?? [],
      attributes: (node.attribute ?? []).map((it) => [it.name ?? "", decodeAttribute(it)] as const),
      ...(Boolean(node.docString) && { doc: node.docString ?? "" }),
    })),
  };
}

function decodeAttribute(attribute: Proto.IAttributeProto): OnnxAttributeValue {
  const { type } = attribute;
  if (type === attributeTypes.int) return { int: toNumber(attribute.i ?? 0) };
  if (type === attributeTypes.float) return { float: attribute.f ?? 0 };
  if (type === attributeTypes.string) return { string: text.decode(attribute.s ?? new Uint8Array()) };
  if (type === attributeTypes.ints) return { ints: (attribute.ints ?? []).map(toNumber) };
  if (type === attributeTypes.floats) return { floats: attribute.floats ?? [] };
  if (type === attributeTypes.strings) return { strings: (attribute.strings ?? []).map((it) => text.decode(it)) };
  if (type === attributeTypes.graph && attribute.g) return { graph: decodeGraph(attribute.g) };
  return fault(`attribute ${attribute.name ?? ""} of an ONNX model has a type that modelc does not write`);
}

const fromDataType: ReadonlyMap<number, DType> = new Map(
  Object.entries(dataTypes).map(([dtype, number]): [number, DType] => [number, dtype as DType]),
);

function decodeDataType(type: number | null | undefined): DType {
  return fromDataType.get(type ?? 0) ?? fault(`data type ${String(type)} of an ONNX model is not one of modelc's`);
}

function decodeValueInfo(value: Proto.IValueInfoProto): OnnxValueInfo {
  const tensor = value.type?.tensorType ?? fault(`value ${value.name ?? ""} of an ONNX model is no tensor`);
  return {
    name: value.name ?? "",
    dtype: decodeDataType(tensor.elemType),
    shape: tensor.shape ? (tensor.shape.dim ?? []).map(decodeDim) : undefined,
    ...(Boolean(value.docString) && { doc: value.docString ?? "" }),
  };
}

function decodeDim(dim: Proto.TensorShapeProto.IDimension): OnnxDim {
  if (Object.hasOwn(dim, "dimValue")) return toNumber(dim.dimValue);
  return Object.hasOwn(dim, "dimParam") ? (dim.dimParam ?? undefined) : undefined;
}

function decodeTensor(tensor: Proto.ITensorProto): OnnxTensor {
  const entry = (key: string): string | undefined =>
    tensor.externalData?.find((it) => it.key === key)?.value ?? undefined;
  const location = entry("location");
  return {
    name: tensor.name ?? "",
    dtype: decodeDataType(tensor.dataType),
    shape: (tensor.dims ?? []).map(toNumber),
    data:
      location === undefined
        ? (tensor.rawData ?? new Uint8Array())
        : { file: location, offset: Number(entry("offset") ?? 0), length: Number(entry("length") ?? 0) },
  };
}
