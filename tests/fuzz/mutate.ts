import { elementAt } from "../../src/support/element-at.ts";
import type { Random } from "../soak/random.ts";
import { dimNames, type FuzzProgram } from "./program.ts";

/** A change of one place of a program; undefined where it has no such place. */
type Mutation = (program: FuzzProgram, random: Random) => FuzzProgram | undefined;

const elements = ["f32", "f16", "f64", "i32", "i64", "bool"];

/** A text with one of the matches of a pattern replaced. */
function replaceOne(
  text: string,
  pattern: RegExp,
  random: Random,
  instead: (found: string) => string,
): string | undefined {
  const matches = [...text.matchAll(pattern)];
  if (matches.length === 0) return undefined;
  const match = random.pick(matches);
  const [found] = match;
  return text.slice(0, match.index) + instead(found) + text.slice(match.index + found.length);
}

/** A program with another text in the place of one of its statements, or of a dim of its inputs, or of its facts. */
function editOne(
  program: FuzzProgram,
  random: Random,
  edit: (text: string) => string | undefined,
): FuzzProgram | undefined {
  const { statements, inputs, facts } = program;
  const places: (() => FuzzProgram | undefined)[] = [
    ...statements.map((it, at) => () => {
      const [left = "", ...right] = it.text.split(" = ");
      const text = edit(right.join(" = "));
      return text === undefined
        ? undefined
        : { ...program, statements: statements.with(at, { ...it, text: `${left} = ${text}` }) };
    }),
    ...inputs.flatMap((it, at) =>
      it.dims.map((dim, axis) => () => {
        const text = edit(dim);
        return text === undefined
          ? undefined
          : { ...program, inputs: inputs.with(at, { ...it, dims: it.dims.with(axis, text) }) };
      }),
    ),
    ...facts.map((it, at) => () => {
      const text = edit(it);
      return text === undefined ? undefined : { ...program, facts: facts.with(at, text) };
    }),
  ];
  return places.length === 0 ? undefined : random.pick(places)();
}

const mutations: Readonly<Record<string, Mutation>> = {
  "another number": (program, random) =>
    editOne(program, random, (text) =>
      replaceOne(text, /(?<![\w.@|-])\d+(?![\w.}])/g, random, (it) => {
        const value = Number(it);
        return String(
          random.pick(
            [value + 1, value + 2, Math.max(0, value - 1), 2 * value, 0, 1].filter((other) => other !== value),
          ),
        );
      }),
    ),
  "another dim": (program, random) =>
    editOne(program, random, (text) =>
      replaceOne(text, /(?<![\w@{])[A-Z](?!\w)/g, random, (it) =>
        random.pick(dimNames.filter((other) => other !== it)),
      ),
    ),
  "another word": (program, random) =>
    editOne(program, random, (text) => {
      const words = ["same", "valid", "true", "false", "concat", "sum", "constant", "reflect"];
      return replaceOne(text, /\b(same|valid|true|false|concat|sum|constant|reflect)\b/g, random, (it) =>
        random.pick(words.filter((other) => other !== it)),
      );
    }),
  "another value": (program, random) => {
    const names = [...program.inputs.map((it) => it.name), ...program.statements.flatMap((it) => it.targets)];
    return editOne(program, random, (text) => replaceOne(text, /\b[xv]\d+(_\d)?\b/g, random, () => random.pick(names)));
  },
  "two values swapped": (program, random) =>
    editOne(program, random, (text) => {
      const found = [...new Set([...text.matchAll(/\b[xv]\d+(_\d)?\b/g)].map(([it]) => it))];
      const [a, b] = found;
      if (a === undefined || b === undefined) return undefined;
      return text.replace(/\b[xv]\d+(_\d)?\b/g, (it) => (it === a ? b : it === b ? a : it));
    }),
  "another sign": (program, random) =>
    editOne(program, random, (text) =>
      replaceOne(
        text,
        / (\+|-|\*|\/\/|\/|%|>=|==) /g,
        random,
        () => ` ${random.pick(["+", "-", "*", "//", "/", "%", ">="])} `,
      ),
    ),
  "an axis less": (program, random) => {
    const at = random.integer(program.inputs.length);
    const input = elementAt(program.inputs, at);
    if (input.dims.length === 0) return undefined;
    const dims = input.dims.toSpliced(random.integer(input.dims.length), 1);
    return { ...program, inputs: program.inputs.with(at, { ...input, dims }) };
  },
  "an axis more": (program, random) => {
    const at = random.integer(program.inputs.length);
    const input = elementAt(program.inputs, at);
    const dims = input.dims.toSpliced(random.integer(input.dims.length + 1), 0, random.pick(["1", "2", "B", "T"]));
    return { ...program, inputs: program.inputs.with(at, { ...input, dims }) };
  },
  "a fact less": (program, random) =>
    program.facts.length === 0
      ? undefined
      : { ...program, facts: program.facts.toSpliced(random.integer(program.facts.length), 1) },
  "another element type": (program, random) => {
    const at = random.integer(program.inputs.length);
    const input = elementAt(program.inputs, at);
    const element = random.pick(elements.filter((it) => it !== input.element));
    return { ...program, inputs: program.inputs.with(at, { ...input, element }) };
  },
  "a line less": (program, random) => {
    if (program.statements.length < 2) return undefined;
    return { ...program, statements: program.statements.toSpliced(random.integer(program.statements.length), 1) };
  },
};

/** A program with one defect, or with one difference that is none, and what was changed. */
export function mutate(
  program: FuzzProgram,
  random: Random,
): { readonly what: string; readonly program: FuzzProgram } | undefined {
  for (let turn = 0; turn < 8; turn++) {
    const [what, mutation] = random.pick(Object.entries(mutations));
    const mutant = mutation(program, random);
    if (mutant !== undefined) return { what, program: mutant };
  }
  return undefined;
}
