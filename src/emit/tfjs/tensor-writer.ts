import type { Dim } from "../../dims/dim.ts";
import type { AttributeValue, Attributes } from "../../ir/graph.ts";
import type { TfjsExpression, TfjsWriter } from "./tfjs-writer.ts";
import { fault } from "../../support/fault.ts";
import { callTensor, literal } from "./ast.ts";
import { preludeDeclaration } from "./prelude.ts";

/** What a writer for one operator node rests on. */
export interface TensorWriterContext {
  readonly attributes: Attributes;
  /** All attributes with defaults filled in. */
  readonly values: Readonly<Record<string, AttributeValue>>;
  readonly dim: (dim: Dim) => TfjsExpression;
  /** Operands that are plain numbers: TensorFlow.js takes them as they are, helpers and methods want tensors. */
  readonly numbers: ReadonlySet<TfjsExpression>;
  readonly useHelper: (name: string) => void;
}

/** The writer that an operator's lowering builds its expression with. */
export function tensorWriter(context: TensorWriterContext): TfjsWriter {
  const tensor = (value: TfjsExpression): TfjsExpression =>
    context.numbers.has(value) ? callTensor("tf.scalar", value) : value;

  const scalar = (value: number | boolean | string, source: string | undefined): TfjsExpression => {
    const tail = source === undefined ? {} : { source };
    if (typeof value === "number") return { kind: "number", value, ...tail };
    if (typeof value === "boolean") return { kind: "boolean", value, ...tail };
    return { kind: "string", value, ...tail };
  };

  const attribute = (name: string): TfjsExpression => {
    const value = context.values[name];
    const source = context.attributes[name]?.source;
    if (value === undefined) return fault(`an operator has no attribute ${name}`);
    if (typeof value !== "object") return scalar(value, source);
    if ("kind" in value) return context.dim(value);
    const elements = value.map((it) => (typeof it === "object" ? context.dim(it) : scalar(it, source)));
    return { kind: "array", elements };
  };

  return {
    tf: (name, ...args) => callTensor(`tf.${name}`, ...args),
    method: (target, name, ...args) => ({
      kind: "call",
      callee: { kind: "member", target: tensor(target), name },
      arguments: args,
    }),
    number: (value) => literal(value),
    string: (value) => ({ kind: "string", value }),
    boolean: (value) => ({ kind: "boolean", value }),
    array: (elements) => ({ kind: "array", elements: elements.map(tensor) }),
    numbers: (values) => ({ kind: "array", elements: values.map((value) => literal(value)) }),
    object: (entries) => ({
      kind: "object",
      entries: Object.entries(entries).map(([key, value]) => ({ key, value })),
    }),
    undefined: { kind: "undefined" },
    dim: context.dim,
    shape: (dims) => ({ kind: "array", elements: dims.map((dim) => context.dim(dim)) }),
    attribute,
    helper: (name, ...args) => {
      context.useHelper(name);
      const { parameters } = preludeDeclaration(name);
      return callTensor(
        name,
        ...args.map((arg, index) => (/number|TensorLike/.test(parameters[index] ?? "") ? arg : tensor(arg))),
      );
    },
  };
}
