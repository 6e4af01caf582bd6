import { mayBeLost } from "../../analyze/may-be-lost.ts";
import type { Collector } from "../../diagnostics/collector.ts";
import { hasSplit } from "../../ir/has-split.ts";
import type { TestProgram } from "../../ir/program.ts";
import type { ProgramFile } from "../../std/program-file.ts";
import type { ComparisonOperator } from "../../syntax/ast.ts";
import type { Expectation, TestDeclaration } from "../../syntax/ast/sections.ts";
import type { KnownTraining } from "./known-training.ts";
import { meantFigure } from "./meant-figure.ts";
import { membersOf } from "./members-of.ts";
import { settingValue, type SettingScope } from "./read-setting.ts";
import { reportOutOfRange } from "./report-out-of-range.ts";
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
  trains: readonly KnownTraining[],
): TestProgram | undefined {
  const { target } = declaration;
  const scope = settingScope(collector, file);
  const tested = findTraining(collector, file, declaration, trains);
  const expectations: TestProgram["expectations"][number][] = [];
  let fine = true;
  const { data, split } = tested ?? {};
  if (data !== undefined && split !== undefined && !hasSplit(split, "test")) {
    collector.report("MC4020", target.span, { data, split: "test" });
    fine = false;
  }
  reportMisplaced(declaration.entries, ["expectation"], ["expect"], "test", collector);
  for (const entry of declaration.entries) {
    const expectation = entry.kind === "expectation" ? lowerExpectation(entry, tested, scope) : undefined;
    if (expectation === undefined) fine = false;
    else expectations.push(expectation);
  }
  const train = tested?.train;
  return fine && train !== undefined ? { train, expectations, origin: target.span } : undefined;
}

/** The training that a section tests; undefined after a report. */
function findTraining(
  collector: Collector,
  file: ProgramFile,
  { target, data }: TestDeclaration,
  trains: readonly KnownTraining[],
): KnownTraining | undefined {
  if (target.kind === "call") {
    const help = "It measures what a `train` section made: name that section by its label.";
    const parameters = { argument: "hyperparameters", callee: "test", known: [] };
    collector.report("MC4005", target.span, parameters, { help });
    return undefined;
  }
  const name = sourceText(target);
  const fitting = trains.filter((it) => data === undefined || it.data === undefined || it.data === data.text);
  // The model's name is that of its training without a label, wherever that stands.
  const found = fitting.find((it) => it.name === name) ?? fitting.find((it) => it.model === name);
  if (found !== undefined || mayBeLost(file, name) || trains.some((it) => it.broken)) return found;
  const on = data === undefined ? "" : ` on ${data.text}`;
  const known = trains.map((it) => it.name);
  collector.report("MC4013", target.span, { what: "`train` section", name: `${name}${on}`, known });
  return undefined;
}

/** What a section expects of a training, or of one that is not known; undefined after a report. */
function lowerExpectation(
  entry: Expectation,
  tested: KnownTraining | undefined,
  scope: SettingScope,
): TestProgram["expectations"][number] | undefined {
  const { collector } = scope;
  const { condition } = entry;
  const { numbers = [], figures = [] } = tested ?? {};
  const read = readExpectation(entry, figures);
  const isKnown = (it: string): boolean => tested === undefined || numbers.includes(it) || tested.mayMeasure(it);
  if (read === undefined || !isKnown(read.metric)) {
    const found = read?.metric ?? sourceText(condition);
    const several = figures.includes(found) && !numbers.includes(found);
    const { left } = read ?? {};
    const called = condition.kind === "comparison" ? condition.operands.find((it) => it.kind === "call") : undefined;
    const name = called?.kind === "call" && called.callee.kind === "reference" ? called.callee.text : found;
    const place = called ?? left;
    const isCalled = called !== undefined && numbers.includes(name);
    const meant = several ? undefined : isCalled ? name : meantFigure(name, numbers);
    const fix = place &&
      meant !== undefined && { title: `change to ${meant}`, edits: [{ span: place.span, text: meant }] };
    const help =
      meant === undefined ? {} : { help: `On the test split this is \`${meant}\`.`, ...(fix !== undefined && { fix }) };
    collector.report("MC4015", condition.span, { found, known: numbers, section: "test", several }, help);
    return undefined;
  }
  const { metric, operator, limit } = read;
  const value = settingValue(limit, scope);
  if (typeof value === "number") {
    reportOutOfRange(tested?.rangeOf(metric), { metric, operator, value, span: limit.span }, collector);
    return { metric, operator, value, origin: entry.span };
  }
  // Where nothing is known of the figures, either side may be one.
  if (tested === undefined && typeof value === "string") return undefined;
  const found = `\`${sourceText(limit)}\``;
  const parameters = { argument: metric, callee: "this section", expected: "a number", found };
  collector.report("MC4006", limit.span, parameters);
  return undefined;
}

/** `accuracy >= 0.97`, or `0.97 <= accuracy`; beside a figure that is measured, the other name is that of a constant. */
function readExpectation({ condition }: Expectation, measured: readonly string[]) {
  if (condition.kind !== "comparison") return undefined;
  const [left, right, more] = condition.operands;
  const [operator] = condition.operators;
  if (left === undefined || right === undefined || operator === undefined || more !== undefined) return undefined;
  const [first, second] = [left, right].map((it) => membersOf(it)?.join("."));
  const isMirrored = second !== undefined && measured.includes(second);
  if (first !== undefined && !isMirrored) return { metric: first, left, operator, limit: right };
  if (second !== undefined) return { metric: second, left: right, operator: mirrored[operator], limit: left };
  return undefined;
}
