import type { Node } from "../../ir/graph.ts";
import { splitIndices } from "../../graph/paths.ts";
import { bind, readTensor } from "./bind-value.ts";
import type { Env, FunctionState, Place } from "./body-context.ts";
import type { AlikeRounds } from "./find-rounds.ts";
import { at, identifier, literal, type Expression } from "./tree.ts";
import { mentions } from "./visit-tree.ts";
import { assignCarries, beginCarry, innerEnv, withinLoop, type WriteNodes } from "./write-regions.ts";

/** Rounds that are alike as a loop over the parameters of their instances, with an array for each list that it gives. */
export function writeRounds(state: FunctionState, env: Env, rounds: AlikeRounds, writeNodes: WriteNodes): void {
  const { path, body, carries, lists } = rounds;
  const names = carries.map(({ initial, next }) => beginCarry(state, env, initial, next.name));
  const [segment = "block"] = path
    .split(".")
    .slice(-1)
    .map((it) => (/^for_\d+$/.test(it) ? "block" : it));
  const element = state.names.take(segment);
  const arrays = lists.map(({ values }) => state.names.take(`${values[0]?.name ?? segment}s`));
  for (const name of arrays) env.out.push({ kind: "collect", name });
  const elementStates = state.names.take(`${element}States`);
  const index = state.names.take("i");
  const { place: name, indices } = splitIndices(path);
  const random: Expression = {
    kind: "within",
    place: env.place.random,
    path: name,
    indices: [...indices.map((it) => literal(it)), identifier(index)],
  };
  const place: Place = { parameters: identifier(element), states: identifier(elementStates), random };
  const results = [...carries.map(({ next }) => next), ...lists.map(({ made }) => made)];
  const region = { inputs: [], nodes: body.map((it) => belowRound(it, `${path}.1`)), results };
  const inner = innerEnv(state, env, region, place);
  const outerNeeds = { ...state.needs };
  state.needs.parameters = false;
  state.needs.states = false;
  withinLoop(state, inner, names, () => {
    carries.forEach(({ before }, at) => {
      const name = names[at];
      if (name !== undefined) bind(inner, before, { expression: identifier(name), form: "tensor" });
    });
    writeNodes(state, inner, region.nodes);
    const next = carries.map((it) => readTensor(state, inner, it.next));
    const values = lists.map(({ made }) => readTensor(state, inner, made));
    values.forEach((value, at) => {
      const list = arrays[at];
      if (list !== undefined) inner.out.push({ kind: "append", list, value });
    });
    assignCarries(inner, names, next);
  });
  const { parameters, states } = state.needs;
  state.needs.parameters ||= outerNeeds.parameters;
  state.needs.states ||= outerNeeds.states;
  const over = [
    ...(parameters ? [{ name: element, list: at(env.place.parameters, path) }] : []),
    ...(states ? [{ name: elementStates, list: at(env.place.states, path) }] : []),
  ];
  const indexed = mentions(inner.out, index);
  const counted = over.length === 0;
  if (!indexed && !counted) state.names.release(index);
  if (!parameters) state.names.release(element);
  if (!states) state.names.release(elementStates);
  env.out.push({
    kind: "repeat",
    over,
    ...(counted && { count: literal(rounds.count) }),
    ...((indexed || counted) && { index }),
    body: inner.out,
  });
  lists.forEach(({ values }, at) => {
    const list = arrays[at];
    if (list === undefined) return;
    for (const it of values) bind(env, it, { expression: { kind: "elements", list }, form: "tensor" });
  });
  carries.forEach(({ last }, at) => {
    const name = names[at];
    // What is read as a whole list is bound to that; alone it is read as the carry.
    if (name !== undefined) bind(env, last, { expression: identifier(name), form: "tensor" });
  });
}

/** A node of a round with its paths below those of the round. */
function belowRound(node: Node, prefix: string): Node {
  const below = (path: string): string => (path === "" ? "" : path.slice(prefix.length + 1));
  if (node.kind === "call") return { ...node, instance: below(node.instance) };
  return node.kind === "key" ? { ...node, path: below(node.path) } : node;
}
