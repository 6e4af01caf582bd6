import type { FuzzProgram } from "./program.ts";

/** How many smaller programs are tried in all. */
const tries = 200;

/** The smallest program that still fails which leaving out one part after another leads to. */
export async function shrink(
  program: FuzzProgram,
  fails: (smaller: FuzzProgram) => Promise<boolean>,
): Promise<FuzzProgram> {
  let least = program;
  let left = tries;
  for (let found = true; found && left > 0;) {
    found = false;
    for (const smaller of smallerThan(least)) {
      if (left-- <= 0) break;
      if (!(await fails(smaller))) continue;
      least = smaller;
      found = true;
      break;
    }
  }
  return least;
}

/** A program with one part less: a result, a line, an input or a fact that nothing needs. */
function smallerThan(program: FuzzProgram): readonly FuzzProgram[] {
  const { inputs, statements, results, facts } = program;
  const isRead = (name: string, except: number): boolean =>
    results.includes(name) || statements.some((it, at) => at !== except && new RegExp(`\\b${name}\\b`).test(it.text));
  const fewer: FuzzProgram[] = [];
  if (results.length > 1) {
    fewer.push(...results.map((it) => ({ ...program, results: [it] })));
    fewer.push(...results.map((_, at) => ({ ...program, results: results.toSpliced(at, 1) })));
  }
  statements.forEach((it, at) => {
    if (it.targets.some((name) => isRead(name, at))) return;
    fewer.push({ ...program, statements: statements.toSpliced(at, 1) });
  });
  inputs.forEach((it, at) => {
    if (inputs.length > 1 && !isRead(it.name, -1)) fewer.push({ ...program, inputs: inputs.toSpliced(at, 1) });
  });
  facts.forEach((_, at) => fewer.push({ ...program, facts: facts.toSpliced(at, 1) }));
  return fewer;
}
