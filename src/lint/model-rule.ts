import type { Collector } from "../diagnostics/collector.ts";
import type { Node } from "../ir/graph.ts";
import { findOperator } from "../ops/registry.ts";
import type { FunctionView } from "./function-view.ts";

/** A rule that looks at one node of a function of the person's own, and reports what is most often a slip. */
export type ModelRule = (node: Node, view: FunctionView, report: Collector["report"]) => void;

/** Whether a node gives the elements of its one operand, in other places. */
export function isView(view: FunctionView, node: Node): boolean {
  if (node.kind === "call") return view.form(node).isView;
  return node.kind === "operator" && node.operands.length === 1 && findOperator(node.op)?.valueFact === "view";
}
