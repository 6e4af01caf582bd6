import { lowerUnitTests } from "../../compiler.ts";
import type { TestProgram } from "../../ir/program.ts";
import { positionAt } from "../../support/source.ts";
import { withStatistics } from "../../runtime/train/fit-statistics.ts";
import { settledWeights } from "../../runtime/train/settled-weights.ts";
import { numberIn } from "../../runtime/train/figures.ts";
import { evaluateExamples } from "../../runtime/train/train-loop.ts";
import { isInitial, originText } from "../../runtime/train/weights-origin.ts";
import { printStrays } from "../print-strays.ts";
import { exitCode, UsageError, type ExitCode } from "../exit-code.ts";
import { formatFigure } from "../format-figures.ts";
import { formatTables, formatUndefined } from "../format-tables.ts";
import { printFindings } from "../load-unit.ts";
import { openTraining, planTraining, type TrainingOptions } from "../open-training.ts";
import { checkVocabulary, knownVocabularies, readWeights, weightsPath } from "../read-weights.ts";
import { reportFeatures } from "../report-features.ts";
import type { Terminal } from "../terminal.ts";
import { figuresText } from "../train-report.ts";
import { showText, toJson } from "../../support/show-text.ts";

export interface TestOptions extends TrainingOptions {
  readonly weights?: string;
  readonly json?: boolean;
}

type Expectation = TestProgram["expectations"][number];

const holds: Readonly<Record<Expectation["operator"], (found: number, limit: number) => boolean>> = {
  "<": (a, b) => a < b,
  "<=": (a, b) => a <= b,
  ">": (a, b) => a > b,
  ">=": (a, b) => a >= b,
  "==": (a, b) => a === b,
  "!=": (a, b) => a !== b,
};

/** `modelc test`: measures weights on the test split against the file's expectations. */
export async function test(file: string, options: TestOptions, terminal: Terminal): Promise<ExitCode> {
  const plan = planTraining(file, options, terminal, "weights");
  if (plan === undefined) return exitCode.findings;
  const known = knownVocabularies(weightsPath(options.weights, plan.program.name, file));
  const open = await openTraining(plan, options, terminal, known);
  if (open === undefined) return exitCode.findings;
  const { program, dataset, trainer, spec, units } = open;
  try {
    const tests = lowerUnitTests(spec.program, units, spec.collector).filter((it) => it.train.name === program.name);
    if (!printFindings(spec.collector, terminal)) return exitCode.findings;
    if (dataset.splits.test.count === 0)
      throw new UsageError(`The section ${program.data.name} gives nothing to the test split.`);
    const path = weightsPath(options.weights, program.name, file);
    const weights = readWeights(path, program.name, { module: program.model, train: program });
    checkVocabulary(path, weights, dataset);
    await trainer.restore(await withStatistics(settledWeights(weights.tensors), program, dataset));
    if (!(await reportFeatures(open, terminal, [dataset.splits.test]))) return exitCode.findings;
    const figures = await evaluateExamples(trainer, dataset.splits.test, program);
    const judged = tests
      .flatMap((it) => it.expectations)
      .map((it) => ({ ...it, found: numberIn(figures, it.metric) }))
      // NaN is what it is for want of a value: no expectation holds of it, `!=` neither.
      .map((it) => ({ ...it, passed: !Number.isNaN(it.found) && holds[it.operator](it.found, it.value) }));
    const failed = judged.filter((it) => !it.passed).length;
    if (options.json === true) {
      const expectations = judged.map(({ metric, operator, value, found, passed }) => ({
        metric,
        operator,
        value,
        found,
        passed,
      }));
      terminal.out(
        `${toJson({ name: program.name, weights: path, origin: weights.origin, figures: Object.fromEntries(figures), expectations, failed }, 2)}\n`,
      );
    } else {
      terminal.out(`${program.name} on ${dataset.splits.test.count} examples: ${figuresText(figures)}\n`);
      for (const line of formatTables(figures)) terminal.out(`${line}\n`);
      const lacks = formatUndefined(figures);
      if (lacks !== undefined) terminal.error(`${lacks}\n`);
      if (isInitial(weights.origin))
        terminal.out(`weights: ${showText(path)}, ${originText(weights.origin)}, never trained\n`);
      for (const { metric, operator, value, found, passed, origin } of judged) {
        const { line, column } = positionAt(origin.file, origin.start);
        const place = passed ? "" : `  (${showText(origin.file.path)}:${line}:${column})`;
        terminal.out(
          `${passed ? "passed" : "FAILED"}  ${metric} ${operator} ${value}: ${formatFigure(found)}${place}\n`,
        );
      }
      if (judged.length === 0) terminal.out(`${showText(file)} expects nothing of ${program.name}.\n`);
    }
    return failed > 0 ? exitCode.findings : exitCode.clean;
  } catch (error) {
    return await printStrays(open, error, terminal);
  } finally {
    await trainer.dispose();
  }
}
