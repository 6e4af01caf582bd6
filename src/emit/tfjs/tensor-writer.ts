import type { Dim } from "../../dims/dim.ts";
import type { Attributes } from "../../ir/graph.ts";
import { identifier, literal, type Expression } from "../structured/tree.ts";
import { writeAttribute } from "../structured/write-attribute.ts";
import type { TfjsWriter } from "./tfjs-writer.ts";
import { fault } from "../../support/fault.ts";
import { dotted } from "./ast.ts";
import { preludeDeclaration } from "./prelude.ts";

/** What a writer for one operator node rests on. */
export interface TensorWriterContext {
  /** With defaults filled in. */
  readonly attributes: Attributes;
  readonly dim: (dim: Dim) => Expression;
  /** Operands that are plain numbers: TensorFlow.js takes them as they are, helpers and methods want tensors. */
  readonly numbers: ReadonlySet<Expression>;
  readonly useHelper: (name: string) => void;
}

/** The writer that an operator's lowering builds its expression with. */
export function tensorWriter(context: TensorWriterContext): TfjsWriter {
  const tensor = (value: Expression): Expression =>
    context.numbers.has(value) ? { kind: "scalar", value, dtype: "float32" } : value;

  return {
    tf: (name, ...args) => ({ kind: "call", callee: dotted(`tf.${name}`), arguments: args }),
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
    attribute: (name) =>
      writeAttribute(context.attributes[name] ?? fault(`an operator has no attribute ${name}`), context.dim),
    helper: (name, ...args) => {
      context.useHelper(name);
      const { parameters } = preludeDeclaration(name);
      const takesNumber = (index: number): boolean => /number|TensorLike/.test(parameters[index] ?? "");
      const given = args.map((arg, index) => (takesNumber(index) ? arg : tensor(arg)));
      return { kind: "call", callee: identifier(name), arguments: given };
    },
  };
}
