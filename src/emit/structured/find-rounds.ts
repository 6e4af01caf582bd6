import type { Node, Value } from "../../ir/graph.ts";
import { operandsOf } from "../../ir/visit.ts";
import { formatDim } from "../../dims/dim.ts";
import { required } from "../../support/fault.ts";
import type { Uses } from "./uses.ts";
import { elementAt } from "../../support/element-at.ts";
import { typeText } from "./type-text.ts";

/** Rounds of a loop that are alike, so that one body does for all: it is that of the second, which tells what is carried. */
export interface AlikeRounds {
  /** All nodes of all rounds. */
  readonly size: number;
  readonly count: number;
  /** What the paths of the rounds begin with, before their number. */
  readonly path: string;
  readonly body: readonly Node[];
  readonly carries: readonly RoundCarry[];
  readonly lists: readonly RoundList[];
}

/** A value that each round gives the next. */
export interface RoundCarry {
  readonly initial: Value;
  /** What the body reads, and what it makes of it. */
  readonly before: Value;
  readonly next: Value;
  /** What the last round makes of it. */
  readonly last: Value;
}

/** A value of every round, all of them read together. */
export interface RoundList {
  readonly values: readonly Value[];
  /** The one of them that the body makes. */
  readonly made: Value;
}

/** Where a value of a round is made: which node of it, and which of its results. */
type Place = string;

/** The rounds that begin at a node, where they are alike; `uses` are those of the whole region. */
export function findRounds(nodes: readonly Node[], start: number, uses: Uses): AlikeRounds | undefined {
  const loop = nodes[start]?.round?.loop;
  if (loop === undefined || nodes[start - 1]?.round?.loop === loop) return undefined;
  let end = start;
  while (nodes[end]?.round?.loop === loop) end += 1;
  const run = nodes.slice(start, end);
  const rounds = roundsOf(run);
  const [first = [], ...others] = rounds;
  if (others.length === 0 || others.some((it) => it.length !== first.length)) return undefined;
  const { path } = required(run[0]?.round, "round");
  if (!rounds.every((it, index) => it.every((node) => standsAlone(node, `${path}.${String(index)}`)))) return undefined;
  if (!others.every((it, index) => it.every((node, at) => isAlike(required(first[at], "node"), node, path, index + 1))))
    return undefined;
  const carried = carriesOf(rounds);
  return carried && leaving(nodes, rounds, carried, uses, path);
}

function roundsOf(run: readonly Node[]): readonly (readonly Node[])[] {
  const rounds: Node[][] = [];
  for (const node of run) {
    const index = required(node.round, "round").index;
    (rounds[index] ??= []).push(node);
  }
  return Array.from(rounds, (it: Node[] | undefined) => it ?? []);
}

/** Whether a node is one that a loop can hold: without regions and states, and an instance only where it is the round's. */
function standsAlone(node: Node, prefix: string): boolean {
  const isOwn = (path: string): boolean => path === prefix || path.startsWith(`${prefix}.`);
  switch (node.kind) {
    case "operator":
    case "constant":
    case "dim":
      return true;
    case "call":
      return node.instance === "" || isOwn(node.instance);
    case "key":
      return isOwn(node.path);
    default:
      return false;
  }
}

function isAlike(one: Node, other: Node, path: string, index: number): boolean {
  const typesOf = (node: Node): string => node.results.map(({ type }) => typeText(type)).join(";");
  if (one.kind !== other.kind || typesOf(one) !== typesOf(other)) return false;
  const moved = (it: string): string => (it === "" ? "" : `${path}.${String(index)}${it.slice(path.length + 2)}`);
  switch (one.kind) {
    case "operator":
      return other.kind === "operator" && one.op === other.op && isSame(one.attributes, other.attributes);
    case "constant":
      return other.kind === "constant" && isSame(one.data, other.data);
    case "dim":
      return other.kind === "dim" && formatDim(one.dim) === formatDim(other.dim);
    case "call":
      return other.kind === "call" && one.callee === other.callee && moved(one.instance) === other.instance;
    case "key":
      return other.kind === "key" && moved(one.path) === other.path;
    default:
      return false;
  }
}

/** Whether two plain values are the same in all their parts. */
function isSame(one: unknown, other: unknown): boolean {
  if (typeof one !== "object" || one === null || typeof other !== "object" || other === null) return one === other;
  const [fields, others] = [Object.entries(one), new Map(Object.entries(other))];
  return fields.length === others.size && fields.every(([name, value]) => isSame(value, others.get(name)));
}

function placesOf(round: readonly Node[]): ReadonlyMap<number, Place> {
  return new Map(round.flatMap((node, at) => node.results.map((it, result) => [it.id, `${at} ${result}`] as const)));
}

/**
 * What goes from round to round, by the place that makes it, with what the first begins with: each operand is of the
 * round itself, of the round before, or of outside and the same in all. Undefined where it is otherwise.
 */
function carriesOf(rounds: readonly (readonly Node[])[]): ReadonlyMap<Place, Value> | undefined {
  const places = rounds.map(placesOf);
  const initial = new Map<Place, Value>();
  for (const [at, node] of elementAt(rounds, 1).entries()) {
    for (const [slot, operand] of operandsOf(node).entries()) {
      const all = rounds.map((round) => operandsOf(required(round[at], "node"))[slot]);
      const [first] = all;
      if (first === undefined) return undefined;
      const own = places[1]?.get(operand.id);
      const before = places[0]?.get(operand.id);
      const isRight = (it: Value | undefined, index: number): boolean => {
        if (own !== undefined) return it !== undefined && places[index]?.get(it.id) === own;
        if (before === undefined) return it?.id === operand.id;
        return index === 0 ? !places[0]?.has(first.id) : it !== undefined && places[index - 1]?.get(it.id) === before;
      };
      if (!all.every(isRight)) return undefined;
      if (before === undefined) continue;
      const known = initial.get(before);
      if (known !== undefined && known.id !== first.id) return undefined;
      initial.set(before, first);
    }
  }
  return initial;
}

function valueAt(round: readonly Node[], place: Place): Value {
  const [at, result] = place.split(" ").map(Number);
  return required(round[at ?? -1]?.results[result ?? -1], "value of a round");
}

/** What the loop gives what follows it; undefined where that is not carries and whole lists alone. */
function leaving(
  nodes: readonly Node[],
  rounds: readonly (readonly Node[])[],
  carried: ReadonlyMap<Place, Value>,
  uses: Uses,
  path: string,
): AlikeRounds | undefined {
  const [first = [], body = []] = rounds;
  const last = required(rounds.at(-1), "round");
  const within = new Map<number, number>();
  for (const node of rounds.flat()) for (const it of operandsOf(node)) within.set(it.id, (within.get(it.id) ?? 0) + 1);
  const usesAfter = (value: Value): number => uses.count(value) - (within.get(value.id) ?? 0);

  const carries: RoundCarry[] = [];
  for (const [place, initial] of carried) {
    const before = valueAt(first, place);
    if (typeText(initial.type) !== typeText(before.type)) return undefined;
    carries.push({ initial, before, next: valueAt(body, place), last: valueAt(last, place) });
  }
  const lists: RoundList[] = [];
  for (const place of placesOf(body).values()) {
    const values = rounds.map((round) => valueAt(round, place));
    const whole = wholeUses(nodes, values);
    const isCarry = carried.has(place);
    const fits = values.every((it, index) => {
      const others = usesAfter(it) - whole;
      return others === 0 || (isCarry && index === rounds.length - 1);
    });
    if (!fits) return undefined;
    if (whole > 0) lists.push({ values, made: valueAt(body, place) });
  }
  return { size: rounds.flat().length, count: rounds.length, path, body, carries, lists };
}

/** How many operators join just these values, in this order. */
function wholeUses(nodes: readonly Node[], values: readonly Value[]): number {
  let count = 0;
  for (const node of nodes) {
    if (node.kind !== "operator" || (node.op !== "concat" && node.op !== "stack")) continue;
    const joins = node.operands.length === values.length && node.operands.every(({ id }, at) => id === values[at]?.id);
    if (joins) count += 1;
  }
  return count;
}
