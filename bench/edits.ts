import { pathToFileURL } from "node:url";
import { createChecker } from "../src/compiler.ts";
import { longFile } from "./long-file.ts";

/** Milliseconds that checks of one long file took. */
export interface EditTimes {
  readonly lines: number;
  /** The file as it was first seen, in a process that has checked another before. */
  readonly first: number;
  /** After each of the edits, sorted. */
  readonly edits: readonly number[];
}

const host = { read: () => undefined, resolve: (_: string, to: string) => to };

/**
 * Times the check of a file of 2,000 lines, then that after each of 200 edits at places spread over it: a number is
 * changed, or the line broken, and the next edit mends it.
 */
export function timeEdits(): EditTimes {
  const text = longFile(2000);
  const lines = text.split("\n");
  const time = (checker: ReturnType<typeof createChecker>, now: string): number => {
    const start = performance.now();
    checker.check({ path: "long.model", text: now });
    return performance.now() - start;
  };
  time(createChecker(host), text);
  const checker = createChecker(host);
  const first = time(checker, text);
  const places = lines.flatMap((it, at) => (/\d/.test(it) && !it.startsWith("#") ? [at] : []));
  const edits: number[] = [];
  for (let edit = 0; edit < 100; edit++) {
    const place = places[Math.floor((edit * places.length) / 100)];
    const changed = lines.map((it, at) =>
      at !== place ? it : edit % 3 === 0 ? `${it} (` : it.replace(/\d+/, (number) => String(Number(number) + 1)),
    );
    edits.push(time(checker, changed.join("\n")), time(checker, text));
  }
  return { lines: lines.length, first, edits: edits.sort((a, b) => a - b) };
}

/** The times in a line. */
export function describeEdits({ lines, first, edits }: EditTimes): string {
  const share = (part: number): string => (edits[Math.floor(edits.length * part)] ?? NaN).toFixed(1);
  const checks = `first ${first.toFixed(0)} ms; again after one edit p50 ${share(0.5)} ms, p95 ${share(0.95)} ms`;
  return `check of ${lines} lines: ${checks}`;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) console.log(describeEdits(timeEdits()));
