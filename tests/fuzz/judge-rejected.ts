import { holds, relationVariables } from "../../src/dims/facts.ts";
import type { Diagnostic } from "../../src/diagnostics/diagnostic.ts";
import type { Random } from "../soak/random.ts";
import { checkText, type Verdict } from "./check-types.ts";
import { headerOf, permittedSizes, type Header } from "./permitted-sizes.ts";
import { blockText, type FuzzProgram, type Sizes } from "./program.ts";
import { runAtSizes } from "./run-at-sizes.ts";

/** What became of a program that was rejected. */
export interface RejectedReport {
  /**
   * `refuted`: its counterexample is rejected as well, or fails; `always`: it has none, and is rejected at all sizes that were
   * tried; `unknown`: the checker says that it cannot tell; `at no size`: it has no counterexample, and is accepted at every
   * size that was tried; `no sizes`: none was found that its header permits.
   */
  readonly kind: "refuted" | "always" | "unknown" | "at no size" | "no sizes";
  readonly problems: readonly string[];
}

/** Holds a rejection to sizes written in as literals. */
export async function judgeRejected(
  program: FuzzProgram,
  { errors }: Verdict,
  random: Random,
): Promise<RejectedReport> {
  const [error] = errors;
  if (error === undefined) return { kind: "no sizes", problems: [] };
  const header: FuzzProgram = { ...program, statements: [], results: [program.inputs[0]?.name ?? ""] };
  const { module } = checkText(blockText(header));
  if (module === undefined) return { kind: "no sizes", problems: [] };
  const { counterexample } = error;
  if (counterexample === undefined) {
    if (isUnknown(error)) return { kind: "unknown", problems: [] };
    const tried = permittedSizes(module, random, 3);
    if (tried.length === 0) return { kind: "no sizes", problems: [] };
    const verdicts = tried.map((sizes) => checkText(blockText(program, sizes)));
    const problems = verdicts.flatMap((it) => it.faults);
    return { kind: verdicts.every((it) => it.errors.length === 0) ? "at no size" : "always", problems };
  }
  const known = new Map(Object.entries(counterexample));
  const permitting = headerOf(module);
  const sizes = completed(permitting, known, random);
  if (sizes === undefined) {
    const shown = [...known].map(([name, size]) => `${name}=${String(size)}`).join(" ");
    // Sizes of what a block's own header names are none of the model's.
    const isOwn = [...known.keys()].every((it) => permitting.names.has(it));
    return {
      kind: "no sizes",
      problems:
        isOwn && [...known.values()].every((it) => it < 60) ? [`nothing that the header permits has ${shown}`] : [],
    };
  }
  // Written as a number, what is below 0 is a place from the end.
  if (error.code === "MC3025" && error.message.endsWith("is less than 0.")) return { kind: "refuted", problems: [] };
  const text = blockText(program, sizes);
  const verdict = checkText(text);
  if (verdict.faults.length > 0) return { kind: "refuted", problems: verdict.faults };
  if (verdict.module === undefined) return { kind: "refuted", problems: [] };
  const { problems } = await runAtSizes(text, verdict.module, [new Map()], false);
  return {
    kind: "refuted",
    problems: problems.length > 0 ? [] : [`accepted and runs with its counterexample written in:\n${text}`],
  };
}

/** Whether a finding says that something can be neither proved nor refuted. */
function isUnknown({ message, help }: Diagnostic): boolean {
  return /neither|cannot be (?:proved|decided)|could not be/.test(`${message} ${help ?? ""}`);
}

/** Sizes that are tried where one has to change. */
const candidates = Array.from({ length: 256 }, (_, at) => at + 1);

/**
 * Sizes that a header permits among which are those of a counterexample: drawn, then, as long as something does not hold, one
 * of its sizes is drawn again among those at which it does.
 */
function completed({ names, relations }: Header, known: Sizes, random: Random): Sizes | undefined {
  if ([...known.keys()].some((it) => !names.has(it))) return undefined;
  for (let turn = 0; turn < 200; turn++) {
    const most = 1 + Math.min(turn, 99);
    const sizes = new Map([...names].map((it) => [it, known.get(it) ?? 1 + random.integer(most)]));
    for (let step = 0; step < 30; step++) {
      const broken = relations.find((it) => holds(it, sizes) !== true);
      if (broken === undefined) return sizes;
      const open = [...relationVariables(broken)].filter((name) => !known.has(name));
      if (open.length === 0) return undefined;
      const name = random.pick(open);
      const fitting = candidates.filter((size) => holds(broken, new Map([...sizes, [name, size]])) === true);
      sizes.set(name, fitting.length > 0 ? random.pick(fitting) : 1 + random.integer(most));
    }
  }
  return undefined;
}
