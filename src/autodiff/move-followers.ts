import type { GraphInput, GraphOutput, Value } from "../ir/graph.ts";
import { portOf, ports } from "../ir/ports.ts";
import { laterCadences } from "../ir/later-cadences.ts";
import type { TrainProgram, TrainStep } from "../ir/program.ts";
import type { GraphBuilder } from "../ops/define/builder.ts";
import type { GraphInputs } from "../graph/graph-inputs.ts";
import { followersOf, type Follower } from "../graph/followers-of.ts";
import { parametersOf, statesOf } from "../graph/parameters-of.ts";
import { storedPermsOf } from "../passes/stored-perms.ts";
import type { PassTarget } from "../passes/pipeline.ts";
import { elementAt } from "../support/element-at.ts";
import { required } from "../support/fault.ts";
import { once } from "../support/once.ts";

/** Where the followers of a training are moved: behind a step, whose next values the `outputs` are. */
export interface MovedBehind {
  readonly program: TrainProgram;
  readonly step: TrainStep;
  readonly inputs: GraphInputs;
  readonly outputs: readonly GraphOutput[];
  readonly target: PassTarget;
}

/**
 * Appends to `b` how the followers of some kinds move once a step is taken, and gives their next values as outputs. They
 * move after the last step of a batch: where other steps may come after this one, only when none of these runs. Adds the
 * inputs that it needs.
 */
export function moveFollowers(
  b: GraphBuilder,
  { program, step, inputs, outputs, target }: MovedBehind,
  kinds: readonly Follower["kind"][],
): readonly GraphOutput[] {
  const later = laterCadences(program, step);
  const all = followersOf(program.model, program.follows).filter(({ kind }) => kinds.includes(kind));
  if (later === undefined || all.length === 0) return [];
  const perms = target.channelsFirst ? storedPermsOf(program.model) : new Map<string, readonly number[]>();
  const owned = new Map([...parametersOf(program.model), ...statesOf(program.model)].map((it) => [it.path, it]));
  const next = new Map(outputs.map((it) => [it.carries, it.value]));

  const inputOf = (kind: Follower["kind"], path: string): GraphInput => {
    const { type, init } = required(owned.get(path), path);
    const perm = perms.get(path);
    const stored = perm === undefined ? type.shape : perm.map((axis) => elementAt(type.shape, axis));
    return inputs.add({
      name: portOf(kind, path),
      role: kind,
      path,
      type: { ...type, shape: stored },
      init,
      logicalType: type,
      ...(perm !== undefined && { perm }),
    });
  };
  const count = (): Value =>
    b.cast(inputs.add({ name: ports.step, role: "step", type: { dtype: "i64", shape: [] } }).value, "f64");
  const moves = once((every: number) => movesNow(b, count, later, every));

  return all.map(({ kind, variable: { path }, of, spec }): GraphOutput => {
    const [own, followed] = [inputOf(kind, path), inputOf(kind, of)];
    const there = next.get(followed.name) ?? followed.value;
    const aligned = reordered(b, there, followed.perm, own.perm);
    const moved = kind === "state" || spec.decay === 0 ? aligned : blended(b, own.value, aligned, spec.decay);
    const now = moves(spec.every);
    return {
      name: portOf("next", own.name),
      role: kind,
      path,
      value: now === undefined ? moved : b.where(now, moved, own.value),
      carries: own.name,
    };
  });
}

function blended(b: GraphBuilder, follower: Value, followed: Value, decay: number): Value {
  const { dtype } = follower.type;
  return b.add(b.mul(follower, b.scalar(decay, dtype)), b.mul(followed, b.scalar(1 - decay, dtype)));
}

/** Whether followers move after a step that is taken now; undefined where they always do. */
function movesNow(b: GraphBuilder, count: () => Value, later: readonly number[], every: number): Value | undefined {
  const divides = (divisor: number, value: Value): Value => {
    const by = b.scalar(divisor, "f64");
    return b.op("equal", [b.mul(b.op("floor", [b.div(value, by)]), by), value]);
  };
  const conditions = [
    ...later.map((it) => b.op("logical_not", [divides(it, count())])),
    ...(every === 1 ? [] : [divides(every, b.add(count(), b.scalar(1, "f64")))]),
  ];
  return conditions.reduce<Value | undefined>(
    (a, it) => (a === undefined ? it : b.op("logical_and", [a, it])),
    undefined,
  );
}

/** A value in the stored order of another parameter. */
function reordered(
  b: GraphBuilder,
  value: Value,
  from: readonly number[] | undefined,
  to: readonly number[] | undefined,
): Value {
  const axes = value.type.shape.map((_, axis) => axis);
  const [is, wanted] = [from ?? axes, to ?? axes];
  const order = wanted.map((axis) => is.indexOf(axis));
  return order.every((axis, at) => axis === at) ? value : b.transpose(value, order);
}
