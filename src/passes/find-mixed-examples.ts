import { asNumber, constant, floorDivide, multiply, product, sameForm, variablesOf, type Dim } from "../dims/dim.ts";
import type { Graph, Node, OperatorNode, Region, ScanNode, Value } from "../ir/graph.ts";
import { readAttribute } from "../ops/define/read-attribute.ts";
import { findOperator } from "../ops/registry.ts";
import { eachAxisAttributes, imageStructureOf, structureOf } from "../ops/define/structure.ts";
import { required } from "../support/fault.ts";
import { elementAt } from "../support/element-at.ts";

/**
 * Where the examples of a batch lie in a value: `inner` elements of one stand side by side, then come those of the next.
 * Undefined where the value is the same whatever the examples are; a node where one of them depends on others, which is
 * what brought them together.
 */
type Lie = { readonly inner: Dim } | { readonly mixedBy: Node } | undefined;

type Scope = Map<number, Lie>;

/**
 * Finds the outputs of a flat graph in which one example depends on others of its batch, or on its place there, with the
 * node that makes it so. The inputs have the batch as their first axis, of size `batch`, unless `isShared` holds of them.
 *
 * Requires that composites are expanded.
 */
export function findMixedExamples(
  graph: Graph,
  batch: Dim,
  isShared: (input: Graph["inputs"][number]) => boolean,
): ReadonlyMap<string, Node> {
  const scope: Scope = new Map();
  for (const input of graph.inputs) {
    scope.set(input.value.id, isShared(input) ? undefined : lieAlong(input.value, 0));
  }
  trace(graph.nodes, scope, batch);
  return new Map(
    graph.outputs.flatMap(({ name, value }): [string, Node][] => {
      const lie = scope.get(value.id);
      return lie !== undefined && "mixedBy" in lie ? [[name, lie.mixedBy]] : [];
    }),
  );
}

function trace(nodes: readonly Node[], scope: Scope, batch: Dim): void {
  for (const node of nodes) {
    const lies = liesOf(node, scope, batch);
    node.results.forEach((it, at) => scope.set(it.id, lies[at]));
  }
}

function liesOf(node: Node, scope: Scope, batch: Dim): readonly Lie[] {
  if (node.kind === "scan") return liesOfScan(node, scope, batch);
  if (node.kind === "dim") return [mentions(node.dim, batch) ? { mixedBy: node } : undefined];
  if (node.kind !== "operator") return [];
  const operands = node.operands.map((it) => scope.get(it.id));
  const mixed = operands.find((it) => it !== undefined && "mixedBy" in it);
  if (mixed !== undefined) return node.results.map(() => mixed);
  const operator = required(findOperator(node.op), node.op);
  // To count examples is to know how many they are.
  if (node.op === "range" && mentions(readAttribute(node, "size", "dim"), batch)) return [{ mixedBy: node }];
  // What is drawn for each example is the example's own.
  if (operator.operands.some(({ name }) => name === "key")) return node.results.map((it) => lieOfDraw(it, node, batch));
  if (operands.every((it) => it === undefined)) return [];
  if (node.op === "reshape") return operands;
  const found = node.operands.map((it, at) => axisOf(it, operands[at], batch));
  const times = timesOf(found);
  const isKnown = times !== undefined && found.every((it, at) => it !== undefined || operands[at] === undefined);
  const axis = isKnown
    ? axisOfResult(
        node,
        found.map((it) => it?.axis),
      )
    : keepsPlaces(node, operands);
  if (axis === "as it was") return [operands.find((it) => it !== undefined)];
  return node.results.map((it) => (axis === undefined ? { mixedBy: node } : lieAlong(it, axis, times)));
}

const mentions = (dim: Dim, batch: Dim): boolean => {
  const names = new Set(variablesOf(batch));
  return [...variablesOf(dim)].some((it) => names.has(it));
};

const lieAlong = ({ type: { shape } }: Value, axis: number, times: Dim = constant(1)): Lie => ({
  inner: product([times, ...shape.slice(axis + 1)]),
});

function lieOfDraw(value: Value, node: Node, batch: Dim): Lie {
  const { shape } = value.type;
  if (!shape.some((size) => mentions(size, batch))) return undefined;
  const axis = shape.findIndex((size) => sameForm(size, batch));
  return axis < 0 ? { mixedBy: node } : lieAlong(value, axis);
}

/** An axis that counts the examples, or so many places of each of them, one example behind the other. */
interface ExampleAxis {
  readonly axis: number;
  readonly times: Dim;
}

/** The axis of a value that counts the examples; undefined where it has none, or where others lie outside of them. */
function axisOf({ type: { shape } }: Value, lie: Lie, batch: Dim): ExampleAxis | undefined {
  if (lie === undefined || "mixedBy" in lie) return undefined;
  for (const [axis, size] of shape.entries()) {
    const times = floorDivide(size, batch);
    const isWhole = sameForm(multiply(times, batch), size);
    if (isWhole && sameForm(product([times, ...shape.slice(axis + 1)]), lie.inner)) return { axis, times };
  }
  return undefined;
}

/** How many places of each example an operator's axes count; undefined where these differ. */
function timesOf(found: readonly (ExampleAxis | undefined)[]): Dim | undefined {
  const [first, ...rest] = found.filter((it) => it !== undefined);
  if (first === undefined) return constant(1);
  return rest.every((it) => sameForm(it.times, first.times)) ? first.times : undefined;
}

/** Where the examples are merged into an axis with others: an operator on single elements of one shape leaves them there. */
function keepsPlaces(node: OperatorNode, operands: readonly Lie[]): "as it was" | undefined {
  if (structureOf(node) !== "elementwise") return undefined;
  const shape = required(node.results[0], "result").type.shape;
  const [lie, ...others] = operands.filter((it) => it !== undefined && "inner" in it);
  const agree = others.every((it) => lie !== undefined && it !== undefined && sameLie(it, lie));
  const isWhole = node.operands.every(
    ({ type }, at) =>
      operands[at] === undefined ||
      (type.shape.length === shape.length && type.shape.every((it, axis) => sameForm(it, shape[axis] ?? it))),
  );
  return agree && isWhole ? "as it was" : undefined;
}

const sameLie = (a: NonNullable<Lie>, b: NonNullable<Lie>): boolean =>
  "inner" in a && "inner" in b && sameForm(a.inner, b.inner);

type Axes = readonly (number | undefined)[];

/** The axis of the results that counts the examples, by those of the operands; undefined where examples are mixed. */
function axisOfResult(node: OperatorNode, axes: Axes): number | undefined {
  const structure = structureOf(node);
  const shape = required(node.results[0], "result").type.shape;
  const [first] = axes;
  const common = commonOf(axes);
  switch (structure) {
    case "elementwise":
      return alignedAxis(node, axes, shape.length);
    case "reduction":
      return first === undefined
        ? undefined
        : afterReduction(first, readAttribute(node, "axes", "numbers"), readAttribute(node, "keep", "boolean"));
    case "along axis":
      return common === countedAxis(readAttribute(node, "axis", "number"), shape.length) ? undefined : common;
    case "other":
      return others[node.op]?.({ node, axes, rank: shape.length });
    default: {
      const ofAxes = eachAxisAttributes(node);
      if (ofAxes !== undefined) {
        if (first === undefined) return undefined;
        const isUntouched = ofAxes.every((name) => asNumber(elementAt(readAttribute(node, name, "dims"), first)) === 0);
        return isUntouched ? first : undefined;
      }
      const images = imageStructureOf(node)?.operands ?? [];
      return axes.every((it, at) => it === undefined || (it === 0 && images[at] === "image")) ? 0 : undefined;
    }
  }
}

/** The one axis of those operands that have examples. */
function commonOf(axes: Axes): number | undefined {
  const [first, ...rest] = axes.filter((it) => it !== undefined);
  return rest.every((it) => it === first) ? first : undefined;
}

/** The same where shapes broadcast: axes are counted from the end. */
function alignedAxis(node: OperatorNode, axes: Axes, rank: number): number | undefined {
  return commonOf(
    axes.map((axis, at) =>
      axis === undefined ? undefined : axis + rank - required(node.operands[at], "operand").type.shape.length,
    ),
  );
}

function countedAxis(axis: number, rank: number): number {
  return axis >= 0 ? axis : rank + axis;
}

function afterReduction(axis: number, reduced: readonly number[], keep: boolean): number | undefined {
  if (reduced.includes(axis)) return undefined;
  return keep ? axis : axis - reduced.filter((it) => it < axis).length;
}

interface At {
  readonly node: OperatorNode;
  readonly axes: Axes;
  /** Of the result. */
  readonly rank: number;
}

const rankOf = (node: OperatorNode, operand: number): number =>
  required(node.operands[operand], "operand").type.shape.length;

/** Of what works along the last axis: any other one. */
function besideLast(node: OperatorNode, axes: Axes): number | undefined {
  const common = commonOf(axes);
  return common === rankOf(node, 0) - 1 ? undefined : common;
}

const searched = ({ node, axes: [axis] }: At): number | undefined =>
  axis === undefined ? undefined : afterReduction(axis, [readAttribute(node, "axis", "number")], false);

/** Operators that declare no structure; what is not listed is taken to mix examples. */
const others: Readonly<Record<string, (at: At) => number | undefined>> = {
  argmax: searched,
  argmin: searched,
  broadcast_to: ({ node, axes, rank }) => alignedAxis(node, axes, rank),
  one_hot: ({ axes: [axis] }) => axis,
  gather_along: ({ node, axes }) => besideLast(node, axes),
  put_along: ({ axes }) => commonOf(axes),
  scatter_along: ({ node, axes }) => besideLast(node, axes),
  take_along: ({ node, axes }) => (axes[0] === rankOf(node, 0) - 1 ? undefined : commonOf(axes)),
  top_places: ({ node, axes }) => besideLast(node, axes),
  transpose: ({ node, axes: [axis] }) => readAttribute(node, "perm", "numbers").findIndex((it) => it === axis),
  gather: ({ node, axes: [table, indices] }) => {
    const axis = readAttribute(node, "axis", "number");
    if (table === undefined) return indices === undefined ? undefined : axis + indices;
    if (indices !== undefined || table === axis) return undefined;
    return table < axis ? table : table - 1 + rankOf(node, 1);
  },
  scatter_add: ({ node, axes: [indices, updates] }) => {
    const row = updates === undefined ? -1 : updates - rankOf(node, 0);
    return indices === undefined && row >= 0 ? 1 + row : undefined;
  },
  matmul: ({ node, axes, rank }) => {
    const fromEnd = axes.map((axis, at) => (axis === undefined ? undefined : rankOf(node, at) - axis));
    if (fromEnd.every((it) => it === undefined || it > 2)) return alignedAxis(node, axes, rank);
    const [left, right] = fromEnd;
    if (right === undefined)
      return left === (readAttribute(node, "transposeA", "boolean") ? 1 : 2) ? rank - 2 : undefined;
    return left === undefined && right === (readAttribute(node, "transposeB", "boolean") ? 2 : 1)
      ? rank - 1
      : undefined;
  },
};

/** A scan over anything but the examples; what it carries may come to depend on them in a later round. */
function liesOfScan(node: ScanNode, scope: Scope, batch: Dim): readonly Lie[] {
  const sequences = node.sequences.map((it, at): Lie => {
    const lie = scope.get(it.id);
    const found = axisOf(it, lie, batch);
    if (lie === undefined || "mixedBy" in lie) return lie;
    const along = required(node.sequenceAxes[at], "axis");
    if (found === undefined || found.axis === along) return { mixedBy: node };
    const { axis, times } = found;
    const element = required(node.body.inputs[node.initial.length + at], "element");
    return lieAlong(element, axis < along ? axis : axis - 1, times);
  });
  let carries = node.initial.map((it) => scope.get(it.id));
  for (;;) {
    const results = traceBody(node.body, [...carries, ...sequences], scope, batch);
    const next = carries.map((it, at): Lie => {
      const later = results[at];
      if (it === undefined || later === undefined) return it ?? later;
      if ("mixedBy" in it || sameLie(it, later)) return it;
      return "mixedBy" in later ? later : { mixedBy: node };
    });
    if (next.every((it, at) => it === carries[at])) return [...next, ...emittedLies(node, results, batch)];
    carries = next;
  }
}

function traceBody(body: Region, given: readonly Lie[], scope: Scope, batch: Dim): readonly Lie[] {
  body.inputs.forEach((it, at) => scope.set(it.id, given[at]));
  trace(body.nodes, scope, batch);
  return body.results.map((it) => scope.get(it.id));
}

function emittedLies(node: ScanNode, results: readonly Lie[], batch: Dim): readonly Lie[] {
  const count = node.initial.length;
  return node.emitAxes.map((along, at): Lie => {
    const lie = results[count + at];
    if (lie === undefined || "mixedBy" in lie) return lie;
    const found = axisOf(required(node.body.results[count + at], "emitted"), lie, batch);
    if (found === undefined) return { mixedBy: node };
    const { axis, times } = found;
    return lieAlong(required(node.results[count + at], "emitted"), axis < along ? axis : axis + 1, times);
  });
}
