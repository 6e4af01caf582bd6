import type { Node, ScanNode, Value } from "../ir/graph.ts";
import { isFloat } from "../ops/define/dtype-class.ts";
import { findOperator } from "../ops/registry.ts";
import { capturesOf } from "../graph/rewrite.ts";
import { elementAt } from "../support/element-at.ts";
import { fault } from "../support/fault.ts";

/** Ids of the values of a region that depend differentiably on `roots`, the roots included. */
export function activeValues(nodes: readonly Node[], roots: readonly Value[]): ReadonlySet<number> {
  const active = new Set(roots.filter((it) => isFloat(it.type.dtype)).map((it) => it.id));
  for (const node of nodes) {
    if (node.kind === "scan") {
      for (const id of activeInputs(node, active).results) active.add(id);
    } else if (node.kind === "operator" && passesGradients(node.op) && node.operands.some((it) => active.has(it.id))) {
      for (const it of node.results) if (isFloat(it.type.dtype)) active.add(it.id);
    }
  }
  return active;
}

function passesGradients(name: string): boolean {
  return (findOperator(name) ?? fault(`no operator is called ${name}`)).gradient !== "nondifferentiable";
}

/** What depends on active values in a scan. */
interface ScanActivity {
  /** Ids of body inputs. */
  readonly inputs: ReadonlySet<number>;
  /** Ids of the node's results. */
  readonly results: readonly number[];
}

/**
 * Which inputs of a scan's body and which results of it depend on active values: a carry does where its initial value
 * does, or where its next value does, which is why this runs to a fixed point.
 */
export function activeInputs(scan: ScanNode, outer: ReadonlySet<number>): ScanActivity {
  const { body } = scan;
  const carried = scan.initial.length;
  const outerInputs = [...scan.initial, ...scan.sequences];
  const captured = capturesOf(body).filter((it) => outer.has(it.id));
  const inputs = new Set(
    body.inputs.filter((_, index) => outer.has(elementAt(outerInputs, index).id)).map((it) => it.id),
  );
  for (;;) {
    const active = activeValues(body.nodes, [...captured, ...body.inputs.filter((it) => inputs.has(it.id))]);
    const before = inputs.size;
    body.results.slice(0, carried).forEach((next, index) => {
      if (active.has(next.id)) inputs.add(elementAt(body.inputs, index).id);
    });
    if (inputs.size === before) {
      const results = scan.results.filter(
        (_, index) =>
          active.has(elementAt(body.results, index).id) ||
          (index < carried && inputs.has(elementAt(body.inputs, index).id)),
      );
      return { inputs, results: results.map((it) => it.id) };
    }
  }
}
