import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { diskHost } from "../../../src/cli/read-specs.ts";
import { createChecker, type Checker } from "../../../src/compiler.ts";
import { elementAt } from "../../../src/support/element-at.ts";
import { drawing } from "../drawing.ts";
import { faultsIn, plant, type Fault } from "./plant-faults.ts";

/** Pairs in all: some, and by `npm run fuzz` many. Another seed draws others. */
const runs = Number(process.env["MODELC_FUZZ"] ?? 150);
const seed = Number(process.env["MODELC_SEED"] ?? 1);

interface Corpus {
  readonly path: string;
  readonly text: string;
  readonly checker: Checker;
  readonly faults: readonly Fault[];
}

/** The files of some folders that have sections. */
function filesIn(folders: readonly string[]): readonly Corpus[] {
  return folders.flatMap((folder) =>
    readdirSync(folder)
      .filter((it) => it.endsWith(".model"))
      .flatMap((name) => {
        const path = join(folder, name);
        const text = readFileSync(path, "utf8");
        if (!/^(train|data|budget|test) /m.test(text)) return [];
        return [{ path, text, checker: createChecker(diskHost), faults: faultsIn({ path, text }, diskHost) }];
      }),
  );
}

/** The errors of a text: each code with the line that it is told of, sorted. */
function errorsOf({ checker, path }: Corpus, text: string): readonly string[] {
  return checker
    .check({ path, text })
    .filter((it) => it.severity === "error")
    .map(({ code, span: { file, start } }) => {
      const from = file.text.lastIndexOf("\n", start - 1) + 1;
      return `${code} ${file.text.slice(from, file.text.indexOf("\n", start)).trim()}`;
    })
    .sort();
}

const rests = (a: Fault, b: Fault): boolean => b.needs.some((it) => a.loses.includes(it));

describe("two faults, one of them in a section", () => {
  it.each([
    ["specs", ["specs", "specs/tasks", "specs/zoo", "tests/fixtures/right"]],
    ["all that sections have", ["tests/lower/sections/whole"]],
  ])(
    "are told both, and nothing else: %s",
    (_, folders) => {
      const corpus = filesIn(folders);
      for (const it of corpus) expect(errorsOf(it, it.text)).toEqual([]);
      const draw = drawing(seed);
      const wrong: string[] = [];
      let judged = 0;
      for (let run = 0; run < runs; run++) {
        const one = elementAt(corpus, draw(corpus.length));
        const [a, b] = [elementAt(one.faults, draw(one.faults.length)), elementAt(one.faults, draw(one.faults.length))];
        const first = a.start < b.start ? a : b;
        const last = first === a ? b : a;
        const apart = one.text.slice(first.end, last.start).includes("\n") && first.end < last.start;
        if (a === b || !apart || rests(a, b) || rests(b, a)) continue;
        const alone = [a, b].map((it) => errorsOf(one, plant(one.text, [it])));
        // Where one of the two is no fault there, or means others, nothing is said of the pair.
        if (alone.some((it) => it.length !== 1)) continue;
        judged += 1;
        const both = errorsOf(one, plant(one.text, [a, b]));
        const expected = alone.flat().sort();
        if (both.join("\n") === expected.join("\n")) continue;
        wrong.push(`${one.path}: ${a.what} | ${b.what}\n  told ${both.join("; ")}\n  not ${expected.join("; ")}`);
      }
      expect(judged).toBeGreaterThan(runs / 4);
      expect(wrong.join("\n")).toBe("");
    },
    3_600_000,
  );
});
