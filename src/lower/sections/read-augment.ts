import { findTopLevel } from "../../analyze/program.ts";
import type { ProgramFile } from "../../std/program-file.ts";
import { nearest } from "../../support/nearest.ts";
import { textOf, type Span } from "../../support/source.ts";
import type { Expression, NameReference, Stage } from "../../syntax/ast.ts";
import type { Phrase, Setting } from "../../syntax/ast/sections.ts";
import { onlyPart, type SettingScope } from "./read-setting.ts";

/** `(image, mask) -> random_flip -> random_crop(4)`: features that go through stages in training, by the same draws. */
export interface Augmentation {
  readonly features: readonly NameReference[];
  readonly stages: readonly AugmentStage[];
  readonly span: Span;
}

/** One stage of an augmentation. */
export interface AugmentStage {
  readonly stage: Stage;
  /** Whether it takes all the features of the augmentation at once, as `mixup` does; otherwise it takes them one by one. */
  readonly takesAll: boolean;
}

/** Functions of the library whose purpose it is to bring examples of a batch together. */
const mixing: ReadonlySet<string> = new Set(["mixup", "cutmix"]);

/** The features that a section declares. */
export interface DeclaredNames {
  readonly known: readonly string[];
  /** Whether more may be meant than have names. */
  readonly mayLack: boolean;
}

/** What is augmented in a data section, in order; what is wrong is reported and left out. */
export function readAugment(
  setting: Setting | undefined,
  names: DeclaredNames,
  file: ProgramFile,
  scope: SettingScope,
): readonly Augmentation[] {
  const read = (setting?.phrases ?? []).flatMap((it) => readOne(it, names, file, scope) ?? []);
  return read.filter((it, at) => {
    const again = read.slice(0, at).some((earlier) => nameOf(earlier) === nameOf(it));
    const feature = it.features.map(({ text }) => text).join(", ");
    const help = "Stages stand one behind the other in one entry: `image -> random_flip -> random_crop(4)`.";
    if (again) scope.collector.report("MC4095", it.span, { feature }, { help });
    return !again;
  });
}

/** Whether an augmentation mixes examples of a batch, as `mixup` of the library does. */
export function mixesExamples({ stages }: Augmentation, file: ProgramFile): boolean {
  return stages.some(({ stage }) => {
    const callee = calleeOf(stage);
    const found = callee === undefined ? undefined : findTopLevel(file, callee.text);
    return found?.kind === "callable" && found.file.library && mixing.has(found.declaration.name.text);
  });
}

/** Of which features it is, whatever their order. */
const nameOf = ({ features }: Augmentation): string =>
  features
    .map(({ text }) => text)
    .sort()
    .join();

function readOne(
  phrase: Phrase,
  names: DeclaredNames,
  file: ProgramFile,
  scope: SettingScope,
): Augmentation | undefined {
  const written = onlyPart(phrase);
  const features = written?.kind === "pipe" ? namesIn(written.source) : undefined;
  if (written?.kind !== "pipe" || features === undefined) {
    const expected = "a feature and what becomes of it in training, as in `image -> random_flip -> random_crop(4)`";
    const found = `\`${textOf(phrase.span)}\``;
    scope.collector.report("MC4006", phrase.span, { argument: "augment", callee: "this section", expected, found });
    return undefined;
  }
  let fine = true;
  features.forEach((it, at) => {
    const { text, span } = it;
    if (features.slice(0, at).some((earlier) => earlier.text === text)) {
      scope.collector.report("MC4095", span, { feature: text });
      fine = false;
    } else if (!names.known.includes(text)) {
      fine = false;
      if (names.mayLack) return;
      const near = nearest(text, names.known);
      const parameters = { what: "feature of this section", name: `\`${text}\``, known: names.known };
      const fix = near && { title: `change to ${near}`, edits: [{ span, text: near }] };
      const help = near === undefined ? {} : { help: `Did you mean \`${near}\`?`, ...(fix && { fix }) };
      scope.collector.report("MC4004", span, parameters, help);
    }
  });
  if (!fine) return undefined;
  const stages = written.stages.map((stage) => ({ stage, takesAll: takesMany(stage, features.length, file) }));
  return { features, stages, span: written.span };
}

/** The names of `image` or of `(image, mask)`; undefined where it is something else. */
function namesIn(source: Expression): readonly NameReference[] | undefined {
  if (source.kind === "reference") return [source];
  if (source.kind === "parenthesized") return namesIn(source.inner);
  if (source.kind !== "tuple") return undefined;
  const names = source.elements.flatMap((it) => (it.kind === "reference" ? [it] : []));
  return names.length === source.elements.length ? names : undefined;
}

/** What a stage applies, where it says so by name: `random_crop` in `random_crop(4)`. */
function calleeOf(stage: Stage): NameReference | undefined {
  if (stage.kind === "call") return stage.callee.kind === "reference" ? stage.callee : undefined;
  return stage.kind === "reference" ? stage : undefined;
}

/** Whether a stage takes so many tensors, of more than one. */
function takesMany(stage: Stage, count: number, file: ProgramFile): boolean {
  const name = calleeOf(stage)?.text;
  if (name === undefined || count === 1) return false;
  const top = findTopLevel(file, name);
  return top?.kind === "callable" && top.declaration.inputs.length === count;
}
