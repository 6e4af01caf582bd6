import { helpOfPaths } from "./help-of-paths.ts";
import { elementAt } from "../../support/element-at.ts";
import { matchPath } from "../../support/match-path.ts";
import type { Span } from "../../support/source.ts";
import type { StringLiteral } from "../../syntax/ast.ts";
import type { Setting, StepEntry, TrainDeclaration } from "../../syntax/ast/sections.ts";
import { readInteger } from "./read-training.ts";
import { onlyPart, settingsOf, type SettingScope } from "./read-setting.ts";
import { reportMisplaced } from "./report-misplaced.ts";
import { lostName } from "../../syntax/lost-name.ts";
import { sectionKeys } from "./section-keys.ts";

/** A step of a training as it is written: a `step` of a section, or the section itself where it has none. */
export interface WrittenStep {
  readonly name?: string;
  /** Where to report what it lacks, and what that is to be called. */
  readonly span: Span;
  readonly where: string;
  /** A setting of its own, or the one that the section has for all. */
  setting(key: string): Setting | undefined;
  readonly every: number;
}

/** Keys that a section may have for all its steps. */
const shared = ["optimizer", "clip"] as const;

/** The steps of a section that trains a model: at least one. `settings` are the section's own. */
export function writtenSteps(
  declaration: TrainDeclaration,
  settings: ReadonlyMap<string, Setting>,
  model: string,
  scope: SettingScope,
): readonly WrittenStep[] {
  const { collector } = scope;
  const entries = declaration.entries.filter((it): it is StepEntry => it.kind === "step");
  const whole: WrittenStep = {
    span: declaration.model.span,
    where: `The training of \`${model}\``,
    setting: (key) => settings.get(key),
    every: 1,
  };
  if (entries.length === 0) return [whole];
  const seen = new Map<string, Span>();
  const read = entries.map((entry) => {
    const { text, span } = entry.name;
    // Files are called after steps, on some systems whatever the case.
    const earlier = seen.get(text.toLowerCase());
    if (earlier === undefined) seen.set(text.toLowerCase(), span);
    else {
      const labels = [{ span: earlier, message: "first here" }];
      collector.report("MC4002", span, { key: `step ${text}`, section: "train" }, { labels });
    }
    const own = settingsOf(entry.entries, sectionKeys.step, "step", scope);
    reportMisplaced(entry.entries, ["setting"], sectionKeys.step, "step", collector);
    return { entry, own };
  });
  for (const key of ["loss", ...shared]) {
    const setting = settings.get(key);
    if (setting === undefined || (key !== "loss" && read.some(({ own }) => !own.has(key)))) continue;
    const labels = read
      .flatMap(({ own }) => own.get(key) ?? [])
      .map((it) => ({ span: it.span, message: "a step's own" }));
    collector.report("MC4084", setting.span, { key }, { labels });
  }
  const steps = read.map(({ entry, own }): WrittenStep => ({
    name: entry.name.text,
    span: entry.name.span,
    where: `The step \`${entry.name.text}\``,
    setting: (key) => own.get(key) ?? (shared.some((it) => it === key) ? settings.get(key) : undefined),
    every: readInteger(own.get("every"), 1, 1, scope) ?? 1,
  }));
  const first = elementAt(steps, 0);
  if (steps.every(({ every }) => every > 1)) {
    const expected = "1 in one step at least, so that something runs on every batch";
    const span = first.setting("every")?.span ?? first.span;
    collector.report("MC4006", span, {
      argument: "every",
      callee: "this section",
      expected,
      found: `\`${first.every}\``,
    });
  }
  return steps;
}

/** The patterns of what a step changes as it says them itself. */
export function writtenUpdates(step: WrittenStep): readonly StringLiteral[] {
  return (step.setting("update")?.phrases ?? []).flatMap((phrase) => {
    const part = onlyPart(phrase);
    return part?.kind === "string" ? [part] : [];
  });
}

/**
 * The patterns of what a step changes: all where it says nothing. Undefined after a report; without the paths of parameters
 * nothing is said of what matches none.
 */
export function readUpdates(
  step: WrittenStep,
  parameters: readonly string[] | undefined,
  model: string,
  scope: SettingScope,
): readonly string[] | undefined {
  const setting = step.setting("update");
  if (setting === undefined) return step.setting(lostName) === undefined ? ["**"] : undefined;
  let fine = true;
  const patterns = setting.phrases.flatMap((phrase): readonly string[] => {
    const part = onlyPart(phrase);
    if (part?.kind !== "string") {
      const expected = 'patterns of paths in double quotes, as in `"critic.**"`';
      scope.collector.report("MC4006", phrase.span, {
        argument: "update",
        callee: "this section",
        expected,
        found: "this",
      });
      fine = false;
      return [];
    }
    if (parameters?.some((path) => matchPath(part.value, path)) === false) {
      const what = { pattern: part.value, model, what: "no parameter" };
      scope.collector.report("MC4012", part.span, what, helpOfPaths(parameters));
      fine = false;
    }
    return [part.value];
  });
  return fine ? patterns : undefined;
}
