import { evaluate, variablesOf } from "../../src/dims/dim.ts";
import { createRandom, type Random } from "../soak/random.ts";
import { catalogue, type Applied } from "./catalogue.ts";
import { typesOf, type Verdict } from "./check-types.ts";
import { drawConstruct } from "./draw-construct.ts";
import { drawLibrary } from "./draw-library.ts";
import { drawOperator } from "./draw-operator.ts";
import {
  asSeveral,
  inOwnBlock,
  startAdding,
  withAddition,
  type Adding,
  type Addition,
  type Growing,
} from "./growing.ts";
import { blockText, dimNames, type FuzzInput, type FuzzProgram } from "./program.ts";

/** A program that the checker accepts, and what it said of those that were tried on the way. */
export interface Drawn {
  readonly growing: Growing;
  /** Programs that were rejected, the last few. */
  readonly rejected: readonly FuzzProgram[];
  readonly faults: readonly string[];
  /** How often the facts that a help offers were stated, and how often the line was right then. */
  readonly helps: { readonly followed: number; readonly sufficed: number };
  /** The longest check, with its text. */
  readonly slowest: { readonly cpuMilliseconds: number; readonly text: string };
}

/** How often something is tried for one line. */
const tries = 6;

/** The program of a seed: the same for the same seed. */
export function drawProgram(seed: number, index: number): Drawn {
  const random = createRandom(seed * 1_000_003 + index);
  const rejected: FuzzProgram[] = [];
  const faults: string[] = [];
  let slowest = { cpuMilliseconds: 0, text: "" };
  const look = (program: FuzzProgram, verdict: Verdict, names: readonly string[]): void => {
    const { cpuMilliseconds, errors } = verdict;
    if (cpuMilliseconds > slowest.cpuMilliseconds)
      slowest = { cpuMilliseconds, text: blockText(program, undefined, names) };
    faults.push(...verdict.faults.map((it) => `${it}\n${blockText(program, undefined, names)}`));
    faults.push(...impossibleHelps(verdict).map((it) => `${it}\n${blockText(program, undefined, names)}`));
    if (errors.length > 0 && program.inputs.length > 0) rejected.push({ ...program, results: names });
  };

  let growing = begin(random);
  const helps = { followed: 0, sufficed: 0 };
  const grow = (addition: Addition, from = growing): Growing | undefined => {
    const { program, named } = withAddition(from, addition);
    const names = [...addition.statement.targets, ...addition.inputs.map((it) => it.name)];
    const { verdict, types, count } = typesOf(program, names);
    look(program, verdict, names);
    if (types === undefined) {
      const several = asSeveral(addition, addition.statement.targets.length + count - names.length);
      if (count > 0) return several === undefined ? undefined : grow(several, from);
      const offered = from === growing ? offeredFacts(verdict) : [];
      if (offered.length === 0) return undefined;
      helps.followed++;
      const helped = { ...from, program: { ...from.program, facts: [...from.program.facts, ...offered] } };
      const grown = grow(addition, helped);
      if (grown !== undefined) helps.sufficed++;
      return grown;
    }
    const grown = { program, types: new Map([...from.types, ...types]), named };
    return isLarge(grown) ? undefined : grown;
  };
  const length = 1 + random.integer(6);
  for (let line = 0; line < length; line++) {
    // Each program is about one of the catalogue in turn, so that none is left to chance.
    const theme = line === 0 ? catalogue[index % catalogue.length] : undefined;
    for (let turn = 0; turn < tries; turn++) {
      const adding = startAdding(growing, random);
      const addition = drawLine(adding, theme);
      if (addition === undefined) continue;
      const operands = adding.operands();
      const grown = grow(addition);
      if (grown === undefined) continue;
      const flavor = random.pick(["block", "fn"] as const);
      const inBlock = random.next() < 0.15 ? inOwnBlock(addition, operands, flavor) : undefined;
      growing = (inBlock && grow(inBlock)) ?? grown;
      break;
    }
  }
  return { growing: withResults(growing, random), rejected: rejected.slice(-4), faults, helps, slowest };
}

/** The facts that the help of the first finding offers. */
function offeredFacts({ errors: [first] }: Verdict): readonly string[] {
  const clause = /`where ([^`]+)`/.exec(first?.help ?? "")?.[1];
  return clause === undefined ? [] : clause.split(", ");
}

/** Facts that were stated since a help offered them, and that no sizes satisfy. */
function impossibleHelps({ errors }: Verdict): readonly string[] {
  return errors
    .filter((it) => it.code === "MC3100")
    .map((it) => `the facts that helps offer contradict: ${it.message}`);
}

function begin(random: Random): Growing {
  const inputs: FuzzInput[] = [];
  const pool = dimNames.filter(() => random.next() < 0.6);
  const rank = random.pick([1, 2, 2, 3, 3, 4, 4]);
  const dims = Array.from({ length: rank }, () =>
    random.next() < 0.65 && pool.length > 0 ? random.pick(pool) : String(1 + random.integer(8)),
  );
  inputs.push({ name: "x1", element: random.pick(["f32", "f32", "f32", "f32", "i32", "bool", "f64", "f16"]), dims });
  const program: FuzzProgram = { blocks: [], inputs, facts: [], statements: [], results: ["x1"] };
  const known = dimNames.filter((it) => dims.includes(it));
  const facts = known.flatMap((it): readonly string[] => {
    const roll = random.next();
    if (roll < 0.2) return [`${it} >= ${String(2 + random.integer(7))}`];
    if (roll < 0.35) return [`${it} % ${String(random.pick([2, 3, 4, 8]))} == 0`];
    if (roll < 0.4) return [`${it} <= ${String(random.pick([12, 64, 512]))}`];
    return [];
  });
  const begun = { ...program, facts };
  const { types } = typesOf(begun, ["x1"]);
  return { program: begun, types: types ?? new Map(), named: 100 };
}

function drawLine(adding: Adding, theme: Applied | undefined): Addition | undefined {
  const { random } = adding;
  if (theme === undefined && random.next() < 0.35) return drawConstruct(adding);
  const applied = theme ?? random.pick(catalogue);
  return applied.kind === "operator"
    ? drawOperator(adding, applied.operator)
    : drawLibrary(adding, applied.declaration);
}

/** Whether a value is too large to be computed by the reference, at small sizes. */
function isLarge({ types }: Growing): boolean {
  return [...types.values()].some(({ shape }) => {
    const sizes = new Map(shape.flatMap((dim) => [...variablesOf(dim)].map((name): [string, number] => [name, 4])));
    const elements = shape.reduce((count, dim) => count * Math.max(1, evaluate(dim, sizes)), 1);
    return elements > 20_000 || shape.length > 6;
  });
}

/** Gives what nothing reads, and some of the rest. */
function withResults(growing: Growing, random: Random): Growing {
  const { program } = growing;
  const bound = program.statements.flatMap((it) => it.targets).filter((it) => growing.types.has(it));
  const body = program.statements.map((it) => it.text.replace(/^[^=]*=/, "")).join("\n");
  const open = bound.filter((it) => !new RegExp(`\\b${it}\\b`).test(body) || random.next() < 0.2);
  const results = open.length > 0 ? open : ["x1"];
  return { ...growing, program: { ...program, results } };
}
