import { madeParts, type Json, type Made, type MadePart } from "./made-of.ts";

/** One thing in which a training differs from the one that made a checkpoint. */
export interface Difference {
  readonly part: MadePart;
  /** What differs, with both values in words: `batch: 32, now 16`. */
  readonly text: string;
  /** Whether it makes another training of it; otherwise the training only looks, lasts or rounds otherwise. */
  readonly changesMeaning: boolean;
}

/** Parts whose values are fingerprints: what to say of them. */
const opaque: Readonly<Partial<Record<MadePart, string>>> = {
  model: "the model computes something else",
  loss: "the loss is another expression",
  features: "the features are made in another way",
};

/** Parts that a difference leaves the training what it was. */
const harmless: ReadonlySet<MadePart> = new Set(["validate", "source", "version", "runtime"]);

/** All differences of two trainings, in the order of their parts. */
export function compareMade(was: Made, is: Made): readonly Difference[] {
  return madeParts.flatMap((part) => {
    const [before, now] = [was.parts[part], is.parts[part]];
    if (same(before, now)) return [];
    return [{ part, text: textOf(part, before, now), changesMeaning: changesMeaning(part, before, now) }];
  });
}

function changesMeaning(part: MadePart, was: Json, is: Json): boolean {
  if (harmless.has(part)) return false;
  // A longer training is the same one, unless its schedule ends with it.
  if (part === "length") return !same(at(was, "ends"), at(is, "ends"));
  // More patience, or none, changes when it ends; another figure to watch, what the best one so far is.
  if (part === "stop")
    return was !== null && is !== null && !["monitor", "mode"].every((it) => same(at(was, it), at(is, it)));
  return true;
}

function textOf(part: MadePart, was: Json, is: Json): string {
  const said = opaque[part];
  if (said !== undefined) return said;
  if (part === "data" && same(at(was, "examples"), at(is, "examples"))) return "the data have other values";
  if (part === "metrics" && same(at(was, "names"), at(is, "names"))) return "the metrics are other expressions";
  if (part === "length" && same(at(was, "steps"), at(is, "steps"))) return scheduleText(at(is, "ends") !== null);
  if (part === "precision") return `precision: ${worded(was ?? "f32")}, now ${worded(is ?? "f32")}`;
  const shown = leaves(part, was, is).filter(
    ([path]) => !/^(data\.content|metrics\.of|metrics\.finish|length\.ends)$/.test(path),
  );
  return shown.map(([path, before, now]) => `${path}: ${worded(before)}, now ${worded(now)}`).join("; ");
}

function scheduleText(ends: boolean): string {
  return ends
    ? "the schedule ends with the training, and did not"
    : "the schedule ended with the training, and does not now";
}

/** The places at which two values differ, with both. */
function leaves(path: string, was: Json, is: Json): readonly (readonly [path: string, was: Json, is: Json])[] {
  if (same(was, is)) return [];
  if (!isRecord(was) || !isRecord(is) || ("kind" in was && was["kind"] !== is["kind"])) return [[path, was, is]];
  return [...new Set([...Object.keys(was), ...Object.keys(is)])].flatMap((key) =>
    leaves(`${path}.${key}`, was[key] ?? null, is[key] ?? null),
  );
}

function worded(value: Json): string {
  if (value === null) return "none";
  if (Array.isArray(value)) return `[${value.map((it: Json) => worded(it)).join(", ")}]`;
  if (!isRecord(value)) return String(value);
  const { kind, ...rest } = value;
  const given = Object.entries(rest).map(([key, it]) => `${key}=${worded(it)}`);
  if (kind !== undefined && given.length === 0) return worded(kind);
  return kind === undefined ? `(${given.join(", ")})` : `${worded(kind)}(${given.join(", ")})`;
}

const isRecord = (value: Json): value is Readonly<Record<string, Json>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const at = (value: Json, key: string): Json => (isRecord(value) ? (value[key] ?? null) : null);

function same(a: Json, b: Json): boolean {
  return sorted(a) === sorted(b);
}

/** The text of a value whose keys stand in one order. */
function sorted(value: Json): string {
  if (Array.isArray(value)) return `[${value.map((it: Json) => sorted(it)).join()}]`;
  if (!isRecord(value)) return JSON.stringify(value);
  const entries = Object.entries(value).filter(([, it]) => it !== null);
  return `{${entries
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, it]) => `${JSON.stringify(key)}:${sorted(it)}`)
    .join()}}`;
}
