import { asNumber, dimKey, type Atom, type Dim, type Factor, type Term } from "../../dims/dim.ts";
import { formatDim } from "../../dims/dim.ts";
import { rangeOf } from "../../dims/range.ts";
import { fault } from "../../support/fault.ts";

/** Where the value of a dimension variable is read: an axis of an input of the graph. */
export interface DimSource {
  readonly input: string;
  readonly axis: number;
}

/** What dimensions are computed with: nodes of the outermost graph, so that every subgraph sees them. */
export interface DimOperations {
  /** Adds a node with one output, called `name`. */
  node(type: string, inputs: readonly string[], name: string, attributes?: Readonly<Record<string, number>>): string;
  /** An i64 constant with one axis, or a scalar. */
  vector(values: readonly number[]): string;
  scalar(value: number): string;
}

/** Computes dimensions from the graph's inputs, each once. */
export interface DimWriter {
  /** As an i64 scalar. */
  scalar(dim: Dim): string;
  /** As an i64 vector. One free dimension is written -1 where `inferable`. */
  shape(dims: readonly Dim[], inferable: boolean): string;
}

/** A writer of dimensions over variables with known sources. */
export function createDimWriter(sources: ReadonlyMap<string, DimSource>, operations: DimOperations): DimWriter {
  const vectors = new Map<string, string>();
  const scalars = new Map<string, string>();
  const shapes = new Map<string, string>();
  const { node, vector } = operations;

  /** As a vector of one element. */
  const single = (dim: Dim): string => {
    const literal = asNumber(dim);
    if (literal !== undefined) return vector([literal]);
    return once(vectors, dimKey(dim), () => sum(dim));
  };

  const sum = (dim: Dim): string => {
    const name = `dim/${formatDim(dim)}`;
    // Positive terms first, so that what is left to subtract has something to be subtracted from.
    const positive = dim.terms.filter((it) => it.coefficient > 0n);
    const negative = dim.terms.filter((it) => it.coefficient < 0n);
    const parts = [...positive, ...negative];
    let total: string | undefined;
    parts.forEach((part, index) => {
      const size = part.coefficient < 0n ? { ...part, coefficient: -part.coefficient } : part;
      const label = index === parts.length - 1 ? name : `${name}/sum`;
      if (total === undefined && part.coefficient > 0n) total = term(size, parts.length === 1 ? name : `${name}/term`);
      else if (total === undefined) total = node("Neg", [term(size, `${name}/term`)], label);
      else total = node(part.coefficient < 0n ? "Sub" : "Add", [total, term(size, `${name}/term`)], label);
    });
    return total ?? vector([0]);
  };

  const term = ({ coefficient, factors }: Term, name: string): string => {
    const number = Number(coefficient);
    if (!Number.isSafeInteger(number)) fault(`dimension coefficient ${coefficient} is out of range`);
    const [first, ...rest] = [
      ...(number === 1 && factors.length > 0 ? [] : [vector([number])]),
      ...factors.flatMap(powers),
    ];
    return rest.reduce((a, b) => node("Mul", [a, b], name), first ?? vector([1]));
  };

  const powers = ({ atom: base, power }: Factor): readonly string[] => Array.from({ length: power }, () => atom(base));

  const atom = (it: Atom): string => {
    const dim: Dim = { kind: "dim", terms: [{ coefficient: 1n, factors: [{ atom: it, power: 1 }] }] };
    return once(vectors, dimKey(dim), () => compute(it, `dim/${formatDim(dim)}`));
  };

  const compute = (it: Atom, name: string): string => {
    switch (it.kind) {
      case "variable": {
        const source = sources.get(it.name) ?? fault(`no input of the graph tells the dimension ${it.name}`);
        return node("Shape", [source.input], name, { start: source.axis, end: source.axis + 1 });
      }
      case "floor": {
        const dividend = single(it.dividend);
        const divisor = single(it.divisor);
        // Div truncates toward zero; Mod takes the divisor's sign, as Python's, so the difference divides exactly.
        if (rangeOf(it.dividend).low >= 0) return node("Div", [dividend, divisor], name);
        const rest = node("Mod", [dividend, divisor], `${name}/rest`);
        return node("Div", [node("Sub", [dividend, rest], `${name}/whole`), divisor], name);
      }
      case "mod":
        return node("Mod", [single(it.dividend), single(it.divisor)], name);
      case "min":
      case "max":
        return node(it.kind === "min" ? "Min" : "Max", it.operands.map(single), name);
      case "sum":
        return single(it.of);
    }
  };

  const shape = (dims: readonly Dim[], inferable: boolean): string => {
    const literals = dims.map(asNumber);
    const free = literals.flatMap((it, index) => (it === undefined ? [index] : []));
    // The dimension that is left to Reshape is the one that would take the most nodes.
    const weight = (index: number): number => formatDim(dims[index] ?? fault("dimension")).length;
    const [left] = inferable ? [...free].sort((a, b) => weight(b) - weight(a) || b - a) : [];
    const pieces: (number[] | string)[] = [];
    dims.forEach((dim, index) => {
      const literal = index === left ? -1 : literals[index];
      const last = pieces.at(-1);
      if (literal === undefined) pieces.push(single(dim));
      else if (Array.isArray(last)) last.push(literal);
      else pieces.push([literal]);
    });
    const refs = pieces.map((it) => (typeof it === "string" ? it : vector(it)));
    const [only] = refs;
    if (only === undefined) return vector([]);
    if (refs.length === 1) return only;
    return once(shapes, refs.join("\n"), () => node("Concat", refs, "shape", { axis: 0 }));
  };

  return {
    scalar(dim) {
      const literal = asNumber(dim);
      if (literal !== undefined) return operations.scalar(literal);
      return once(scalars, dimKey(dim), () =>
        node("Squeeze", [single(dim), vector([0])], `dim/${formatDim(dim)}/scalar`),
      );
    },
    shape,
  };
}

function once(known: Map<string, string>, key: string, make: () => string): string {
  const found = known.get(key) ?? make();
  known.set(key, found);
  return found;
}
