import { createBuilder } from "../graph/create-builder.ts";
import { entryOf, parametersOf } from "../graph/parameters-of.ts";
import type { Func, Module, Node, OperatorNode, Region, RepeatNode, ScanNode, Value } from "../ir/graph.ts";
import { isLearned } from "../ir/is-learned.ts";
import type { StepPlace, TrainProgram } from "../ir/program.ts";
import { isFloat } from "../ops/define/dtype-class.ts";
import { loweringInput, type Composite } from "../ops/define/operator.ts";
import { findOperator } from "../ops/registry.ts";
import { elementAt } from "../support/element-at.ts";
import { fault, required } from "../support/fault.ts";

/**
 * Whether a gradient surely reaches from the loss of a step to what it changes. Each function is looked at once, however
 * often it is applied: where the answer is no, `activeValues` on the flat graph says whether it is so.
 *
 * That is told of steps alone that change every parameter, and not of what is made by gradients.
 */
export function surelyLearns({ model }: TrainProgram, place: StepPlace): boolean {
  if (place.phase.frozen.length > 0 || !parametersOf(model).every(({ path }) => isLearned(place, path))) return false;
  const { objective, objectiveInputs } = place.step;
  const activity = createActivity(model);
  const entry = entryOf(model);
  const made = activity.resultsOf(
    entry,
    entry.body.inputs.map(() => false),
  );
  const fed = objectiveInputs.map(
    ({ from, name }) => from === "output" && elementAt(made, entry.resultNames.indexOf(name)),
  );
  return elementAt(activity.resultsOf(objective, fed), 0);
}

interface Activity {
  /** Which results of a function have slopes in parameters, where some of its operands do. */
  resultsOf(func: Func, operands: readonly boolean[]): readonly boolean[];
}

function createActivity({ functions, facts }: Module): Activity {
  const known = new Map<string, readonly boolean[]>();

  const resultsOf: Activity["resultsOf"] = (func, operands) => {
    const key = `${func.key} ${operands.map(Number).join("")}`;
    const found = known.get(key) ?? through(func.body, operands, new Set());
    known.set(key, found);
    return found;
  };

  /** Which results of a region are active, where some of its inputs are, and some of what it sees from without. */
  const through = (
    { inputs, nodes, results }: Region,
    given: readonly boolean[],
    outer: ReadonlySet<number>,
  ): readonly boolean[] => {
    const active = new Set([...outer, ...inputs.filter((_, at) => given[at]).map(({ id }) => id)]);
    for (const node of nodes) {
      const flags = resultsOfNode(node, active);
      node.results.forEach(({ id, type }, at) => {
        if (flags[at] === true && isFloat(type.dtype)) active.add(id);
      });
    }
    return flagsOf(results, active);
  };

  const resultsOfNode = (node: Node, active: ReadonlySet<number>): readonly boolean[] => {
    switch (node.kind) {
      case "parameter":
        return [true];
      case "operator":
        return resultsOfOperator(node, flagsOf(node.operands, active));
      case "call":
        return resultsOf(required(functions.get(node.callee), node.callee), flagsOf(node.operands, active));
      case "training":
        return through(node.then, [], active);
      case "repeat":
        return resultsOfRepeat(node, active);
      case "scan":
        return resultsOfScan(node, active);
      case "constant":
      case "dim":
      case "state":
      case "update":
      case "key":
      case "gradient":
        return node.results.map(() => false);
    }
  };

  const resultsOfOperator = (node: OperatorNode, operands: readonly boolean[]): readonly boolean[] => {
    if (!operands.includes(true)) return node.results.map(() => false);
    const operator = findOperator(node.op) ?? fault(`no operator is called ${node.op}`);
    if (operator.kind === "composite" && operator.gradient === undefined)
      return resultsOfParts(operator, node, operands);
    return node.results.map(() => operator.gradient !== "nondifferentiable");
  };

  /** Of a composite, by what it is made of. */
  const resultsOfParts = (
    composite: Composite,
    node: OperatorNode,
    operands: readonly boolean[],
  ): readonly boolean[] => {
    const inputs = node.operands.map((it, id) => ({ ...it, id }));
    const b = createBuilder({ firstId: inputs.length, facts });
    const results = composite.decompose(b, loweringInput(composite, { ...node, operands: inputs }));
    return through({ inputs, nodes: b.nodes, results }, operands, new Set());
  };

  /** Rounds until nothing changes, which takes as many as values are carried; of what swaps them, nothing is told. */
  const resultsOfRepeat = ({ count, operands, body }: RepeatNode, active: ReadonlySet<number>): readonly boolean[] => {
    let carried = flagsOf(operands, active);
    for (let round = 0; round < count; round++) {
      const next = through(body, carried, active);
      if (next.every((it, at) => it === carried[at])) break;
      if (round > carried.length) return carried.map(() => false);
      carried = next;
    }
    return carried;
  };

  /** A carry is active where it begins so, or where its next value is: until no more are. */
  const resultsOfScan = (scan: ScanNode, active: ReadonlySet<number>): readonly boolean[] => {
    const sequences = flagsOf(scan.sequences, active);
    let carries = flagsOf(scan.initial, active);
    for (;;) {
      const results = through(scan.body, [...carries, ...sequences], active);
      const next = carries.map((it, at) => it || elementAt(results, at));
      if (next.every((it, at) => it === carries[at])) return [...carries, ...results.slice(carries.length)];
      carries = next;
    }
  };

  return { resultsOf };
}

function flagsOf(values: readonly Value[], active: ReadonlySet<number>): readonly boolean[] {
  return values.map(({ id }) => active.has(id));
}
