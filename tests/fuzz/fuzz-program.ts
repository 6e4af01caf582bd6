import type { Module } from "../../src/ir/graph.ts";
import { createRandom, type Random } from "../soak/random.ts";
import { checkText, typesOf } from "./check-types.ts";
import { drawProgram } from "./draw-program.ts";
import { judgeRejected } from "./judge-rejected.ts";
import { mutate } from "./mutate.ts";
import { permittedSizes } from "./permitted-sizes.ts";
import { blockText, modelText, type FuzzProgram } from "./program.ts";
import { runAtSizes } from "./run-at-sizes.ts";
import { shrink } from "./shrink.ts";
import { trainProgram } from "./train-program.ts";

/** What one random program, with its mutants and its training, came to. */
export interface ProgramReport {
  /** Operators, blocks, constructs, keys and names of sections that were accepted in it. */
  readonly uses: readonly string[];
  /** Things that must not be, each with the smallest program that shows it. */
  readonly failures: readonly string[];
  /** How many of what there were: programs, runs, values compared, mutants by what became of them. */
  readonly counts: ReadonlyMap<string, number>;
}

/** How much is done with one program. */
export interface Effort {
  /** Whether the generated TypeScript runs as well. */
  readonly withTfjs: boolean;
  readonly sizes: number;
  readonly mutants: number;
  readonly trains: boolean;
}

/** A check that takes longer is a failure. */
const mostMilliseconds = 1_000;

/** Draws the program of a seed and a number, and holds the checker to it, to its mutants and to its training. */
export async function fuzzProgram(seed: number, index: number, effort: Effort): Promise<ProgramReport> {
  const counts = new Map<string, number>();
  const count = (what: string, by = 1): void => void counts.set(what, (counts.get(what) ?? 0) + by);
  const failures: string[] = [];
  const random = createRandom(seed * 7 + index * 13 + 1);

  const drawn = drawProgram(seed, index);
  const { program } = drawn.growing;
  failures.push(...drawn.faults, ...slowOf(drawn.slowest));
  count("programs");
  count("lines", program.statements.length);
  count("helps followed", drawn.helps.followed);
  count("helps that sufficed", drawn.helps.sufficed);

  /** Judges a program, and makes it smaller as long as the same is wrong. */
  const hold = async (candidate: FuzzProgram, what: string, sizes: number, withTfjs: boolean): Promise<void> => {
    const made = await judge(candidate, createRandom(index), sizes, withTfjs);
    for (const [key, by] of made.counts) count(`${what}${key}`, by);
    const [problem] = made.problems;
    if (problem === undefined) return;
    const kind = kindOf(problem);
    const least = await shrink(candidate, async (smaller) => {
      const { problems } = await judge(smaller, createRandom(index), sizes, withTfjs);
      return problems.some((it) => kindOf(it) === kind);
    });
    failures.push(`${problem}\n${blockText(least)}`);
  };

  await hold(program, "", effort.sizes, effort.withTfjs);
  for (const rejected of drawn.rejected.slice(0, 1)) await hold(rejected, "mutants ", 1, false);
  for (let turn = 0; turn < effort.mutants; turn++) {
    const mutant = mutate(program, random);
    if (mutant !== undefined) await hold(mutant.program, "mutants ", 1, false);
  }
  const trained = effort.trains ? await trainProgram(program, random, effort.withTfjs) : undefined;
  for (const [key, by] of trained?.counts ?? []) count(key, by);
  failures.push(...(trained?.problems ?? []));
  const uses = [...program.statements.flatMap((it) => it.uses), ...(trained?.uses ?? [])];
  return { uses, failures: failures.map((it) => `seed ${seed}, program ${index}: ${it}`), counts };
}

interface Judged {
  readonly problems: readonly string[];
  readonly counts: ReadonlyMap<string, number>;
}

/** Runs a program that is accepted, and holds a rejection to its counterexample. */
async function judge(program: FuzzProgram, random: Random, sizes: number, withTfjs: boolean): Promise<Judged> {
  const { verdict, types } = typesOf(program, program.results);
  const { faults, cpuMilliseconds } = verdict;
  const before = [...faults, ...slowOf({ cpuMilliseconds, text: blockText(program) })];
  if (verdict.module === undefined) {
    const { kind, problems } = await judgeRejected(program, verdict, random);
    const what = kind === "at no size" ? `at no size ${verdict.errors[0]?.code ?? ""}` : kind;
    return { problems: [...before, ...problems], counts: new Map([[`rejected: ${what}`, 1]]) };
  }
  // A result that is several tensors has one name, and no model gives it.
  if (types === undefined) return { problems: before, counts: new Map([["accepted, with tuples", 1]]) };
  const text = modelText(program, types);
  const declared = checkText(text);
  if (declared.module === undefined) {
    const said = declared.errors.map((it) => `${it.code} ${it.message}`);
    const problem = `as a model with the types that it is said to have it is rejected: ${said.join("; ")}`;
    return { problems: [...before, ...declared.faults, problem], counts: new Map() };
  }
  return runAccepted(text, declared.module, random, sizes, withTfjs, before);
}

async function runAccepted(
  text: string,
  module: Module,
  random: Random,
  count: number,
  withTfjs: boolean,
  before: readonly string[],
): Promise<Judged> {
  const sizes = permittedSizes(module, random, count);
  if (sizes.length === 0) return { problems: before, counts: new Map([["accepted, with no small sizes", 1]]) };
  const { problems, compared, runs } = await runAtSizes(text, module, sizes, withTfjs);
  const counts = new Map([
    ["accepted", 1],
    ["runs", runs],
    ["runs whose values were compared", compared],
    ["runs of TypeScript", withTfjs ? runs : 0],
  ]);
  return { problems: [...before, ...problems], counts };
}

function slowOf({
  cpuMilliseconds,
  text,
}: {
  readonly cpuMilliseconds: number;
  readonly text: string;
}): readonly string[] {
  return cpuMilliseconds > mostMilliseconds ? [`checked for ${cpuMilliseconds.toFixed(0)} ms:\n${text}`] : [];
}

/** What a problem is about, without its sizes and numbers. */
function kindOf(problem: string): string {
  return (problem.split("\n")[0] ?? "")
    .replace(/\b[A-Z]=\d+ ?/g, "")
    .replace(/ in \w+: .*/, "")
    .replace(/gives \w+ /, "gives ")
    .replace(/[\d.]+/g, "#")
    .slice(0, 120);
}
