import { catalogue, metrics } from "./catalogue.ts";
import { constructNames } from "./draw-construct.ts";
import { settingNames } from "./draw-settings.ts";
import { fuzzProgram, type Effort } from "./fuzz-program.ts";
import { directiveWords, sectionKeys } from "../../src/lower/sections/section-keys.ts";

/** What many random programs came to. */
export interface FuzzReport {
  readonly failures: readonly string[];
  readonly counts: ReadonlyMap<string, number>;
  readonly uses: ReadonlySet<string>;
}

/** Fuzzes the programs of a seed by their numbers. `begins` hears of each before it begins. */
export async function fuzzMany(
  seed: number,
  indices: readonly number[],
  effortOf: (index: number) => Effort,
  begins: (index: number) => void = () => undefined,
): Promise<FuzzReport> {
  const counts = new Map<string, number>();
  const uses = new Set<string>();
  const failures: string[] = [];
  for (const index of indices) {
    begins(index);
    const report = await fuzzProgram(seed, index, effortOf(index));
    for (const [what, by] of report.counts) counts.set(what, (counts.get(what) ?? 0) + by);
    for (const use of report.uses) uses.add(use);
    failures.push(...report.failures);
  }
  return { failures, counts, uses };
}

/** A part of what can be written, and what of it occurred in programs that were accepted. */
export interface Coverage {
  readonly what: string;
  readonly share: number;
  readonly missing: readonly string[];
}

/** How much of the catalogue and of the keys of sections was used. */
export function coverageOf(uses: ReadonlySet<string>): readonly Coverage[] {
  const parts = {
    "operators, blocks and functions": catalogue.map((it) => it.name),
    constructs: constructNames,
    metrics: metrics.map((it) => it.name.text),
    "optimizers, schedules, clippings and precisions": settingNames,
    "keys of sections": [...sectionKeys.data, ...sectionKeys.train, ...sectionKeys.step, ...directiveWords],
  };
  return Object.entries(parts).map(([what, names]) => {
    const all = [...new Set(names)];
    const missing = all.filter((it) => !uses.has(it));
    return { what, share: 1 - missing.length / all.length, missing };
  });
}
