import { constant } from "../dims/dim.ts";
import type { Graph, GraphInput, GraphOutput, Module, Value } from "../ir/graph.ts";
import { averagePort, averageSlot, portOf, ports, slotPath } from "../ir/ports.ts";
import type { TrainProgram } from "../ir/program.ts";
import { required } from "../support/fault.ts";
import { once } from "../support/once.ts";
import { createBuilder } from "../graph/create-builder.ts";
import { initialValue } from "../ops/initializers.ts";
import { splitIndices } from "../graph/paths.ts";
import { followersOf } from "../graph/followers-of.ts";
import { entryOf, variablesOf } from "../graph/parameters-of.ts";
import { finalPasses, runPasses } from "../passes/pipeline.ts";
import { storedPermsOf } from "../passes/stored-perms.ts";
import { averagedParameters } from "./slots-of.ts";
import type { BuildOptions } from "./build-training-step.ts";

/**
 * From `seed` (u32[2]) to the first values of everything that a model owns: outputs `param/<path>` and `state/<path>`,
 * in stored order; of a training that keeps averages `opt/average/<path>` as well, which begin as their parameters. What
 * follows another variable begins as that one. The key of a variable is that of its path at step 0, folded with the
 * path's loop indices, so that the same seed gives the same weights on every target.
 */
export function buildInitGraph(module: Module, options: BuildOptions, train?: TrainProgram): Graph {
  const { parameters, states } = variablesOf(module.functions, entryOf(module));
  const perms = options.channelsFirst ? storedPermsOf(module) : new Map<string, readonly number[]>();
  const b = createBuilder({ firstId: 0, facts: module.facts });
  const seed = b.value({ dtype: "u32", shape: [constant(2)] }, "seed");
  const base = b.op("fold_key", [seed, b.scalar(0, "u32")]);

  const followed = new Map(
    train === undefined ? [] : followersOf(module, train.follows).map((it) => [it.variable.path, it.of]),
  );
  const drawn = once((path: string): Value => {
    const { place, indices } = splitIndices(path);
    const variable = required(parameters.get(path) ?? states.get(path), path);
    const key = b.value(seed.type);
    b.append({ kind: "key", path: place, indices, base, results: [key] });
    return initialValue(b, key, variable.type, train?.initials.get(path) ?? variable.init);
  });
  const first = once((path: string): Value => {
    const value = drawn(followed.get(path) ?? path);
    const perm = perms.get(path);
    return perm === undefined ? value : b.transpose(value, perm);
  });
  const averaged = train === undefined ? [] : averagedParameters(train);
  const outputs = [
    ...[...parameters.keys()].map((path): GraphOutput => ({
      name: portOf("parameter", path),
      role: "parameter",
      path,
      value: first(path),
    })),
    ...[...states.keys()].map((path): GraphOutput => ({
      name: portOf("state", path),
      role: "state",
      path,
      value: first(path),
    })),
    ...averaged.map(({ path }): GraphOutput => ({
      name: averagePort(path),
      role: "optimizer",
      path: slotPath(averageSlot, path),
      value: first(path),
    })),
  ];
  const inputs: readonly GraphInput[] = [{ name: ports.seed, role: "seed", value: seed }];
  const graph: Graph = {
    name: `${module.name}.init`,
    mode: "inference",
    inputs,
    nodes: b.nodes,
    outputs,
    facts: module.facts,
    nextId: b.nextId,
  };
  return runPasses(graph, finalPasses(options, "inference"), options.after);
}
