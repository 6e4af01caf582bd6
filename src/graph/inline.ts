import { constant } from "../dims/dim.ts";
import type { Func, GraphInput, Initializer, Node, Region, Role, ScanNode, Value, Variable } from "../ir/graph.ts";
import { portOf, ports } from "../ir/ports.ts";
import type { TensorType } from "../ir/types.ts";
import { nodesWithin } from "../ir/visit.ts";
import type { GraphBuilder } from "../ops/define/builder.ts";
import { fnv1a32 } from "../ops/random/counter.ts";
import { fault, required } from "../support/fault.ts";
import type { Span } from "../support/source.ts";
import type { ModuleVariables } from "./parameters-of.ts";
import { joinPath, splitIndices } from "./paths.ts";
import { cloneNode } from "./rewrite.ts";

/** What is said of a graph input besides its value. */
export interface InputEntry {
  readonly name: string;
  readonly role: Role;
  readonly type: TensorType;
  readonly path?: string;
  readonly init?: Initializer;
}

/** Turns functions of the structured form into nodes of a flat graph. */
export interface Inliner {
  /** What nodes go to. */
  readonly b: GraphBuilder;
  /** The input of a name; made when it is first asked for. */
  input(entry: InputEntry): Value;
  /** Applies a function at an instance path. */
  apply(func: Func, path: string, operands: readonly Value[]): readonly Value[];
  /** The inputs made so far. */
  inputs(): readonly GraphInput[];
  /** Nodes that come before those of `b`. */
  prelude(): readonly Node[];
  /** States that have been updated, with their next values. */
  updates(): ReadonlyMap<string, Value>;
  /** The random key of this step, u32[2]. */
  baseKey(): Value;
}

/** What a mode and its owner make of the inliner. */
export interface InlineOptions {
  readonly b: GraphBuilder;
  readonly functions: ReadonlyMap<string, Func>;
  /** Absolute paths of what the model owns. */
  readonly variables: ModuleVariables;
  readonly mode: "training" | "inference";
  /** Role of the functions' states: `statistic` in the preparation of data. */
  readonly stateRole?: "state" | "statistic";
  /** A name whose draws differ from those of others at the same step. */
  readonly keyed?: string;
  /** Whether the random key of the step is an input; without, it is made of the inputs `seed` and `step`. */
  readonly takesKey?: boolean;
  /** What draws go by beside the seed: the step of a training, unless it is the epoch, as in the preparation of data. */
  readonly clock?: "step" | "epoch";
  /** Told of every operator and scan that is made outside of scans, where it comes from. */
  readonly placed?: (results: readonly Value[], place: NodePlace) => void;
}

/** Where a node of a flat graph comes from. */
export interface NodePlace {
  /** The instance that has it; empty for the model itself. */
  readonly path: string;
  /** What a person wrote: of nested calls, the outermost. */
  readonly origin?: Span;
}

/** Where in the model a region is being inlined. */
interface Frame {
  readonly path: string;
  /** The path without loop indices, and the indices: what random keys are made of. */
  readonly place: string;
  readonly indices: readonly number[];
  readonly inScan: boolean;
  /** The key that its draws go by: that of this step, folded with the places of the scans around. */
  readonly key: () => Value;
  /** The outermost call around it. */
  readonly call?: Span;
  /** Ids of the function's values that something is differentiated by: each is a value of its own, whatever it equals. */
  readonly apart: ReadonlySet<number>;
}

/** The frame of an instance; repeats that were unrolled before have left their indices in its path. */
function within(frame: Frame, instance: string): Frame {
  const { place, indices } = splitIndices(instance);
  return {
    ...frame,
    path: joinPath(frame.path, instance),
    place: joinPath(frame.place, place),
    indices: [...frame.indices, ...indices],
  };
}

/** The type of a key and of a seed. */
const seedType: TensorType = { dtype: "u32", shape: [constant(2)] };

/** The type of a word that a key is folded with. */
const wordType: TensorType = { dtype: "u32", shape: [] };

/** An inliner whose nodes go to `options.b`. */
export function createInliner(options: InlineOptions): Inliner {
  const { b, functions, variables, mode } = options;
  const inputs = new Map<string, GraphInput>();
  const current = new Map<string, Value>();
  const updated = new Set<string>();
  const prelude: Node[] = [];
  const apart = new Map<Func, ReadonlySet<number>>();
  let base: Value | undefined;

  const apartIn = (func: Func): ReadonlySet<number> => {
    const known = apart.get(func);
    if (known !== undefined) return known;
    const found = new Set<number>();
    for (const node of nodesWithin(func.body.nodes)) if (node.kind === "gradient") found.add(node.by.id);
    apart.set(func, found);
    return found;
  };

  const input = ({ type, ...entry }: InputEntry): Value => {
    const known = inputs.get(entry.name);
    if (known !== undefined) return known.value;
    const value = b.value(type, entry.path ?? entry.name);
    inputs.set(entry.name, { ...entry, value, ...(entry.init !== undefined && { logicalType: type }) });
    return value;
  };

  const variable = (
    kind: "parameter" | "state",
    path: string,
    type: TensorType,
    known: Variable | undefined,
  ): Value => {
    const role = kind === "parameter" ? kind : (options.stateRole ?? "state");
    const owned = known ?? fault(`nothing owns the variable ${path}`);
    return input({ name: portOf(role, path), role, path, type, init: owned.init });
  };

  const baseKey = (): Value => {
    if (base !== undefined) return base;
    if (options.takesKey === true) return (base = input({ name: ports.key, role: "seed", type: seedType }));
    const seed = input({ name: ports.seed, role: "seed", type: seedType });
    const { keyed, clock = "step" } = options;
    const time = input({ name: ports[clock], role: clock, type: { dtype: "i64", shape: [] } });
    const made = b.region([], (inner) => {
      const ofStep = inner.op("fold_key", [seed, inner.cast(time, "u32")]);
      return [keyed === undefined ? ofStep : inner.op("fold_key", [ofStep, inner.scalar(fnv1a32(keyed), "u32")])];
    });
    prelude.push(...made.nodes);
    base = required(made.results[0], "base key");
    return base;
  };

  const inlineNodes = (nodes: readonly Node[], scope: Map<number, Value>, frame: Frame, out: GraphBuilder): void => {
    for (const node of nodes) inlineNode(node, scope, frame, out);
  };

  const inlineNode = (node: Node, scope: Map<number, Value>, frame: Frame, out: GraphBuilder): void => {
    const fresh = (like: Value): Value => out.value(like.type, like.name);
    const use = (value: Value): Value => required(scope.get(value.id), `definition of value ${value.id}`);
    const define = (values: readonly Value[], as: readonly Value[]): void => {
      values.forEach((it, index) => scope.set(it.id, own(frame.apart, it, required(as[index], "inlined result"))));
    };
    const own = (apart: ReadonlySet<number>, it: Value, as: Value): Value =>
      apart.has(it.id) ? out.op("identity", [as]) : as;
    const defineFresh = (values: readonly Value[]): readonly Value[] =>
      values.map((it) => {
        const made = fresh(it);
        scope.set(it.id, made);
        return made;
      });
    const placed = (): void => {
      const origin = frame.call ?? node.origin;
      if (frame.inScan) return;
      options.placed?.(node.results.map(use), { path: frame.path, ...(origin !== undefined && { origin }) });
    };
    switch (node.kind) {
      case "constant":
      case "dim":
        return out.append(cloneNode(node, scope, fresh));
      case "parameter": {
        const path = joinPath(frame.path, node.path);
        const [result] = node.results;
        if (result !== undefined) {
          scope.set(result.id, variable("parameter", path, result.type, variables.parameters.get(path)));
        }
        return;
      }
      case "state": {
        const path = joinPath(frame.path, node.path);
        const [result] = node.results;
        if (result === undefined) return;
        const value = current.get(path) ?? variable("state", path, result.type, variables.states.get(path));
        current.set(path, value);
        scope.set(result.id, value);
        return;
      }
      case "update": {
        if (frame.inScan) fault(`the state ${node.path} is updated in a scan`);
        const path = joinPath(frame.path, node.path);
        // An update must have an input to carry to, even where nothing reads the state.
        variable("state", path, node.value.type, variables.states.get(path));
        current.set(path, use(node.value));
        updated.add(path);
        return;
      }
      case "key":
        return out.append({
          ...node,
          path: within(frame, node.path).place,
          indices: [...within(frame, node.path).indices, ...node.indices],
          base: frame.key(),
          results: defineFresh(node.results),
        });
      case "call": {
        const callee = required(functions.get(node.callee), `function ${node.callee}`);
        const call = frame.call ?? node.origin;
        const apart = apartIn(callee);
        const inner: Frame = { ...within(frame, node.instance), ...(call !== undefined && { call }), apart };
        const operands = node.operands.map((it, index) =>
          own(apart, required(callee.body.inputs[index], `input ${index} of ${callee.key}`), use(it)),
        );
        return define(node.results, inlineFunction(callee, inner, operands, out));
      }
      case "repeat": {
        let carried: readonly Value[] = node.operands.map(use);
        const count = node.count;
        for (let index = 0; index < count; index += 1) {
          const path = node.shared ? joinPath(frame.path, node.path) : joinPath(frame.path, node.path, `${index}`);
          const around = within(frame, node.path);
          const inner: Frame = { ...around, path, indices: [...around.indices, index] };
          define(node.body.inputs, carried);
          inlineNodes(node.body.nodes, scope, inner, out);
          carried = node.body.results.map(use);
        }
        return define(node.results, carried);
      }
      case "training": {
        const taken: Region = mode === "training" ? node.then : node.otherwise;
        inlineNodes(taken.nodes, scope, frame, out);
        return define(node.results, taken.results.map(use));
      }
      case "operator":
      case "gradient":
        out.append(cloneNode(node, scope, fresh));
        return placed();
      case "scan": {
        const bodyInputs = defineFresh(node.body.inputs);
        const { length } = node;
        // Its place along the axis, where a step draws.
        const places: { readonly all: Value; readonly one: Value }[] = [];
        let key: Value | undefined;
        const body = out.region(bodyInputs, (inner) => {
          const keyOfStep = (): Value => {
            if (key !== undefined) return key;
            const place = { all: out.op("range", [], { size: length, dtype: "u32" }), one: inner.value(wordType) };
            places.push(place);
            return (key = inner.op("fold_key", [frame.key(), place.one]));
          };
          inlineNodes(node.body.nodes, scope, { ...frame, inScan: true, key: keyOfStep }, inner);
          return node.body.results.map(use);
        });
        const results = defineFresh(node.results);
        const made: ScanNode = {
          ...node,
          initial: node.initial.map(use),
          sequences: [...node.sequences.map(use), ...places.map((it) => it.all)],
          sequenceAxes: [...node.sequenceAxes, ...places.map(() => 0)],
          body: { ...body, inputs: [...body.inputs, ...places.map((it) => it.one)] },
          results,
        };
        out.append(made);
        return placed();
      }
    }
  };

  const inlineFunction = (
    func: Func,
    frame: Frame,
    operands: readonly Value[],
    out: GraphBuilder,
  ): readonly Value[] => {
    const scope = new Map<number, Value>();
    func.body.inputs.forEach((it, index) =>
      scope.set(it.id, required(operands[index], `input ${index} of ${func.key}`)),
    );
    inlineNodes(func.body.nodes, scope, frame, out);
    return func.body.results.map((it) => required(scope.get(it.id), `result of ${func.key}`));
  };

  return {
    b,
    input,
    apply: (func, path, operands) =>
      inlineFunction(
        func,
        { path, place: path, indices: [], inScan: false, key: baseKey, apart: apartIn(func) },
        operands,
        b,
      ),
    inputs: () => [...inputs.values()],
    prelude: () => prelude,
    updates: () => new Map([...current].filter(([path]) => updated.has(path))),
    baseKey,
  };
}
