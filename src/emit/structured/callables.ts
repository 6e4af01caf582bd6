import { formatDim } from "../../dims/dim.ts";
import type { Func, HyperparameterValue, OperatorNode, Region, Value } from "../../ir/graph.ts";
import { attributesKey } from "../../ir/attributes-key.ts";
import type { TensorType } from "../../ir/types.ts";
import { createBuilder } from "../../graph/create-builder.ts";
import { operandSpecAt } from "../../graph/infer.ts";
import { attributesFor, loweringInput, type Composite } from "../../ops/define/operator.ts";
import { findOperator } from "../../ops/registry.ts";
import type { Facts } from "../../dims/facts.ts";
import { fault, required } from "../../support/fault.ts";
import type { StructuredTarget } from "./structured-target.ts";
import { nodesWithin } from "../../ir/visit.ts";

/** What becomes a function: one of the module's, or a composite operator on operands of some types. */
export interface Callable {
  readonly key: string;
  /** As declared: `Conv2D`, `layer_norm`. */
  readonly name: string;
  readonly flavor: "model" | "block" | "fn" | "composite";
  readonly doc?: string;
  readonly hyperparameters: readonly { readonly name: string; readonly value: HyperparameterValue }[];
  readonly inputs: readonly Value[];
  readonly inputNames: readonly string[];
  readonly resultNames: readonly (string | undefined)[];
  readonly body: Region;
}

/** The callables of a program by key, and how an operator node finds its own. */
export interface Callables {
  readonly all: ReadonlyMap<string, Callable>;
  of(key: string): Callable;
  /** The callable of a composite that the target does not keep whole; undefined for what it writes as one expression. */
  ofNode(node: OperatorNode): Callable | undefined;
}

/** Collects all functions, and the composites that they and the composites' own decompositions apply. */
export function collectCallables(functions: Iterable<Func>, facts: Facts, target: StructuredTarget): Callables {
  const all = new Map<string, Callable>();
  const ofNode = (node: OperatorNode): Callable | undefined => {
    const operator = findOperator(node.op) ?? fault(`no operator is called ${node.op}`);
    if (operator.kind === "primitive") return undefined;
    const input = loweringInput(operator, node);
    if (target.keeps(operator, input)) return undefined;
    const key = compositeKey(node);
    const known = all.get(key);
    if (known !== undefined) return known;
    const made = decomposed(key, operator, node, facts);
    all.set(key, made);
    visit(made.body);
    return made;
  };
  const visit = (body: Region): void => {
    for (const node of nodesWithin(body.nodes)) if (node.kind === "operator") ofNode(node);
  };
  for (const func of functions) {
    all.set(func.key, {
      key: func.key,
      name: func.name,
      flavor: func.flavor,
      ...(func.doc === undefined ? {} : { doc: func.doc }),
      hyperparameters: func.hyperparameters,
      inputs: func.body.inputs,
      inputNames: func.inputNames,
      resultNames: func.resultNames,
      body: func.body,
    });
    visit(func.body);
  }
  return { all, of: (key) => required(all.get(key), `function ${key}`), ofNode };
}

function decomposed(key: string, operator: Composite, node: OperatorNode, facts: Facts): Callable {
  const b = createBuilder({ firstId: 0, facts });
  const inputNames = node.operands.map((_, index) => {
    const spec = operandSpecAt(operator, index);
    return spec === undefined ? `x${index}` : spec.variadic === true ? `${spec.name}${index}` : spec.name;
  });
  const inputs = node.operands.map((operand, index) => b.value(operand.type, inputNames[index]));
  const results = node.results.map((result) => b.value(result.type));
  const body = b.region(inputs, (inner) =>
    operator.decompose(inner, { operands: inputs, results, attributes: attributesFor(operator, node.attributes) }),
  );
  const hyperparameters = Object.entries(node.attributes).flatMap(([name, it]) =>
    it.kind === "number" || it.kind === "boolean" || it.kind === "string" ? [{ name, value: it }] : [],
  );
  return {
    key,
    name: node.op,
    flavor: "composite",
    doc: operator.doc,
    hyperparameters,
    inputs,
    inputNames,
    resultNames: [],
    body,
  };
}

function compositeKey(node: OperatorNode): string {
  return `${node.op}(${node.operands.map(({ type }) => typeText(type)).join(", ")})${attributesKey(node.attributes)}`;
}

function typeText(type: TensorType): string {
  return `${type.dtype}[${type.shape.map((dim) => `${formatDim(dim)}:${dim.label ?? ""}`).join(", ")}]`;
}
