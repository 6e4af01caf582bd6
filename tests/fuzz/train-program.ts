import type { Random } from "../soak/random.ts";
import { checkFile } from "../lower/checking.ts";
import { trainingOf } from "../specs/spec-testing.ts";
import { checkText } from "./check-types.ts";
import { drawTraining } from "./draw-training.ts";
import { permittedSizes } from "./permitted-sizes.ts";
import { blockText, type FuzzProgram } from "./program.ts";
import { runTraining } from "./run-training.ts";
import { judgeSectionMutants } from "./section-mutants.ts";

/** What the training of a program came to. */
export interface TrainedReport {
  readonly problems: readonly string[];
  /** What its sections used, where they were accepted. */
  readonly uses: readonly string[];
  readonly counts: ReadonlyMap<string, number>;
}

const nothing: TrainedReport = { problems: [], uses: [], counts: new Map() };

/** Draws sections around a program, and takes a step of the training where they are accepted. */
export async function trainProgram(program: FuzzProgram, random: Random, withTfjs: boolean): Promise<TrainedReport> {
  const { module } = checkText(blockText(program));
  const sizes = module && permittedSizes(module, random, 2).at(-1);
  const training = sizes && drawTraining(program, sizes, random);
  if (training === undefined) return nothing;
  const { text, uses } = training;
  try {
    const [error] = checkFile(text).filter((it) => it.severity === "error");
    if (error !== undefined) return { ...nothing, counts: new Map([[`trainings rejected: ${error.code}`, 1]]) };
    const mutants = judgeSectionMutants(text, random, 3);
    const { problems, compared, runs } = await runTraining(trainingOf(text), 1 + random.integer(3), withTfjs);
    const counts = new Map([
      ["trainings accepted", 1],
      ["mutants of trainings", mutants.judged],
      ["training steps", runs],
      ["training steps whose values were compared", compared],
    ]);
    return { problems: [...mutants.problems, ...problems.map((it) => `${it}\n${text}`)], uses, counts };
  } catch (error) {
    const fault = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return { ...nothing, problems: [`${fault}\n${text}`] };
  }
}
