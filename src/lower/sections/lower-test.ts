import { answerOfName } from "../../analyze/names-elsewhere.ts";
import { mayBeLost } from "../../analyze/may-be-lost.ts";
import type { Collector } from "../../diagnostics/collector.ts";
import { figureNames, numberNames } from "../../ir/measures-of.ts";
import type { TestProgram, TrainProgram } from "../../ir/program.ts";
import type { ProgramFile } from "../../std/program-file.ts";
import { nearest } from "../../support/nearest.ts";
import type { ComparisonOperator } from "../../syntax/ast.ts";
import type { Expectation, TestDeclaration } from "../../syntax/ast/sections.ts";
import { membersOf } from "./members-of.ts";
import { settingValue } from "./read-setting.ts";
import { reportMisplaced } from "./report-misplaced.ts";
import { settingScope, sourceText } from "./section-context.ts";

const mirrored: Readonly<Record<ComparisonOperator, ComparisonOperator>> = {
  "<": ">",
  "<=": ">=",
  ">": "<",
  ">=": "<=",
  "==": "==",
  "!=": "!=",
};

/**
 * Lowers a `test` section against the training that it tests: the one whose label or model it names (and whose data,
 * where it names data). Undefined after a report.
 */
export function lowerTest(
  collector: Collector,
  file: ProgramFile,
  declaration: TestDeclaration,
  trains: readonly TrainProgram[],
): TestProgram | undefined {
  const { target } = declaration;
  if (target.kind === "call") {
    collector.report(
      "MC4005",
      target.span,
      { argument: "hyperparameters", callee: "test", known: [] },
      {
        help: "It measures what a `train` section made: name that section by its label.",
      },
    );
    return undefined;
  }
  const name = sourceText(target);
  const train = trains.find(
    (it) =>
      (it.name === name || it.model.name === name) &&
      (declaration.data === undefined || it.data.name === declaration.data.text),
  );
  if (train === undefined) {
    if (mayBeLost(file, name)) return undefined;
    const on = declaration.data === undefined ? "" : ` on ${declaration.data.text}`;
    const known = trains.map((it) => it.name);
    collector.report("MC4013", target.span, { what: "`train` section", name: `${name}${on}`, known });
    return undefined;
  }
  const scope = settingScope(collector, file);
  const measured = numberNames(train);
  const figures = figureNames(train);
  if ((train.data.split.fractions.test ?? 0) === 0) {
    collector.report("MC4020", target.span, { data: train.data.name, split: "test" });
    return undefined;
  }
  const expectations: TestProgram["expectations"][number][] = [];
  let fine = true;
  reportMisplaced(declaration.entries, ["expectation"], ["expect"], "test", collector);
  for (const entry of declaration.entries) {
    if (entry.kind !== "expectation") {
      fine = false;
      continue;
    }
    const read = readExpectation(entry, figures);
    const value = read === undefined ? undefined : settingValue(read.limit, scope);
    const { condition } = entry;
    if (read === undefined || !measured.includes(read.metric)) {
      const found = read?.metric ?? sourceText(condition);
      const several = figures.includes(found) && !measured.includes(found);
      const meant = several ? undefined : meantFigure(found, measured);
      const help = meant === undefined ? {} : { help: `On the test split this is \`${meant}\`.` };
      collector.report("MC4015", condition.span, { found, known: measured, section: "test", several }, help);
      fine = false;
    } else if (typeof value !== "number") {
      const found = `\`${sourceText(read.limit)}\``;
      const parameters = { argument: read.metric, callee: "this section", expected: "a number", found };
      collector.report("MC4006", read.limit.span, parameters);
      fine = false;
    } else expectations.push({ metric: read.metric, operator: read.operator, value, origin: entry.span });
  }
  return fine ? { train, expectations, origin: target.span } : undefined;
}

/** The figure that a name stands for elsewhere, as `val_accuracy` and `acc` do, or one that is near. */
function meantFigure(name: string, measured: readonly string[]): string | undefined {
  const own = name.replace(/^(?:val|validate|train|test)[_.]/, "");
  if (own !== name && measured.includes(own)) return own;
  const instead = answerOfName(own)?.instead;
  return instead !== undefined && measured.includes(instead) ? instead : nearest(own, measured);
}

/** `accuracy >= 0.97`, or `0.97 <= accuracy`; beside a figure that is measured, the other name is that of a constant. */
function readExpectation({ condition }: Expectation, measured: readonly string[]) {
  if (condition.kind !== "comparison") return undefined;
  const [left, right, more] = condition.operands;
  const [operator] = condition.operators;
  if (left === undefined || right === undefined || operator === undefined || more !== undefined) return undefined;
  const [first, second] = [left, right].map((it) => membersOf(it)?.join("."));
  const isMirrored = second !== undefined && measured.includes(second);
  if (first !== undefined && !isMirrored) return { metric: first, operator, limit: right };
  if (second !== undefined) return { metric: second, operator: mirrored[operator], limit: left };
  return undefined;
}
