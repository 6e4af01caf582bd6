import type * as ast from "../syntax/ast.ts";
import type * as loops from "../syntax/ast/loops.ts";
import type * as sections from "../syntax/ast/sections.ts";

/** Every node that the formatter may meet. */
export type Node =
  | ast.File
  | ast.Declaration
  | ast.Hyperparameter
  | ast.HyperparameterType
  | ast.HyperparameterAlternative
  | ast.Input
  | ast.TypedName
  | ast.Fact
  | ast.TypeExpression
  | ast.DimExpression
  | ast.Body
  | ast.Statement
  | ast.Argument
  | ast.SliceExpression
  | ast.IndexMark
  | ast.Chain
  | loops.ScanSequence
  | loops.ScanCarry
  | loops.LoopCarry
  | sections.Entry
  | sections.Phrase
  | ast.Name
  | ast.Comment;

export type Kind = Node["kind"];

/** The properties of each kind of node that hold nodes, in order of place. */
export const childKeys: Readonly<Record<Kind, readonly string[]>> = {
  file: ["spec", "declarations"],
  import: ["names", "from"],
  const: ["name", "value"],
  callable: ["name", "hyperparameters", "inputs", "results", "where", "body"],
  hyperparameter: ["name", "type", "default"],
  "hyperparameter-type": ["alternatives"],
  word: ["name"],
  "list-of": ["element"],
  input: ["name", "type", "default"],
  "typed-name": ["name", "type"],
  fact: ["condition", "message"],
  type: ["element", "classes", "dims"],
  "dim-spread": ["name"],
  body: ["statements"],
  binding: ["targets", "annotation", "value"],
  update: ["target", "value"],
  param: ["name", "alias", "type", "init"],
  emit: ["value"],
  gather: ["name", "type", "value"],
  finish: ["value"],
  "when-statement": ["condition", "then", "otherwise"],
  "expression-statement": ["value"],
  number: [],
  string: [],
  boolean: [],
  reference: [],
  list: ["elements"],
  tuple: ["elements"],
  parenthesized: ["inner"],
  unary: ["operand"],
  binary: ["left", "right"],
  comparison: ["operands"],
  call: ["callee", "arguments"],
  argument: ["name", "value"],
  index: ["target", "indices"],
  slice: ["start", "stop", "step"],
  "index-mark": [],
  member: ["target", "name"],
  pipe: ["source", "stages"],
  "labelled-stage": ["label", "stage"],
  chain: ["stages"],
  "repeat-stage": ["count", "label", "chain"],
  "for-stage": ["targets", "list", "label", "chain"],
  "when-stage": ["condition", "then", "otherwise"],
  "when-expression": ["condition", "then", "otherwise"],
  "for-expression": ["targets", "list", "label", "carries", "body"],
  "loop-carry": ["name", "type", "init"],
  scan: ["sequences", "over", "until", "carries", "body"],
  "scan-sequence": ["element", "source"],
  "scan-carry": ["name", "type", "init"],
  data: ["name", "entries"],
  train: ["label", "model", "data", "entries"],
  tune: ["label", "model", "data", "entries"],
  test: ["target", "data", "entries"],
  budget: ["target", "entries"],
  feature: ["name", "type", "value"],
  setting: ["key", "phrases"],
  directive: ["word", "pattern", "of", "phrases"],
  step: ["name", "entries"],
  predict: ["entries"],
  expectation: ["condition"],
  limit: ["condition", "at"],
  phrase: ["parts"],
  name: [],
  comment: [],
};

const isNode = (value: unknown): value is Node =>
  typeof value === "object" && value !== null && "kind" in value && "span" in value;

/** The nodes directly below a node, in order of place. */
export function childrenOf(node: Node): readonly Node[] {
  const fields = new Map<string, unknown>(Object.entries(node));
  return childKeys[node.kind].flatMap((key) => {
    const value = fields.get(key);
    return (Array.isArray(value) ? value : [value]).filter(isNode);
  });
}

/** Hands every node below a root to a function, with its parent. */
export function eachNode(node: Node, visit: (node: Node, parent: Node) => void): void {
  for (const child of childrenOf(node)) {
    visit(child, node);
    eachNode(child, visit);
  }
}
