import { identifier, type Expression, type Statement } from "./tree.ts";

/** An expression or a statement of the neutral tree. */
export type Syntax = Expression | Statement;

/** What a piece of the tree consists of, in the order in which targets write it. */
export function partsOf(it: Syntax): readonly Syntax[] {
  switch (it.kind) {
    case "identifier":
    case "number":
    case "string":
    case "boolean":
    case "undefined":
    case "collect":
      return [];
    case "array":
      return it.elements;
    case "object":
      return it.entries.map(({ value }) => value);
    case "member":
      return [it.target];
    case "call":
      return [it.callee, ...it.arguments];
    case "binary":
      return [it.left, it.right];
    case "conditional":
      return [it.test, it.then, it.otherwise];
    case "arrow":
      return [it.body];
    case "arithmetic":
      return it.operands;
    case "scalar":
    case "copy":
      return [it.value];
    case "filled":
      return typeof it.value === "string" ? it.shape : [...it.shape, it.value];
    case "tensor":
      return [...it.elements, ...it.shape];
    case "within":
      return [it.place, ...it.indices];
    case "at-step":
      return [it.place, it.step];
    case "key":
      return [it.place];
    case "invoke":
      return [
        ...it.operands,
        ...given(it.parameters, it.states),
        ...it.settings,
        ...it.sizes,
        ...given(it.training, it.random, it.strays),
      ];
    case "elements":
      return [identifier(it.list)];
    case "stack":
      return [identifier(it.list), ...given(it.axis)];
    case "in-range":
      return [it.places, it.size, it.strays];
    case "declare":
      return given(it.value);
    case "declare-several":
      return [it.value];
    case "assign":
      return it.values;
    case "update":
      return [it.state, it.value];
    case "axes":
      return [it.of];
    case "repeat":
      return [...it.over.map(({ list }) => list), ...given(it.count), ...it.body];
    case "scan":
      return [
        ...it.over.flatMap(({ sequence, axis }) => [sequence, ...given(axis)]),
        ...given(it.count?.length),
        ...it.body,
      ];
    case "append":
      return [identifier(it.list), it.value];
    case "training":
      return [...it.then, ...it.otherwise];
    case "return":
      return it.values;
  }
}

function given(...parts: readonly (Expression | undefined)[]): readonly Expression[] {
  return parts.flatMap((it) => it ?? []);
}

/** Pieces of the tree and all that they consist of, in the order in which targets write them. */
export function* piecesWithin(pieces: readonly Syntax[]): Iterable<Syntax> {
  for (const it of pieces) {
    yield it;
    yield* piecesWithin(partsOf(it));
  }
}

/** Whether pieces of the tree read or assign a name, or call a function of this name. */
export function mentions(pieces: readonly Syntax[], name: string): boolean {
  return pieces.some((it) => {
    if ((it.kind === "identifier" || it.kind === "invoke") && it.name === name) return true;
    return (it.kind === "assign" && it.names.includes(name)) || mentions(partsOf(it), name);
  });
}

/** The functions of the model that pieces of the tree call. */
export function invokedIn(pieces: readonly Syntax[]): ReadonlySet<string> {
  const names = new Set<string>();
  for (const it of piecesWithin(pieces)) if (it.kind === "invoke") names.add(it.name);
  return names;
}
