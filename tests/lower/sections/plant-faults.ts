import { loadProgram, type ProgramHost } from "../../../src/analyze/program.ts";
import { createCollector } from "../../../src/diagnostics/collector.ts";
import { keyText } from "../../../src/lower/sections/key-text.ts";
import { inFile, type Span } from "../../../src/support/source.ts";
import type { Declaration, Expression } from "../../../src/syntax/ast.ts";
import type { Entry, Feature, Setting } from "../../../src/syntax/ast/sections.ts";

/** One fault that can be put into a text: what it is, and what stands in the place of a stretch of the text then. */
export interface Fault {
  readonly what: string;
  readonly start: number;
  readonly end: number;
  readonly text: string;
  /** Names of which the fault leaves open what they are, and names that its finding rests on. */
  readonly loses: readonly string[];
  readonly needs: readonly string[];
}

/** A shape fault that rests on nothing but what is summed. */
const shapeFault = "mean(zeros([2]) + zeros([3]))";

/** The faults that entries of sections, and the bodies of models, may have. */
export function faultsIn(
  source: { readonly path: string; readonly text: string },
  host: ProgramHost,
): readonly Fault[] {
  const { entry } = loadProgram(source, host, createCollector());
  const faults = entry.ast.declarations.flatMap((it) => faultsOf(it, entry.ast.declarations));
  // Names that mean nothing are told once each, however often they stand there, and so are operands that do not go together.
  return faults.map((it, at) => ({
    ...it,
    text: it.text.replace("nothing_at_all", `nothing_at_all_${at}`).replace("zeros([3])", `zeros([${at + 3}])`),
  }));
}

function faultsOf(declaration: Declaration, all: readonly Declaration[]): readonly Fault[] {
  const place = inFile(declaration.span);
  const brace = place.file.text.indexOf("{", place.start) + 1;
  const insert = (line: string, needs: readonly string[] = []): Fault => ({
    what: line,
    start: brace,
    end: brace,
    text: `\n  ${line}\n`,
    loses: [],
    needs,
  });
  switch (declaration.kind) {
    case "callable": {
      if (declaration.flavor !== "model") return [];
      const { start } = inFile(declaration.body.span);
      const body = place.file.text.indexOf("{", start) + 1;
      const bad = insert("_ = nothing_at_all(3)");
      return [
        { ...bad, start: body, end: body, loses: ["paths"] },
        {
          ...bad,
          what: `_ = ${shapeFault}`,
          text: `\n  _ = ${shapeFault}\n`,
          start: body,
          end: body,
          loses: ["paths"],
        },
      ];
    }
    case "data":
      return [
        insert("colour: red"),
        ...declaration.entries.flatMap((it): readonly Fault[] => {
          if (it.kind === "feature") return faultsOfFeature(it);
          if (it.kind !== "setting") return [];
          const key = keyOf(it);
          if (key === "source") return [valueOf(it, "csvv(3)", ["source"])];
          return key === "split" ? [valueOf(it, "train 2"), valueOf(it, "80/20")] : [];
        }),
      ];
    case "train": {
      const { model } = declaration;
      const callee = model.kind === "call" ? model.callee : model;
      const name = callee.kind === "reference" ? callee.text : "";
      const trained = all.find((it) => it.kind === "callable" && it.name.text === name);
      const result = trained?.kind === "callable" ? trained.results?.[0]?.name?.text : undefined;
      return [
        insert("colour: red"),
        insert('freeze "nowhere_at_all.**"', ["paths"]),
        insert('group "nowhere_at_all.**": decay=0', ["paths"]),
        insert('group "**": decay=-1'),
        insert('init "nowhere_at_all.**": 0', ["paths"]),
        insert('follow "**": decay=0.5'),
        ...declaration.entries.flatMap((it) => faultsOfSetting(it, result)),
        ...declaration.entries.flatMap((it) =>
          it.kind === "step" ? it.entries.flatMap((own) => faultsOfSetting(own, result)) : [],
        ),
        ...declaration.entries.flatMap((it) =>
          it.kind === "predict"
            ? it.entries.flatMap((own) => (own.kind === "setting" ? [valueOf(own, "nothing_at_all(3)")] : []))
            : [],
        ),
      ];
    }
    case "test":
      return [insert("expect nothing_at_all > 1", ["metrics"]), insert("colour: red"), insert('expect loss < "low"')];
    case "budget":
      return [insert("parmeters <= 3"), insert("params <= 3 at Nothing=2", ["dims"]), insert('params <= "few"')];
    default:
      return [];
  }
}

function faultsOfFeature({ name, type, value }: Feature): readonly Fault[] {
  const element = placed(type.element.span);
  const made = placed(value.span);
  const expression = made.file.text.slice(made.start, made.end);
  return [
    { what: `${name.text}: f33`, start: element.start, end: element.end, text: "f33", loses: ["results"], needs: [] },
    ...(isPlain(value) ? [{ ...at(made, `nothing_at_all(${expression})`), needs: [] }] : []),
    { ...at(made, `${expression} + nothing_at_all`), needs: [] },
  ];
}

function faultsOfSetting(it: Entry, result: string | undefined): readonly Fault[] {
  const key = keyOf(it);
  if (it.kind !== "setting") return [];
  switch (key) {
    case "loss":
      return [
        valueOf(it, "nothing_at_all(3)", [key]),
        { ...valueOf(it, shapeFault, [key]), needs: [] },
        ...(result === undefined
          ? []
          : [{ ...valueOf(it, `mean(reshape(${result}, [7919]))`, [key]), needs: ["results"] }]),
      ];
    case "metrics":
      return [valueOf(it, "nothing_at_all(3)", [key]), { ...valueOf(it, `mean_of(${shapeFault})`, [key]), needs: [] }];
    case "optimizer":
      return [valueOf(it, "adm(lr=0.1)"), valueOf(it, "sgd(lr=-1)")];
    case "batch":
    case "epochs":
    case "steps":
    case "accumulate":
    case "seed":
    case "every":
      return [valueOf(it, "-1"), valueOf(it, '"many"')];
    case "clip":
    case "average":
    case "precision":
    case "validate":
      return [valueOf(it, "nothing_at_all(3)")];
    case "stop":
      return [
        valueOf(it, "early(validate.nothing_at_all)", [], ["metrics"]),
        valueOf(it, "early(train.loss, patience=0)"),
      ];
    case "save":
      return [valueOf(it, "best(validate.nothing_at_all)", [], ["metrics"])];
    case "update":
      return [valueOf(it, '"nowhere_at_all.**"', ["update"], ["paths"])];
    default:
      return [];
  }
}

const keyOf = (it: Entry): string => (it.kind === "setting" ? keyText(it) : "");

/** A setting with another value. */
function valueOf(it: Setting, text: string, loses: readonly string[] = [], needs: readonly string[] = []): Fault {
  const { start, file, end } = placed(it.span);
  const colon = file.text.indexOf(":", start);
  return { what: `${keyOf(it)}: ${text}`, start: colon, end, text: `: ${text}`, loses, needs };
}

function at({ start, end }: Span, text: string): Fault {
  return { what: text, start, end, text, loses: [], needs: [] };
}

const placed = (span: Span): Span => inFile(span);

/** Whether an expression may stand as the one argument of a call. */
const isPlain = ({ kind }: Expression): boolean => kind !== "tuple";

/** A text with faults in it, which lie apart. */
export function plant(text: string, faults: readonly Fault[]): string {
  return faults
    .toSorted((a, b) => b.start - a.start)
    .reduce((made, it) => made.slice(0, it.start) + it.text + made.slice(it.end), text);
}
