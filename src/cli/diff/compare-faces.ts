import { asNumber, formatDim, substitute, type Dim } from "../../dims/dim.ts";
import { fitSizes, inputsOf, isSame, takesLabels, typeText, type SizeFit } from "./fit-sizes.ts";
import type { ModelFace, NamedTensor, StoredTensor } from "./model-face.ts";

/** What is not as it was. */
export interface Change {
  readonly about: "model" | "input" | "output" | "where" | "weights" | "labels" | "computation";
  /** Whether who relies on the model as it was is let down. */
  readonly breaks: boolean;
  readonly name: string;
  readonly before: string | null;
  readonly after: string | null;
  readonly message: string;
}

/** A figure of a model, then and now: a number, or a formula in the free dims of the model as it was. */
export interface MeasureChange {
  readonly name: "parameters" | "flops" | "activationBytes" | "depth";
  readonly before: number | string;
  readonly after: number | string;
}

/** A model beside what it was. */
export interface Comparison {
  readonly name: string;
  readonly changes: readonly Change[];
  readonly measures: readonly MeasureChange[];
  /**
   * Whether weights of the model as it was are taken by the model as it is; null where one of the two is not there, or
   * neither has any.
   */
  readonly checkpointLoads: boolean | null;
}

/**
 * Compares what others rely on of a model as it was (`old`) and as it is: whichever of the inputs that may be left out are
 * given.
 */
export function compareFaces(old: ModelFace, now: ModelFace): Comparison {
  const plain = compareOne(old, counterpart(old, now) ?? now);
  const told = new Set(plain.changes.map((it) => it.message));
  const others = old.variants.flatMap((variant) => {
    const same = counterpart(variant, now);
    if (same === undefined && !isWrong(variant, now)) return [];
    const { changes, checkpointLoads } =
      same === undefined ? { changes: [fails(now)], checkpointLoads: null } : compareOne(variant, same);
    const fresh = changes.filter((it) => !told.has(it.message));
    for (const it of fresh) told.add(it.message);
    const given = [...variant.optional].filter((it) => !old.optional.has(it)).map((it) => `\`${it}\``);
    const where = `, where ${given.join(" and ")} ${given.length === 1 ? "is" : "are"} given`;
    return [{ changes: fresh.map((it) => ({ ...it, message: `${it.message}${where}` })), checkpointLoads }];
  });
  const loads = [plain, ...others].flatMap((it) => it.checkpointLoads ?? []);
  return {
    ...plain,
    changes: [...plain.changes, ...others.flatMap((it) => it.changes)],
    checkpointLoads: loads.length === 0 ? null : !loads.includes(false),
  };
}

/** The model as it is, with those inputs given that the old one was given. */
function counterpart(old: ModelFace, now: ModelFace): ModelFace | undefined {
  const given = new Set(old.inputs.map((it) => it.name));
  const isMeant = ({ leftOut, optional }: ModelFace): boolean =>
    [...optional].every((it) => given.has(it)) && ![...leftOut.keys()].some((it) => given.has(it));
  return [now, ...now.variants].find(isMeant);
}

/** Whether the model as it is has errors with those inputs that the old one was given. */
function isWrong(old: ModelFace, now: ModelFace): boolean {
  const given = new Set(old.inputs.map((it) => it.name));
  return now.wrong.some((way) => [...now.leftOut.keys()].every((it) => given.has(it) === way.includes(it)));
}

function fails({ name }: ModelFace): Change {
  return { about: "model", breaks: true, name, before: name, after: null, message: `model ${name} has errors now` };
}

function compareOne(old: ModelFace, now: ModelFace): Comparison {
  const fit = fitSizes(old, now);
  const back = fitSizes(now, old);
  const weights = weightChanges(old, now, fit);
  const changes = [
    ...inputChanges(old, now, fit, back),
    ...whereChanges(fit, back),
    ...outputChanges(old, now, fit, back),
    ...weights,
  ];
  return {
    name: now.name,
    changes: [...changes, ...labelChanges(old, now), ...(changes.length === 0 ? computationChanges(old, now) : [])],
    measures: measureChanges(old, now, fit),
    checkpointLoads: old.weights.size + now.weights.size === 0 ? null : weights.length === 0,
  };
}

/** Labels that trainings compare results with: who trains has others. */
function labelChanges(old: ModelFace, now: ModelFace): readonly Change[] {
  return [...now.labels].flatMap(([name, classes]): readonly Change[] => {
    const was = old.labels.get(name);
    if (was === undefined || was === classes) return [];
    const [before, after] = [`class(${was})`, `class(${classes})`];
    const message = `labels \`${name}\` of the training: \`${before}\` is now \`${after}\``;
    return [{ about: "labels", breaks: false, name, before, after, message }];
  });
}

/** Of models that look alike to others, whether the same inputs and weights give the same results. */
function computationChanges(old: ModelFace, now: ModelFace): readonly Change[] {
  const differs = old.computation.inference !== now.computation.inference;
  if (!differs && old.computation.training === now.computation.training) return [];
  const message = differs ? "the computation differs" : "the computation differs in training alone";
  return [{ about: "computation", breaks: false, name: now.name, before: null, after: null, message }];
}

const byName = (all: readonly NamedTensor[], name: string): NamedTensor | undefined =>
  all.find((it) => it.name === name);

function inputChanges(old: ModelFace, now: ModelFace, fit: SizeFit, back: SizeFit): readonly Change[] {
  const [wasTaken, isTaken] = [inputsOf(old), inputsOf(now)];
  const textIn = (face: ModelFace, all: readonly NamedTensor[], name: string): string | undefined => {
    const given = byName(all, name);
    return given === undefined ? face.leftOut.get(name)?.text : typeText(given.type);
  };
  const may = (face: ModelFace, name: string): boolean => face.leftOut.has(name) || face.optional.has(name);
  const names = new Set(
    [...old.inputs, ...now.inputs].map((it) => it.name).concat([...old.leftOut.keys(), ...now.leftOut.keys()]),
  );
  return [...names].flatMap((name): readonly Change[] => {
    const [before, after] = [textIn(old, wasTaken, name) ?? null, textIn(now, isTaken, name) ?? null];
    const change = (breaks: boolean, what: string): Change => ({
      about: "input",
      breaks,
      name,
      before,
      after,
      message: `input \`${name}\`${before === null ? "" : `: \`${before}\``} ${what}`,
    });
    if (after === null) return [change(true, "is gone")];
    if (before === null)
      return may(now, name)
        ? [change(false, `(\`${after}\`) is new, and may be left out`)]
        : [change(true, `(\`${after}\`) is new, and must be given`)];
    const required = may(old, name) && !may(now, name) ? [change(true, "must be given now")] : [];
    const [was, is] = [byName(wasTaken, name), byName(isTaken, name)];
    if (was === undefined || is === undefined)
      return before === after ? required : [...required, change(true, `is now \`${after}\``)];
    if (was.type.dtype !== is.type.dtype || was.type.shape.length !== is.type.shape.length)
      return [...required, change(true, `is now \`${after}\``)];
    const labels = is.type.labels;
    if (!fit.refused.has(name) && !takesLabels(labels, was.type.labels, old, fit))
      return [...required, change(true, `is now \`${after}\`, which takes not all of these labels`)];
    if (fit.refused.has(name))
      return [...required, change(true, `is now \`${after}\`, which takes not all of these sizes`)];
    return back.refused.has(name)
      ? [...required, change(false, `is now \`${after}\`, which takes more sizes`)]
      : takesLabels(was.type.labels, labels, now, back)
        ? required
        : [...required, change(false, `is now \`${after}\`, which takes more labels`)];
  });
}

function whereChanges(fit: SizeFit, back: SizeFit): readonly Change[] {
  const asked = fit.demands.map(({ text, example }): Change => {
    const fails = example === "" ? "" : `, and fails at ${example}`;
    return {
      about: "where",
      breaks: true,
      name: text,
      before: null,
      after: text,
      message: `\`${text}\` is asked now${fails}`,
    };
  });
  const dropped = back.demands.map(({ text }): Change => ({
    about: "where",
    breaks: false,
    name: text,
    before: text,
    after: null,
    message: `\`${text}\` is not asked any more`,
  }));
  return [...asked, ...dropped];
}

function outputChanges(old: ModelFace, now: ModelFace, fit: SizeFit, back: SizeFit): readonly Change[] {
  const names = new Set([...old.outputs, ...now.outputs].map((it) => it.name));
  return [...names].flatMap((name): readonly Change[] => {
    const [was, is] = [byName(old.outputs, name), byName(now.outputs, name)];
    const before = was === undefined ? null : typeText(was.type);
    const after = is === undefined ? null : typeText(is.type);
    const change = (breaks: boolean, what: string): Change => ({
      about: "output",
      breaks,
      name,
      before,
      after,
      message: `output \`${name}\`${before === null ? "" : `: \`${before}\``} ${what}`,
    });
    if (was === undefined) return [change(false, `(\`${after ?? ""}\`) is new`)];
    if (is === undefined) return [change(true, "is gone")];
    const isAlike =
      was.type.dtype === is.type.dtype &&
      was.type.shape.length === is.type.shape.length &&
      was.type.shape.every((dim, axis) => isSame(is.type.shape[axis] ?? dim, dim, old, fit));
    if (!isAlike) return [change(true, `is now \`${after ?? ""}\``)];
    // Who reads an output relies on what it cannot be.
    if (!takesLabels(was.type.labels, is.type.labels, now, back))
      return [change(true, `is now \`${after ?? ""}\`, and may have other values`)];
    return takesLabels(is.type.labels, was.type.labels, old, fit)
      ? []
      : [change(false, `is now \`${after ?? ""}\`, which has fewer values`)];
  });
}

function weightChanges(old: ModelFace, now: ModelFace, fit: SizeFit): readonly Change[] {
  const paths = new Set([...old.weights.keys(), ...now.weights.keys()]);
  const orderOf = ({ perm }: StoredTensor): string => perm.join();
  return [...paths].flatMap((name): readonly Change[] => {
    const [was, is] = [old.weights.get(name), now.weights.get(name)];
    const before = was === undefined ? null : typeText(was);
    const after = is === undefined ? null : typeText(is);
    const change = (what: string): Change => ({
      about: "weights",
      breaks: true,
      name,
      before,
      after,
      message: `weights \`${name}\`${before === null ? "" : `: \`${before}\``} ${what}`,
    });
    if (was === undefined || is === undefined)
      return [change(is === undefined ? "are gone" : `(\`${after ?? ""}\`) are new`)];
    const isAlike =
      was.dtype === is.dtype &&
      was.shape.length === is.shape.length &&
      was.shape.every((dim, axis) => isSame(is.shape[axis] ?? dim, dim, old, fit));
    if (!isAlike) return [change(`are now \`${after ?? ""}\``)];
    return orderOf(was) === orderOf(is) ? [] : [change("are stored in another order of axes")];
  });
}

function measureChanges(old: ModelFace, now: ModelFace, fit: SizeFit): readonly MeasureChange[] {
  const shown = (dim: Dim): number | string => asNumber(dim) ?? formatDim(dim);
  const dims = (["parameters", "flops", "activationBytes"] as const).flatMap((name): readonly MeasureChange[] => {
    const [before, after] = [old.measures[name], now.measures[name]];
    return isSame(after, before, old, fit)
      ? []
      : [{ name, before: shown(before), after: shown(substitute(after, fit.meaning)) }];
  });
  const { depth } = old.measures;
  return depth === now.measures.depth ? dims : [...dims, { name: "depth", before: depth, after: now.measures.depth }];
}
