import { formatDim } from "../../dims/dim.ts";
import type { OperatorNode, Value } from "../../ir/graph.ts";
import { findOperator } from "../../ops/registry.ts";
import { sizeOfLookUp } from "../../passes/find-strays.ts";
import { required } from "../../support/fault.ts";
import { callTensor, identifier } from "./ast.ts";
import { readTensor } from "./bind-value.ts";
import type { Env, FunctionState } from "./body-context.ts";

/** A look-up whose places are brought into range: `gatherRows(table, inRange(places, 5, strays))`. */
export function guardPlaces(state: FunctionState, env: Env, node: OperatorNode): OperatorNode {
  const operator = required(findOperator(node.op), node.op);
  const size = required(sizeOfLookUp(operator, node), "size of a look-up");
  const at = required(operator.index, "places of a look-up").operand;
  const given = required(node.operands[at], "places");
  const read = readTensor(env, given);
  const key = `${given.id}:${formatDim(size)}`;
  let places = guardedIn(env, key);
  if (places === undefined) {
    state.needs.strays = true;
    state.helpers.add("inRange");
    places = { id: state.nextOwnId--, type: given.type };
    let expression = callTensor("inRange", read, state.dim(size), identifier("strays"));
    // What is read more than once may be looked up again, and is to be counted once.
    if (env.uses.count(given) > 1) {
      const pattern = state.names.take("places");
      env.out.push({ kind: "declare", mutable: false, pattern, value: expression });
      env.guarded.set(key, places);
      expression = identifier(pattern);
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
