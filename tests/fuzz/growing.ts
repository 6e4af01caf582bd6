import type { TensorType } from "../../src/ir/types.ts";
import { formatDim } from "../../src/dims/dim.ts";
import type { Random } from "../soak/random.ts";
import { dimNames, type FuzzInput, type FuzzProgram, type FuzzStatement } from "./program.ts";

/** A program that grows, with the types of what its body can use. */
export interface Growing {
  readonly program: FuzzProgram;
  readonly types: ReadonlyMap<string, TensorType>;
  /** How many names were given. */
  readonly named: number;
}

/** What one step adds. */
export interface Addition {
  readonly statement: FuzzStatement;
  readonly inputs: readonly FuzzInput[];
  readonly blocks?: readonly string[];
  /** What its statement binds, where that may be several tensors. */
  readonly written?: string;
}

/** A value that an addition uses: one that is there, or an input that it brings. */
export interface Operand {
  readonly name: string;
  readonly dtype: string;
  /** Texts of its dims. */
  readonly dims: readonly string[];
}

/** Collects the operands and names of one addition. */
export interface Adding {
  readonly random: Random;
  readonly growing: Growing;
  readonly inputs: FuzzInput[];
  /** A name that nothing has. */
  fresh(): string;
  /** Values that are there, and new inputs. */
  operands(): readonly Operand[];
  /** A new input. */
  input(element: string, dims: readonly string[]): Operand;
  /** A size for a new axis: a dim of the header, a new one, or a number. */
  size(): string;
}

/** The element type of what `class(n)` declares. */
export function dtypeOfElement(element: string): string {
  return element.startsWith("class") ? "i32" : element;
}

/** An operand for a value of some type. */
export function operandOf(name: string, type: TensorType): Operand {
  return { name, dtype: type.dtype, dims: type.shape.map(formatDim) };
}

/** Starts an addition to a program. */
export function startAdding(growing: Growing, random: Random): Adding {
  const inputs: FuzzInput[] = [];
  let { named } = growing;
  const introduced = (): readonly string[] => {
    const all = [...growing.program.inputs, ...inputs].flatMap((it) => it.dims);
    return dimNames.filter((it) => all.includes(it));
  };
  const adding: Adding = {
    random,
    growing,
    inputs,
    fresh: () => `v${String(++named)}`,
    operands: () => [
      ...[...growing.types].map(([name, type]) => operandOf(name, type)),
      ...inputs.map(({ name, element, dims }) => ({ name, dtype: dtypeOfElement(element), dims })),
    ],
    input(element, dims) {
      const input = { name: `x${String(++named)}`, element, dims };
      inputs.push(input);
      return { name: input.name, dtype: dtypeOfElement(element), dims };
    },
    size() {
      const known = introduced();
      const roll = random.next();
      if (roll < 0.4 && known.length > 0) return random.pick(known);
      const unknown = dimNames.filter((it) => !known.includes(it));
      if (roll < 0.65 && unknown.length > 5) return random.pick(unknown);
      if (roll < 0.75 && known.length > 0) return `${String(2 + random.integer(3))} * ${random.pick(known)}`;
      if (roll < 0.8 && known.length > 0) return `${random.pick(known)} + ${String(1 + random.integer(3))}`;
      return String(1 + random.integer(8));
    },
  };
  return adding;
}

/** The program with an addition, before anybody has looked at it. */
export function withAddition(
  { program, named }: Growing,
  { statement, inputs, blocks = [] }: Addition,
): {
  readonly program: FuzzProgram;
  readonly named: number;
} {
  return {
    program: {
      ...program,
      blocks: [...program.blocks, ...blocks],
      inputs: [...program.inputs, ...inputs],
      statements: [...program.statements, statement],
    },
    named: named + 100,
  };
}

/** A statement that binds a name to what is written. */
export function boundTo(adding: Adding, use: string, written: string): Addition {
  return withTargets({ use, written }, adding, [adding.fresh()]);
}

function withTargets(
  { use, written }: { readonly use: string; readonly written: string },
  { inputs }: Pick<Adding, "inputs">,
  targets: readonly string[],
): Addition {
  const left = targets.length > 1 ? `(${targets.join(", ")})` : targets.join();
  return { statement: { text: `${left} = ${written}`, targets, uses: [use] }, inputs, written };
}

/** An addition whose value is several tensors, which have a name each; undefined where it may not have several. */
export function asSeveral(addition: Addition, count: number): Addition | undefined {
  const { statement, written, inputs } = addition;
  const [name = ""] = statement.targets;
  if (written === undefined || count < 2) return undefined;
  const targets = Array.from({ length: count }, (_, at) => `${name}_${String(at)}`);
  return withTargets({ use: statement.uses.join(), written }, { inputs: [...inputs] }, targets);
}

/**
 * An addition whose value is made by a block, or a function, of its own: what it reads are inputs, and dims that are no name
 * have one there. Undefined where it is more than one value.
 */
export function inOwnBlock(
  { statement, written, inputs }: Addition,
  operands: readonly Operand[],
  flavor: "block" | "fn",
): Addition | undefined {
  if (written === undefined) return undefined;
  const read = operands.filter((it) => new RegExp(`\\b${it.name}\\b`).test(written));
  if (read.length === 0) return undefined;
  const name = flavor === "fn" ? `part_${statement.targets.join("_")}` : `Part${statement.targets.join("")}`;
  const dims = new Map<string, string>();
  const dimOf = (text: string): string => {
    if (/^(\w|\d+)$/.test(text)) return text;
    const known = dims.get(text) ?? `Q${String(dims.size)}`;
    dims.set(text, known);
    return known;
  };
  const header = read.map((it) => `${it.name}: ${it.dtype}[${it.dims.map(dimOf).join(", ")}]`).join(", ");
  const body = written.replace(/@\{(\w+)\|-?\d+\}/g, "$1");
  const given = read.map((it) => it.name).join(", ");
  const use = flavor === "fn" ? `${name}(${given})` : `${name}()(${given})`;
  return {
    ...withTargets({ use: statement.uses.join(), written: use }, { inputs: [...inputs] }, statement.targets),
    blocks: [`${flavor} ${name}: (${header}) {\n  ${body}\n}`],
  };
}
