import { formatDim } from "../../src/dims/dim.ts";
import type { TensorType } from "../../src/ir/types.ts";

/**
 * A random program as its parts, so that it can be written in several forms, changed in one place, and made smaller.
 *
 * In texts of the body, `@{T|1}` is the axis called T, which has the number 1: where sizes are written out it has no name.
 */
export interface FuzzProgram {
  /** Declarations that the body uses. */
  readonly blocks: readonly string[];
  readonly inputs: readonly FuzzInput[];
  /** Conditions of the header. */
  readonly facts: readonly string[];
  readonly statements: readonly FuzzStatement[];
  /** Names of what the model gives. */
  readonly results: readonly string[];
}

/** An input of the header. */
export interface FuzzInput {
  readonly name: string;
  /** `f32`, `class(3)`. */
  readonly element: string;
  /** Texts of dims. */
  readonly dims: readonly string[];
}

/** A line of the body. */
export interface FuzzStatement {
  readonly text: string;
  /** The values that it binds. */
  readonly targets: readonly string[];
  /** What it applies: operators, blocks and functions by name, and constructs of the language. */
  readonly uses: readonly string[];
}

/** Values of dims by name. */
export type Sizes = ReadonlyMap<string, number>;

/** Names that dims of headers have. No other name of a program is one of them. */
export const dimNames = ["B", "T", "C", "H", "W", "D", "S", "N", "K", "L"] as const;

/** A text with its axes by name, or, where sizes are given, with these in the place of dims and axes by number. */
function written(text: string, sizes: Sizes | undefined): string {
  if (sizes === undefined) return text.replace(/@\{(\w+)\|-?\d+\}/g, "$1");
  return text.replace(/@\{\w+\|(-?\d+)\}/g, "$1").replace(/\b[A-Z]\b/g, (name) => String(sizes.get(name) ?? name));
}

/** The program with numbers in the place of some of its dims, and of all of what it says of them. */
export function withSizes(program: FuzzProgram, sizes: Sizes): FuzzProgram {
  return {
    ...program,
    facts: [],
    inputs: program.inputs.map((it) => ({ ...it, dims: it.dims.map((dim) => written(dim, sizes)) })),
    statements: program.statements.map((it) => ({ ...it, text: written(it.text, sizes) })),
  };
}

function header(program: FuzzProgram, sizes: Sizes | undefined): string {
  const inputs = program.inputs.map(({ name, element, dims }) => {
    return `${name}: ${element}[${dims.map((it) => written(it, sizes)).join(", ")}]`;
  });
  return `(${inputs.join(", ")})`;
}

function bodyOf(program: FuzzProgram, results: readonly string[], sizes: Sizes | undefined): string {
  const lines = program.statements.map((it) => `  ${written(it.text, sizes)}\n`);
  const result = results.length === 1 ? (results[0] ?? "") : `(${results.join(", ")})`;
  return `${lines.join("")}  ${result}\n`;
}

/**
 * The program as a block `M` without a declared result; with sizes, these stand in the place of its dims, and nothing is
 * assumed of them.
 */
export function blockText(program: FuzzProgram, sizes?: Sizes, results = program.results): string {
  const facts = sizes === undefined && program.facts.length > 0 ? ` where ${program.facts.join(", ")}` : "";
  const blocks = program.blocks.map((it) => `${it}\n`).join("");
  return `${blocks}block M: ${header(program, sizes)}${facts} {\n${bodyOf(program, results, sizes)}}\n`;
}

/** The program as a model `M` that declares the types of its results. */
export function modelText(program: FuzzProgram, types: ReadonlyMap<string, TensorType>): string {
  const results = program.results.map((name) => {
    const type = types.get(name);
    return `r_${name}: ${type?.dtype ?? ""}[${type?.shape.map(formatDim).join(", ") ?? ""}]`;
  });
  const facts = program.facts.length > 0 ? `\n  where ${program.facts.join(", ")}` : "";
  const blocks = program.blocks.map((it) => `${it}\n`).join("");
  return `${blocks}model M: ${header(program, undefined)}\n  -> (${results.join(", ")})${facts} {\n${bodyOf(program, program.results, undefined)}}\n`;
}
