import type { Dim } from "../dims/dim.ts";
import type { CallNode, Func, Module, Node, Value } from "../ir/graph.ts";
import { makersOf } from "../ir/makers-of.ts";
import { nodesWithin, operandsOf, regionsOf } from "../ir/visit.ts";
import { required } from "../support/fault.ts";
import { layerForm, type LayerForm } from "./layer-form.ts";

/** A function of a model as rules look at it. */
export interface FunctionView {
  readonly module: Module;
  readonly func: Func;
  /** The dim of a batch, where it is known which one is that. */
  readonly batch: Dim | undefined;
  /** Every node of it, those of nested regions included. */
  readonly nodes: readonly Node[];
  /** The node that made a value; undefined for the inputs of a region. */
  maker(value: Value): Node | undefined;
  /** How often a value is read, as a result too. */
  uses(value: Value): number;
  /** What the callee of a call is. */
  form(node: CallNode): LayerForm;
  /** The callee of a call, as rules look at it. */
  into(node: CallNode): FunctionView;
  /** How often an instance of the function is applied, or its parameters are read. */
  applications(instance: string): number;
}

/** Looks at the functions of a module; what is found of a callee is kept for all. */
export function viewFunctions(module: Module, batch: Dim | undefined): (func: Func) => FunctionView {
  const forms = new Map<string, LayerForm>();
  const calleeOf = ({ callee }: CallNode): Func => required(module.functions.get(callee), `function ${callee}`);
  const form = (node: CallNode): LayerForm => {
    const { callee } = node;
    const known = forms.get(callee) ?? layerForm(calleeOf(node));
    forms.set(callee, known);
    return known;
  };
  const view = (func: Func): FunctionView => {
    const nodes = [...nodesWithin(func.body.nodes)];
    const makers = makersOf(nodes);
    const uses = new Map<number, number>();
    const applied = new Map<string, number>();
    const read = ({ id }: Value): void => void uses.set(id, (uses.get(id) ?? 0) + 1);
    func.body.results.forEach(read);
    for (const node of nodes) {
      operandsOf(node).forEach(read);
      for (const region of regionsOf(node)) region.results.forEach(read);
      const path = node.kind === "call" ? node.instance : node.kind === "parameter" ? instanceOf(node.path) : "";
      if (path !== "") applied.set(path, (applied.get(path) ?? 0) + 1);
    }
    return {
      module,
      func,
      batch,
      nodes,
      maker: ({ id }) => makers.get(id),
      uses: ({ id }) => uses.get(id) ?? 0,
      form,
      into: (node) => view(calleeOf(node)),
      applications: (instance) => applied.get(instance) ?? 0,
    };
  };
  return view;
}

/** The instance whose parameter a path is. */
function instanceOf(path: string): string {
  return path.split(".").slice(0, -1).join(".");
}

/** The call that made a value, through nodes that `passes` follows to one of their operands. */
export function callBehind(
  view: FunctionView,
  value: Value | undefined,
  passes: (node: Node) => boolean,
): CallNode | undefined {
  let node = value && view.maker(value);
  while (node !== undefined && passes(node)) {
    const [operand] = operandsOf(node);
    node = operand && view.maker(operand);
  }
  return node?.kind === "call" ? node : undefined;
}
