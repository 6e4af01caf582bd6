import { formatDim } from "../../dims/dim.ts";
import type { OperatorNode, Value } from "../../ir/graph.ts";
import { findOperator } from "../../ops/registry.ts";
import { sizeOfLookUp } from "../../passes/find-strays.ts";
import { required } from "../../support/fault.ts";
import { readTensor } from "./bind-value.ts";
import type { Env, FunctionState } from "./body-context.ts";
import { ownNames } from "./structured-target.ts";
import { identifier, type Expression } from "./tree.ts";

/** A look-up whose places are brought into range: `gather(table, inRange(places, 5, strays))`. */
export function guardPlaces(state: FunctionState, env: Env, node: OperatorNode): OperatorNode {
  const operator = required(findOperator(node.op), node.op);
  const size = required(sizeOfLookUp(operator, node), "size of a look-up");
  const at = required(operator.index, "places of a look-up").operand;
  const given = required(node.operands[at], "places");
  const read = readTensor(state, env, given);
  const key = `${given.id}:${formatDim(size)}`;
  let places = guardedIn(env, key);
  if (places === undefined) {
    state.needs.strays = true;
    places = { id: state.nextOwnId--, type: given.type };
    const strays = identifier(ownNames.strays);
    let expression: Expression = { kind: "in-range", places: read, size: state.dim(size), strays };
    // What is read more than once may be looked up again, and is to be counted once.
    if (env.uses.count(given) > 1) {
      const name = state.names.take("places");
      env.out.push({ kind: "declare", mutable: false, name, value: expression });
      env.guarded.set(key, places);
      expression = identifier(name);
    }
    env.bound.set(places.id, { expression, form: "tensor" });
  }
  const kept = places;
  return { ...node, operands: node.operands.map((it, index) => (index === at ? kept : it)) };
}

function guardedIn(env: Env, key: string): Value | undefined {
  for (let at: Env | undefined = env; at !== undefined; at = at.outer) {
    const found = at.guarded.get(key);
    if (found !== undefined) return found;
  }
  return undefined;
}
