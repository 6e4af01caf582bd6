import { createNameScope, type NameScope } from "../structured/name-scope.ts";
import { ownNames as argumentNames } from "../structured/structured-target.ts";
import { preludeNames } from "./prelude.ts";

/** Words that no generated name may be: TypeScript's own, and what every generated file binds. */
export const reserved: ReadonlySet<string> = new Set(
  [
    ...Object.values(argumentNames),
    "abstract any arguments as async await boolean break case catch class const continue debugger declare default delete",
    "do else enum eval export extends false finally for from function get if implements import in infer instanceof",
    "interface is keyof let module namespace never new null number object of package private protected public readonly",
    "require return satisfies set static string super switch symbol this throw true try type typeof undefined unique",
    "unknown var void while with yield",
    // What JavaScript and TypeScript's own library call their globals and their types.
    "AggregateError Array ArrayBuffer Atomics BigInt BigInt64Array BigUint64Array Boolean DataView Date Error EvalError",
    "FinalizationRegistry Float32Array Float64Array Function Infinity Int16Array Int32Array Int8Array Intl Iterator JSON Map",
    "Math NaN Number Object Promise Proxy RangeError ReferenceError Reflect RegExp Set SharedArrayBuffer String Symbol",
    "SyntaxError TypeError URIError Uint16Array Uint32Array Uint8Array Uint8ClampedArray WeakMap WeakRef WeakSet",
    "console decodeURI decodeURIComponent encodeURI encodeURIComponent escape globalThis isFinite isNaN parseFloat parseInt",
    "unescape TextDecoder TextEncoder",
    "ArrayBufferLike ArrayLike AsyncIterable Awaited Capitalize ConstructorParameters Exclude Extract Generator InstanceType",
    "Iterable IterableIterator NoInfer NonNullable Omit OmitThisParameter Parameters Partial Pick PromiseLike PropertyKey",
    "Readonly ReadonlyArray ReadonlyMap ReadonlySet Record Required ReturnType ThisParameterType ThisType Uncapitalize",
    "tf model",
  ].flatMap((line) => line.split(" ")),
);

/** `CausalSelfAttention`, `LSTM`, `Conv2D`, `layer_norm` as `causalSelfAttention`, `lstm`, `conv2d`, `layerNorm`. */
export function camelCase(name: string): string {
  const words = wordsOf(name);
  return words.map((word, index) => (index === 0 ? word : capitalised(word))).join("");
}

/** `layer_norm` as `LayerNorm`; what begins with a capital stays as it is. */
export function pascalCase(name: string): string {
  return /^[A-Z]/.test(name) && !name.includes("_") ? name : wordsOf(name).map(capitalised).join("");
}

function wordsOf(name: string): readonly string[] {
  const spaced = name
    .replace(/(\d)D\b/g, "$1d")
    .replace(/(\d)D(?=[A-Z])/g, "$1d")
    .replace(/([a-z\d])([A-Z])/g, "$1_$2")
    .replace(/([A-Z]+)([A-Z][a-z])/g, "$1_$2");
  return spaced
    .split(/[^A-Za-z\d]+/)
    .filter((word) => word !== "")
    .map((word) => word.toLowerCase());
}

function capitalised(word: string): string {
  return `${word.slice(0, 1).toUpperCase()}${word.slice(1)}`;
}

/** A scope in which `taken` names are used already, as are those that are `elsewhere`. */
export function nameScope(taken: Iterable<string> = [], elsewhere?: (name: string) => boolean): NameScope {
  return createNameScope(taken, reserved, elsewhere);
}

/** Names that every file may export, define or bind for itself. */
export const fileNames: readonly string[] = [
  ...[
    "create",
    "predict",
    "prepare",
    "dispose",
    "trainStep",
    "fit",
    "evaluate",
    "gradients",
    "save",
    "load",
    "update",
    "groups",
  ],
  ...["trainSums", "evaluateSums", "figuresOf", "learningRate", "createOptimizer", "slotVariables", "variablesOf"],
  ...[
    "storedForm",
    "storedForms",
    "optimizerOf",
    "averagesOf",
    "checkInputs",
    "checkBatch",
    "resultsOf",
    "places",
    "Slot",
    "Statistics",
  ],
  ...["batch", "data", "features", "inputs", "options", "raw"],
];

/** Names that a file has besides where a training takes several steps at once. */
export const severalNames: readonly string[] = ["takeSteps", "Optimizers", "optimizersOf", "createOptimizers"];

const ownNames: ReadonlySet<string> = new Set([...fileNames, ...preludeNames]);

/**
 * The variable that holds an input, output or feature where the file itself speaks: its own name, unless that is a
 * word of TypeScript or of the file, or one of `others`.
 */
export function localName(name: string, others: ReadonlySet<string> = new Set()): string {
  const usual = nameScope().take(name);
  const free = (it: string): boolean => !ownNames.has(it) && !others.has(it) && (it === name || !reserved.has(it));
  let found = reserved.has(name) ? `${name}_` : usual;
  while (!free(found)) found = `${found}_`;
  return found;
}

/**
 * The name of a model's type: its own, unless that, or a type that is called after it, is a word of TypeScript or of the
 * file.
 */
export function typeName(name: string, suffixes: readonly string[]): string {
  const taken = (it: string): boolean => reserved.has(it) || ownNames.has(it);
  let found = pascalCase(name);
  while (["", ...suffixes].some((suffix) => taken(`${found}${suffix}`))) found = `${found}Model`;
  return found;
}
