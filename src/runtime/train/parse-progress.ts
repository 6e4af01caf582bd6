import { failure, success, type Result } from "../../support/result.ts";
import { numberOfJson } from "../../support/json-numbers.ts";
import type { Best } from "./best-so-far.ts";
import type { FigureState } from "./figures.ts";
import type { Progress } from "./train-loop.ts";
import { showName } from "../../support/show-text.ts";
import { mapValues } from "../../support/map-values.ts";

/** Steps are words of 32 bits in random keys: a run never comes further. */
const greatestStep = 2 ** 32 - 1;

/** The progress that a checkpoint's metadata holds, or what is wrong with it. Numbers that are left out are 0. */
export function parseProgress(value: unknown): Result<Progress, string> {
  if (!isRecord(value)) return failure("it is no object");
  const problems: string[] = [];
  const numberAt = (record: JsonRecord, path: string, fits: (it: number) => boolean, wanted: string): number => {
    const found = record[path.split(".").at(-1) ?? ""];
    const number = numberOfJson(found);
    if (number !== undefined && fits(number)) return number;
    problems.push(
      `${path} is ${found === undefined ? "missing" : showName(JSON.stringify(found))} where ${wanted} is expected`,
    );
    return 0;
  };
  const wholeAt = (record: JsonRecord, path: string, greatest: number): number =>
    numberAt(
      record,
      path,
      (it) => Number.isInteger(it) && it >= 0 && it <= greatest,
      `a whole number from 0 to ${greatest}`,
    );
  const finiteAt = (record: JsonRecord, path: string): number =>
    numberAt(record, path, Number.isFinite, "a finite number");
  const anyAt = (record: JsonRecord, path: string): number => numberAt(record, path, () => true, "a number");

  const step = wholeAt(value, "step", greatestStep);
  const waited = value["waited"] === undefined ? 0 : wholeAt(value, "waited", step);
  if (value["best"] !== undefined) {
    problems.push("its best value does not say what it is a value of: another version of modelc wrote it");
  }
  const bestAt = (key: "save" | "stop"): Best | undefined => {
    const given = value[key];
    if (given === undefined) return undefined;
    const monitor = isRecord(given) ? given["monitor"] : undefined;
    if (isRecord(given) && typeof monitor === "string")
      return { monitor, value: finiteAt(given, `${key}.value`), step: wholeAt(given, `${key}.step`, step) };
    problems.push(`${key} is no object with a monitor`);
    return undefined;
  };
  const [save, stop] = [bestAt("save"), bestAt("stop")];
  const figures =
    value["figures"] === undefined ? undefined : figuresOf(value["figures"], { wholeAt, finiteAt, anyAt, problems });
  const [problem] = problems;
  if (problem !== undefined) return failure(problem);
  return success({
    step,
    waited,
    ...(save !== undefined && { save }),
    ...(stop !== undefined && { stop }),
    ...(figures !== undefined && { figures }),
  });
}

type JsonRecord = Readonly<Record<string, unknown>>;

function figuresOf(
  value: unknown,
  {
    wholeAt,
    finiteAt,
    anyAt,
    problems,
  }: {
    readonly wholeAt: (record: JsonRecord, path: string, greatest: number) => number;
    readonly finiteAt: (record: JsonRecord, path: string) => number;
    readonly anyAt: (record: JsonRecord, path: string) => number;
    readonly problems: string[];
  },
): FigureState | undefined {
  const metrics: unknown = isRecord(value) ? value["metrics"] : undefined;
  if (!isRecord(value) || !Array.isArray(metrics)) {
    problems.push("figures are no object with a list of metrics");
    return undefined;
  }
  return {
    loss: finiteAt(value, "figures.loss"),
    examples: wholeAt(value, "figures.examples", Number.MAX_SAFE_INTEGER),
    metrics: metrics.map((it: unknown, at) => {
      const path = `figures.metrics.${at}`;
      if (!isRecord(it)) problems.push(`${path} is no object with what a metric has added up`);
      return mapValues(isRecord(it) ? it : {}, (name, held) => {
        const one = (key: string, value: unknown): number => anyAt({ [key]: value }, `${path}.${name}`);
        return Array.isArray(held) ? held.map((value: unknown) => one(name, value)) : one(name, held);
      });
    }),
  };
}

/** Whether a value is an object of JSON. */
export function isRecord(value: unknown): value is JsonRecord {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
