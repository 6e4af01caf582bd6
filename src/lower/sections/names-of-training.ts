import { constant, variablesOf } from "../../dims/dim.ts";
import { noFacts } from "../../dims/facts.ts";
import { entryOf } from "../../graph/parameters-of.ts";
import type { Module, Value } from "../../ir/graph.ts";
import type { SectionInput } from "../../ir/prediction.ts";
import type { DataProgram } from "../../ir/program.ts";
import type { TensorType } from "../../ir/types.ts";
import type { ProgramFile } from "../../std/program-file.ts";
import type { CallableDeclaration } from "../../syntax/ast.ts";
import type { TrainDeclaration } from "../../syntax/ast/sections.ts";
import { lostName } from "../../syntax/lost-name.ts";
import { freshValue, report, type Context, type Elaborator } from "../context.ts";
import type { ModelHeader } from "../model-header.ts";
import { labelsOf } from "../value-facts.ts";
import { poison, tensor, type ValueFacts } from "../values.ts";
import { lengthsName } from "./add-lengths.ts";
import { askedName, wrongLengths, type AskedLengths } from "./lengths.ts";
import type { KnownData } from "./lower-data.ts";
import { batchOf, batchType, type FeatureMatch } from "./match-features.ts";
import { sectionContext } from "./section-context.ts";

/** The model that is trained, with the elaborator in which the section's own expressions join its functions. */
export interface TrainedModel {
  /** Undefined where nothing has that name. */
  readonly declaration: CallableDeclaration | undefined;
  /** Undefined where it is not known what it takes and gives. */
  readonly header: ModelHeader | undefined;
  /** Undefined where something is wrong with it. */
  readonly module: Module | undefined;
  readonly elaborator: Elaborator;
}

/** What losses and metrics of a section are computed of. */
export interface Measurable {
  readonly file: ProgramFile;
  readonly declaration: TrainDeclaration;
  readonly model: TrainedModel;
  /** Undefined where there are none. */
  readonly data: KnownData | undefined;
  /** The same where all of it is right. */
  readonly prepared: DataProgram | undefined;
  /** Undefined where it is not known how the two go together. */
  readonly match: FeatureMatch | undefined;
}

/** What a section's function takes, as a value of it. */
export interface NamedInput extends SectionInput {
  readonly value: Value;
}

/** Where expressions of a training are lowered. */
export interface TrainingNames {
  /** Outputs and features have their names; those of which something is wrong mean nothing there. */
  readonly ctx: Context;
  /** Statistics join them where they are used. */
  readonly inputs: NamedInput[];
}

/** The names that losses, metrics and predictions are written in, with those of the lengths that they ask. */
export function namesOf(
  { file, declaration, model, data, match }: Measurable,
  lengths: readonly AskedLengths[] = [],
): TrainingNames {
  const { module, header, elaborator } = model;
  const { facts = noFacts, assumptions = "" } = header ?? {};
  const values = new Map<number, Value>();
  const section = declaration.label?.text ?? model.declaration?.name.text ?? "";
  const entry = module && match?.fits === true ? entryOf(module) : undefined;
  const ctx: Context = {
    ...sectionContext(elaborator, file, section, { facts, assumptions }),
    measured: { entry, values },
  };
  const { names } = ctx.scope;
  const inputs: NamedInput[] = [];
  const add = (
    from: SectionInput["from"],
    name: string,
    type: TensorType | undefined,
    known: ValueFacts,
    inModel: Value | undefined,
    local = name,
  ): void => {
    if (type === undefined || match === undefined || isDoubted(type, match)) {
      names.set(local, poison);
      return;
    }
    const value = freshValue(ctx.unit, type, name);
    names.set(local, tensor(value, known));
    inputs.push({ from, name, value });
    if (inModel !== undefined) values.set(value.id, inModel);
  };
  const declared = model.declaration?.results?.map(({ name }) => ({ name: name?.text, type: undefined, facts: {} }));
  const results = header?.results ?? declared;
  for (const [at, { name, type, facts: known }] of (results ?? []).entries())
    if (name !== undefined) add("output", name, type, known, entry?.body.results[at]);
  names.set(wrongLengths, poison);
  for (const asked of lengths) {
    const local = askedName(asked);
    if (data === undefined || names.has(local)) continue;
    const type = match && ({ dtype: "i32", shape: [batchOf(match.renamed)] } as const);
    add("feature", lengthsName(asked, data.features), type, {}, undefined, local);
  }
  let isTaken = false;
  for (const feature of data?.features ?? []) {
    if (names.has(feature.name)) {
      // Each step meets it: it is told once.
      report(ctx, "MC4017", declaration.data.span, {
        name: feature.name,
        model: model.declaration?.name.text ?? "",
        data: data?.name ?? "",
      });
      names.set(feature.name, poison);
      isTaken = true;
      continue;
    }
    const known = labelsOf(feature.classes === undefined ? undefined : constant(feature.classes));
    const type = match && batchType(feature, match.renamed);
    add("feature", feature.name, type, known, entry?.body.inputs[entry.inputNames.indexOf(feature.name)]);
  }
  for (const name of data?.doubted ?? []) names.set(name, poison);
  if (results === undefined || data === undefined || data.mayLack || isTaken) names.set(lostName, poison);
  return { ctx, inputs };
}

/** Whether a type rests on dims of which it is not known what they are. */
function isDoubted({ shape }: TensorType, { doubted }: FeatureMatch): boolean {
  return shape.some((dim) => [...variablesOf(dim)].some((name) => doubted.has(name)));
}
