import { createBuilder } from "../graph/create-builder.ts";
import { entryOf, parametersOf } from "../graph/parameters-of.ts";
import { usesOf } from "../graph/rewrite.ts";
import type { CallNode, Func, Module, Node, OperatorNode, Region, RepeatNode, ScanNode, Value } from "../ir/graph.ts";
import { isLearned } from "../ir/is-learned.ts";
import type { Objectives, ObjectiveStep, StepPlace } from "../ir/program.ts";
import { nodesWithin } from "../ir/visit.ts";
import { isFloat } from "../ops/define/dtype-class.ts";
import { loweringInput, type Composite } from "../ops/define/operator.ts";
import { findOperator } from "../ops/registry.ts";
import { elementAt } from "../support/element-at.ts";
import { fault, required } from "../support/fault.ts";

/**
 * Whether the gradient of a step's loss surely reaches every parameter of the model, each of which it changes. Each function
 * is looked at once, however often it is applied: where the answer is no, the flat graph of the step says what is so.
 *
 * Nothing is told of steps that leave a parameter as it is, and of what is made by gradients.
 */
export function surelyLearns({ model }: Objectives, place: StepPlace<ObjectiveStep>): boolean {
  if (place.phase.frozen.length > 0 || !parametersOf(model).every(({ path }) => isLearned(place, path))) return false;
  const { objective, objectiveInputs } = place.step;
  const slopes = createSlopes(model);
  const entry = entryOf(model);
  const features = entry.body.inputs.map(() => false);
  const made = slopes.of(entry, features).results;
  const outputs = objectiveInputs.map(({ from, name }) => (from === "output" ? entry.resultNames.indexOf(name) : -1));
  const fed = outputs.map((at) => at >= 0 && elementAt(made, at));
  if (!elementAt(slopes.of(objective, fed).results, 0)) return false;
  const { operands } = slopes.back(objective, fed, [true]);
  const needed = made.map((_, at) => outputs.some((output, input) => output === at && operands[input] === true));
  return slopes.back(entry, features, needed).reachesAll;
}

/** What of a function has slopes in parameters, where some of its operands do. */
interface Forward {
  readonly results: readonly boolean[];
  /** Ids of all values that have, those of nested regions included. */
  readonly active: ReadonlySet<number>;
}

/** What the gradient of some results of a function reaches. */
interface Backward {
  readonly operands: readonly boolean[];
  /** Whether it reaches every parameter that the function and what it applies own. */
  readonly reachesAll: boolean;
}

interface Slopes {
  of(func: Func, operands: readonly boolean[]): Forward;
  back(func: Func, operands: readonly boolean[], needed: readonly boolean[]): Backward;
}

function createSlopes({ functions, facts }: Module): Slopes {
  const known = { forward: new Map<string, Forward>(), backward: new Map<string, Backward>() };
  const calleeOf = ({ callee }: CallNode): Func => required(functions.get(callee), callee);

  const of: Slopes["of"] = (func, operands) => {
    const key = `${func.key} ${keyOf(operands)}`;
    const before = known.forward.get(key);
    if (before !== undefined) return before;
    const active = new Set<number>();
    const found = { results: forwards(func.body, operands, active), active };
    known.forward.set(key, found);
    return found;
  };

  /** Which results of a region are active, where some of its inputs are; adds what is within it to `active`. */
  const forwards = (
    { inputs, nodes, results }: Region,
    given: readonly boolean[],
    active: Set<number>,
  ): readonly boolean[] => {
    inputs.forEach(({ id }, at) => {
      if (given[at] === true) active.add(id);
      else active.delete(id);
    });
    for (const node of nodes) {
      const flags = resultsOf(node, active);
      node.results.forEach(({ id, type }, at) => {
        if (flags[at] === true && isFloat(type.dtype)) active.add(id);
      });
    }
    return flagsOf(results, active);
  };

  const resultsOf = (node: Node, active: Set<number>): readonly boolean[] => {
    switch (node.kind) {
      case "parameter":
        return [true];
      case "operator":
        return resultsOfOperator(node, flagsOf(node.operands, active));
      case "call":
        return of(calleeOf(node), flagsOf(node.operands, active)).results;
      case "training":
        return forwards(node.then, [], active);
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
  const resultsOfParts = (composite: Composite, node: OperatorNode, given: readonly boolean[]): readonly boolean[] => {
    const inputs = node.operands.map((it, id) => ({ ...it, id }));
    const b = createBuilder({ firstId: inputs.length, facts });
    const results = composite.decompose(b, loweringInput(composite, { ...node, operands: inputs }));
    return forwards({ inputs, nodes: b.nodes, results }, given, new Set());
  };

  /** After the first round, which the others are no worse than; of what loses slopes on the way, nothing is told. */
  const resultsOfRepeat = ({ operands, body }: RepeatNode, active: Set<number>): readonly boolean[] => {
    const given = flagsOf(operands, active);
    const results = forwards(body, given, active);
    return given.every((it, at) => !it || results[at] === true) ? results : results.map(() => false);
  };

  /** A carry is active where it begins so, or where its next value is: until no more are. */
  const resultsOfScan = (scan: ScanNode, active: Set<number>): readonly boolean[] => {
    const sequences = flagsOf(scan.sequences, active);
    let carries = flagsOf(scan.initial, active);
    for (;;) {
      const results = forwards(scan.body, [...carries, ...sequences], active);
      const next = carries.map((it, at) => it || elementAt(results, at));
      if (next.every((it, at) => it === carries[at])) return [...carries, ...results.slice(carries.length)];
      carries = next;
    }
  };

  const back: Slopes["back"] = (func, operands, needed) => {
    const key = `${func.key} ${keyOf(operands)} ${keyOf(needed)}`;
    const before = known.backward.get(key);
    if (before !== undefined) return before;
    const wanted = new Set<number>();
    const reachesAll = backwards(func.body, of(func, operands).active, needed, wanted);
    const found = { operands: flagsOf(func.body.inputs, wanted), reachesAll };
    known.backward.set(key, found);
    return found;
  };

  /** Whether the gradient of some results of a region reaches all parameters in it; adds what it reaches to `wanted`. */
  const backwards = (
    { nodes, results }: Region,
    active: ReadonlySet<number>,
    needed: readonly boolean[],
    wanted: Set<number>,
  ): boolean => {
    const want = (values: readonly Value[]): void => {
      for (const { id } of values) if (active.has(id)) wanted.add(id);
    };
    want(results.filter((_, at) => needed[at] === true));
    let reachesAll = true;
    for (const node of nodes.toReversed()) {
      const flags = flagsOf(node.results, wanted);
      if (node.kind === "parameter") reachesAll &&= flags[0] === true;
      else if (node.kind === "operator") {
        if (flags.includes(true)) want(node.operands.filter((_, at) => passes(node, at)));
      } else if (node.kind === "call") {
        const callee = back(calleeOf(node), flagsOf(node.operands, active), flags);
        want(node.operands.filter((_, at) => callee.operands[at] === true));
        reachesAll &&= callee.reachesAll;
      } else if (node.kind === "training") {
        reachesAll = backwards(node.then, active, flags, wanted) && reachesAll;
      } else if (node.kind === "repeat") {
        reachesAll = backwards(node.body, active, flags, wanted) && reachesAll;
        const inputs = flagsOf(node.body.inputs, wanted);
        // Where a round needs of the one before what is needed of itself, all do, the first as well.
        if (keyOf(inputs) === keyOf(flags)) want(node.operands.filter((_, at) => inputs[at] === true));
      } else if (node.kind === "scan") {
        // As in the flat graph: what one result is made of may be of all that the steps read.
        if (flags.includes(true)) want(usesOf(node));
        else reachesAll &&= !ownsParameters(node.body);
      }
    }
    return reachesAll;
  };

  /** Whether a gradient passes through an operator to one of its operands. */
  const passes = (node: OperatorNode, at: number): boolean =>
    resultsOfOperator(
      node,
      node.operands.map((_, index) => index === at),
    ).includes(true);

  const ownsParameters = ({ nodes }: Region): boolean =>
    [...nodesWithin(nodes)].some((it) =>
      it.kind === "call" ? ownsParameters(calleeOf(it).body) : it.kind === "parameter",
    );

  return { of, back };
}

function keyOf(flags: readonly boolean[]): string {
  return flags.map(Number).join("");
}

function flagsOf(values: readonly Value[], active: ReadonlySet<number>): readonly boolean[] {
  return values.map(({ id }) => active.has(id));
}
