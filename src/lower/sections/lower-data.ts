import type { Program } from "../../analyze/program.ts";
import { flattenMeasured, flattenUnrounded, preparesAnew } from "../../autodiff/flatten-preparation.ts";
import { createCollector } from "../../diagnostics/collector.ts";
import type { Findings } from "../../diagnostics/findings.ts";
import type { Func } from "../../ir/graph.ts";
import type { AugmentSpec, DataProgram, PreparedFeatures, Moment, RowWindow, SplitSpec } from "../../ir/program.ts";
import { operandsOf } from "../../ir/visit.ts";
import { eliminateDeadNodes } from "../../passes/eliminate-dead-nodes.ts";
import { expandComposites, keepNone } from "../../passes/expand-composites.ts";
import { findMixedExamples } from "../../passes/find-mixed-examples.ts";
import type { ProgramFile } from "../../std/program-file.ts";
import type { DataDeclaration } from "../../syntax/ast/sections.ts";
import { showField } from "../../sources/show-raw-field.ts";
import { lostName } from "../../syntax/lost-name.ts";
import type { Elaborator, FunctionStore } from "../context.ts";
import { createElaborator } from "../elaborator.ts";
import { keyText } from "./key-text.ts";
import { batchDim } from "./batch-dim.ts";
import { lowerFeatures } from "./lower-features.ts";
import { rawNames } from "./raw-fields.ts";
import { mixesExamples, readAugment, type Augmentation } from "./read-augment.ts";
import { readClean, readSource, reportIdleFolders, reportIdleForText } from "./read-data.ts";
import { settingsOf } from "./read-setting.ts";
import { readSplit } from "./read-split.ts";
import { reportMisplaced } from "./report-misplaced.ts";
import { settingScope } from "./section-context.ts";
import { sectionKeys } from "./section-keys.ts";

/** What trainings go by of a data section, also where something in it is wrong. */
export interface KnownData extends Pick<DataProgram, "name" | "features"> {
  /** Names that are those of features whose types are not known, or may be: something is wrong with them. */
  readonly doubted: ReadonlySet<string>;
  /** Whether more features may be meant than have names: by what did not parse, or has a name that is taken. */
  readonly mayLack: boolean;
  /** Undefined where it is wrong. */
  readonly split: DataProgram["split"] | undefined;
}

/** A `data` section, lowered once for all that name it. */
export interface LoweredData extends Findings {
  /** Undefined where something is wrong with it. */
  readonly data: DataProgram | undefined;
  /** Undefined where its source is not there yet: nor need be what is made of it. */
  readonly known: KnownData | undefined;
  /** The functions that its features call. */
  readonly store: FunctionStore;
  /** The declarations that its features looked at. */
  readonly visited: Elaborator["visited"];
}

/** Lowers a `data` section: its source, its split, and the features as one function over batches of raw fields. */
export function lowerData(program: Program, file: ProgramFile, declaration: DataDeclaration): LoweredData {
  const collector = createCollector();
  const elaborator = createElaborator(program, collector);
  const lowered = lowerSection(elaborator, file, declaration);
  const { functions, memo, sizes, keys, visited } = elaborator;
  return {
    ...lowered,
    store: { functions, memo, sizes, keys },
    visited,
    found: collector.found,
    saysNames: collector.saysNames,
  };
}

function lowerSection(
  elaborator: Elaborator,
  file: ProgramFile,
  declaration: DataDeclaration,
): Pick<LoweredData, "data" | "known"> {
  const { collector } = elaborator;
  const scope = settingScope(collector, file);
  const keys: readonly string[] = sectionKeys.data;
  const settings = settingsOf(declaration.entries, keys, "data", scope);
  reportMisplaced(declaration.entries, ["setting", "feature"], keys, "data", collector);

  const source = readSource(settings, declaration, scope);
  // A key that is none may be meant for it.
  const mayBeLost = !settings.has("split") && (settings.has(lostName) || declaration.broken);
  if (source !== undefined) reportIdleForText(source, settings, scope);
  if (source !== undefined) reportIdleFolders(source, settings, scope);
  const entries = declaration.entries.filter((it) => it.kind === "feature");
  const doubted = new Set(unknownKeys(declaration, keys));
  const again = entries.filter(({ name }, at) => entries.slice(0, at).some((it) => it.name.text === name.text));
  for (const { name } of again) {
    collector.report("MC4002", name.span, { key: name.text, section: "data" });
    doubted.add(name.text);
  }
  const known = { known: entries.map((it) => it.name.text), mayLack: declaration.broken || doubted.size > 0 };
  const augmentations = readAugment(settings.get("augment"), known, file, scope);
  const isOwn = (name: string): boolean => file.scope.has(name);
  // Features first: a column that they and the split read has the name that they give it.
  const reader = { scope, names: rawNames(), isOwn, source, features: entries };
  const lowered = lowerFeatures(elaborator, file, declaration, entries, source, augmentations, reader);
  const split = readSplit(settings.get("split"), reader);
  const clean = readClean(settings.get("clean"), reader);
  for (const it of lowered.doubted) doubted.add(it);
  const { text: name, span: origin } = declaration.name;
  const { features, preparation } = lowered;
  const prepared = { name, features, preparation };
  reportDrawnStatistics(prepared, elaborator);
  const varying = preparation.raw.find((it) => it.varies === true);
  const mixing = augmentations.find((it) => mixesExamples(it, file));
  if (varying !== undefined && mixing !== undefined)
    collector.report("MC4100", mixing.span, { feature: showField(varying) });
  const mixed = augmentations.filter((it) => mixesExamples(it, file)).flatMap((it) => it.features);
  reportMixedExamples(prepared, new Set(mixed.map(({ text }) => text)), elaborator);
  const windows = preparation.raw.find(({ rows }) => rows !== undefined && split !== undefined && mixes(split, rows));
  if (windows !== undefined) {
    const at = settings.get("split")?.span ?? origin;
    collector.report("MC4091", at, { feature: showField(windows) });
  }

  const isWhole = !collector.hasErrors && !declaration.broken && features.length === entries.length;
  return {
    known: {
      name,
      features: lowered.declared.filter((it) => !doubted.has(it.name)),
      doubted,
      mayLack: declaration.broken || again.length > 0,
      split: mayBeLost ? undefined : split,
    },
    data:
      isWhole && source !== undefined && split !== undefined && clean !== undefined
        ? {
            name,
            source,
            split,
            clean,
            augmented: augmentations.map((it) => specOf(it, file)),
            features,
            preparation,
            origin,
          }
        : undefined,
  };
}

const specOf = (it: Augmentation, file: ProgramFile): AugmentSpec => ({
  features: it.features.map(({ text }) => text),
  mixes: mixesExamples(it, file),
  origin: it.span,
});

/** Keys that a section does not have: each may be meant for a feature. */
function unknownKeys({ entries }: DataDeclaration, known: readonly string[]): readonly string[] {
  return entries.flatMap((it) => {
    const key = it.kind === "setting" ? keyText(it) : undefined;
    return key === undefined || known.includes(key) ? [] : [key];
  });
}

/** Reports features that are standardized after they were drawn: with other draws, their statistics would be others. */
function reportDrawnStatistics(data: PreparedFeatures, { functions, collector }: Elaborator): void {
  if (!preparesAnew(data, functions)) return;
  const drawn = data.features.filter(({ name }) =>
    data.preparation.statistics.some(
      (it) => it.kind !== "fill" && it.path.startsWith(`${name}.`) && isDrawn(it, functions),
    ),
  );
  for (const { name, origin } of drawn) collector.report("MC4069", origin, { feature: name });
}

/** Whether what a statistic is fitted on depends on the seed. */
function isDrawn(statistic: Moment, functions: ReadonlyMap<string, Func>): boolean {
  const { inputs, nodes } = eliminateDeadNodes(flattenMeasured(statistic, { functions }));
  const seed = inputs.find(({ role }) => role === "seed")?.value.id;
  return nodes.some((node) => operandsOf(node).some(({ id }) => id === seed));
}

/** Reports features in which one example depends on others of its batch: it would be another one in other company. */
function reportMixedExamples(
  data: PreparedFeatures,
  /** The names of features that are meant to be mixed in training. */
  mixable: ReadonlySet<string>,
  { functions, collector }: Elaborator,
): void {
  const modes = preparesAnew(data, functions) ? (["inference", "training"] as const) : (["inference"] as const);
  const found = modes.map((mode) => {
    const flat = flattenUnrounded(data, { functions, mode });
    const mixed = findMixedExamples(expandComposites(flat, keepNone), batchDim, (it) => it.role !== "feature");
    return new Map([...mixed].filter(([name]) => mode === "inference" || !mixable.has(name)));
  });
  const mixed = data.features.flatMap(({ name, origin }) => {
    const node = found.flatMap((it) => it.get(name) ?? [])[0];
    return node === undefined ? [] : [{ name, origin, node }];
  });
  for (const { name, origin, node } of mixed) {
    const at = node.origin?.file.path === origin.file.path ? node.origin : undefined;
    const labels = at === undefined ? [] : [{ span: at, message: "this brings the examples of a batch together" }];
    const help =
      "`-> standardize` subtracts the mean over the training examples and divides by their deviation; to work on one example's own axes, count them from the end (`axis=-1`)";
    collector.report("MC4064", origin, { feature: name }, { labels, help });
  }
}

/** Whether a split shuffles rows, so that some of a window lie in another one. Groups may be those of the window, or of several. */
function mixes({ by, fractions }: SplitSpec, { by: series }: RowWindow): boolean {
  if (Object.keys(fractions).length < 2) return false;
  return by === "seed" || by === "classes" || (by === "groups" && series === undefined);
}
