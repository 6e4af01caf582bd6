import { loadProgram, type Program } from "../analyze/program.ts";
import { mayBeLeftOut } from "../analyze/may-be-left-out.ts";
import {
  declaredUnits,
  lowerBuilt,
  lowerUnit,
  type DeclaredUnit,
  type Specialisation,
  type Unit,
} from "../compiler.ts";
import { createCollector, type Collector } from "../diagnostics/collector.ts";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import { renderText } from "../diagnostics/render.ts";
import type { GivenValue } from "../lower/elaborate-model.ts";
import { nearest } from "../support/nearest.ts";
import { findConfig } from "./config/find-config.ts";
import { UsageError } from "./exit-code.ts";
import { diskHost, readSpec } from "./read-specs.ts";
import type { Terminal } from "./terminal.ts";

/** What the options of a command say about the model that is meant. */
export interface UnitOptions {
  /** `--model`: a model, or the label of a `train` section. */
  readonly model?: string;
  /** `--set NAME=VALUE`, as given. */
  readonly set?: readonly string[];
}

/** A file whose findings have been printed. */
export interface LoadedSpec {
  readonly program: Program;
  readonly collector: Collector;
  /** What `--model` leaves of the file. */
  readonly units: readonly DeclaredUnit[];
}

/** Loads a spec and picks what is meant; undefined where it has errors, after printing them. */
export function loadSpec(path: string, { model }: UnitOptions, terminal: Terminal): LoadedSpec | undefined {
  const collector = createCollector();
  const program = loadProgram(readSpec(path), diskHost, collector);
  if (!printFindings(collector, terminal)) return undefined;
  const all = declaredUnits(program);
  const models = all.map((it) => it.model);
  if (all.length === 0) throw new UsageError(`${path} declares no model.`);
  const exact = all.find((it) => it.name === model);
  // A model's own name means its training without a label, else the model at its defaults.
  const plain = models.find((it) => it.name.text === model);
  const units =
    model === undefined
      ? all
      : exact !== undefined
        ? [exact]
        : plain !== undefined
          ? [{ name: model, model: plain }]
          : [];
  if (units.length === 0) {
    const near = nearest(
      model ?? "",
      all.flatMap((it) => [it.name, it.model.name.text]),
    );
    const known = [...new Set(all.flatMap((it) => [it.name, it.model.name.text]))].join(", ");
    throw new UsageError(
      `${path} has no model ${model ?? ""}${near === undefined ? `; it has ${known}` : `: did you mean ${near}?`}`,
    );
  }
  return { program, collector, units };
}

/**
 * Lowers units with the values of `--set` (`dims: "free"`: but not those of dims; `"built"`: as they are built); undefined
 * where one has errors, after printing them.
 */
export function lowerAll(
  { program, collector, units }: LoadedSpec,
  { set }: UnitOptions,
  terminal: Terminal,
  dims: "fixed" | "free" | "built" = "fixed",
): readonly Unit[] | undefined {
  const lowered = units.flatMap((it) => {
    const { hyperparameters, given, ...rest } = readSettings(set ?? [], it);
    const lower = dims === "built" ? lowerBuilt : lowerUnit;
    return (
      lower(
        program,
        it,
        {
          ...(hyperparameters !== undefined && { hyperparameters }),
          ...(given !== undefined && { given }),
          ...(dims !== "free" && rest),
        },
        collector,
      ) ?? []
    );
  });
  return printFindings(collector, terminal) ? lowered : undefined;
}

/** What has been printed of each collector: a later finding may take an earlier one's place. */
const printed = new WeakMap<Collector, Set<string>>();

/** Prints the findings that have not been printed yet; false where any of all is an error. */
export function printFindings(collector: Collector, terminal: Terminal): boolean {
  const told = printed.get(collector) ?? new Set<string>();
  printed.set(collector, told);
  const keyOf = ({ code, span, message }: Diagnostic): string =>
    [code, span.file.path, span.start, span.end, message].join("\n");
  const fresh = collector.diagnostics.filter((it) => !told.has(keyOf(it)));
  for (const it of fresh) told.add(keyOf(it));
  // What a project has turned off is off; that a warning is to fail is for `check`, before anything runs.
  const levels = fresh.length === 0 ? undefined : findConfig()?.config.levels;
  const found = fresh.filter((it) => it.severity === "error" || levels?.get(it.code) !== "off");
  if (found.length > 0) terminal.error(`${renderText(found, { color: terminal.color })}\n`);
  return !collector.hasErrors;
}

/** The values of `--set`, each for a hyperparameter, a dim or an input of the model that may be left out. */
export function readSettings(texts: readonly string[], { model, train }: DeclaredUnit): Specialisation {
  const hyperparameters: Record<string, GivenValue> = {};
  const dims: Record<string, number> = {};
  const known = new Set(model.hyperparameters.map((it) => it.name.text));
  const given = new Set<string>();
  const leftOut = new Set(model.inputs.filter(mayBeLeftOut).flatMap((it) => it.name?.text ?? []));
  const free = new Set<string>();
  for (const dim of model.inputs.flatMap((it) => it.type.dims)) {
    if (dim.kind === "reference" && /^[A-Z]/.test(dim.text) && !known.has(dim.text)) free.add(dim.text);
  }
  for (const text of texts) {
    const [, name, value] = /^([^=]+)=(.+)$/s.exec(text) ?? [];
    if (name === undefined || value === undefined)
      throw new UsageError(`--set takes NAME=VALUE, as in --set D=64, not ${text}.`);
    if (Object.hasOwn(hyperparameters, name) || Object.hasOwn(dims, name) || given.has(name))
      throw new UsageError(`--set gives ${name} twice.`);
    if (known.has(name)) hyperparameters[name] = readValue(value);
    else if (free.has(name)) {
      const size = readValue(value);
      if (typeof size !== "number" || !Number.isSafeInteger(size) || size < 1)
        throw new UsageError(`The dim ${name} must be a whole number of at least 1, not ${value}.`);
      dims[name] = size;
    } else if (leftOut.has(name)) {
      if (value !== "given")
        throw new UsageError(`The input ${name} is given or left out: --set ${name}=given, or nothing.`);
      if (train !== undefined)
        throw new UsageError(
          `The input ${name} of ${model.name.text} is there where ${train.data.text} has a feature of that name.`,
        );
      given.add(name);
    } else {
      const all = [...known, ...free, ...leftOut];
      const near = nearest(name, all);
      const names = all.join(", ");
      throw new UsageError(
        `${model.name.text} has neither a hyperparameter nor a dim ${name}${near === undefined ? `; it has ${names}` : `: did you mean ${near}?`}`,
      );
    }
  }
  return { hyperparameters, dims, given };
}

const factors: Readonly<Record<string, number>> = { k: 1e3, M: 1e6, G: 1e9, T: 1e12 };

/** A value in the language's words: a number, `true`, `false`, a list, or a word. */
function readValue(text: string): GivenValue {
  const [, digits, suffix] = /^([-+]?[\d_]*\.?\d[\d_]*(?:e[-+]?\d+)?)([kMGT]?)$/i.exec(text) ?? [];
  if (digits !== undefined) return Number(digits.replaceAll("_", "")) * (factors[suffix ?? ""] ?? 1);
  if (text === "true" || text === "false") return text === "true";
  if (text.startsWith("[") && text.endsWith("]"))
    return elementsOf(text.slice(1, -1))
      .map((it) => it.trim())
      .filter((it, at, all) => it !== "" || all.length > 1)
      .map(readValue);
  return text.replace(/^"(.*)"$/s, "$1");
}

/** The parts of a list between the commas that stand in no inner list and in no string. */
function elementsOf(text: string): readonly string[] {
  const parts = [""];
  let depth = 0;
  let quoted = false;
  for (const it of text) {
    if (it === '"') quoted = !quoted;
    else if (!quoted && it === "[") depth += 1;
    else if (!quoted && it === "]") depth -= 1;
    if (it === "," && depth === 0 && !quoted) parts.push("");
    else parts.push(`${parts.pop() ?? ""}${it}`);
  }
  if (depth !== 0 || quoted) throw new UsageError(`[${text}] is no list: its brackets or quotes do not close.`);
  return parts;
}
