import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { blockOrder } from "../../../src/runtime/data/block-order.ts";
import { createDataset, type Dataset } from "../../../src/runtime/data/dataset.ts";
import { findLeaks } from "../../../src/runtime/data/find-leaks.ts";
import { loadSource } from "../../../src/runtime/data/load-source.ts";
import { sameRows } from "../../../src/runtime/data/same-rows.ts";
import { fitStatistics } from "../../../src/runtime/train/fit-statistics.ts";
import { exampleOf, isStored, placeOf, type Column, type RawData } from "../../../src/sources/raw-data.ts";
import { messageOf, programOf } from "./open-data.ts";

const runs = 25;

let folder = "";
beforeAll(() => (folder = mkdtempSync(join(tmpdir(), "modelc-stored-"))));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Loads a section on a table; what is wrong as text. */
async function load(section: string, table: string | Uint8Array, held: number) {
  writeFileSync(join(folder, "t.csv"), table);
  const path = join(folder, "spec.model");
  const program = programOf(section, path);
  const raw = await loadSource(program.data, path, undefined, undefined, held);
  const dataset = raw.ok ? await createDataset(raw.value, program.data) : raw;
  if (!raw.ok || !dataset.ok) return dataset.ok ? "" : messageOf(dataset.error).replaceAll(`${folder}/`, "");
  return { program, raw: raw.value, dataset: dataset.value };
}

const storedNames = (raw: RawData): readonly string[] =>
  raw.kind === "columns" ? [...raw.columns].flatMap(([name, it]) => (isStored(it) ? [name] : [])) : [];

/** The rows of each split by their numbers in the file, and what their fields hold. */
async function contentOf({ splits }: Dataset) {
  const found = [];
  for (const split of [splits.train, splits.validate, splits.test]) {
    const batch = await split.gather(Array.from({ length: split.count }, (_, at) => at));
    const rows = Array.from({ length: split.count }, (_, at) => {
      const fields = [...batch].map(([name, { shape, data }]) => {
        const size = shape.slice(1).reduce((a, b) => a * b, 1);
        return [name, [...data.subarray(at * size, (at + 1) * size)].map(String)];
      });
      return { row: split.rowOf?.(at) ?? at, fields };
    });
    found.push(rows.toSorted((a, b) => a.row - b.row));
  }
  return found;
}

async function statisticsOf({ program, dataset }: Exclude<Awaited<ReturnType<typeof load>>, string>) {
  const fitted = await fitStatistics(program, dataset.splits.train, dataset.vocabularies);
  // Sums in another order differ in the last places.
  return [...fitted].map(([name, { data }]) => [name, [...data].map((it) => Number(Number(it).toPrecision(11)))]);
}

const features: readonly string[] = [
  "  a: f32[] = raw.a -> impute(median)",
  "  b: f32[] = raw.a -> impute(mean) -> standardize",
  "  c: f32[] = raw.a -> impute(mode)",
  "  d: f32[] = cast(missing(raw.a), f32)",
  "  e: f32[6] = raw.w -> categories(rest=true) -> one_hot(6)",
  '  f: f32[6] = raw.w -> impute("none") -> categories(rest=true) -> one_hot(6)',
  '  g: f32[2] = raw.columns("n*")',
  "  h: f32[] = raw.p -> percent",
  "  i: i64[] = raw.k",
  '  j: f32[3] = raw.m -> labels(["u", "v", "w"])',
  "  k: i32[] = raw.w -> hashed(9)",
  "  l: f32[] = raw.n2 -> standardize",
  '  m: f32[2] = raw.columns(numeric, except=["a", "k", "p", "g"])',
];
const splits: readonly string[] = [
  "split: train 0.6, validate 0.2, test 0.2, seed 4",
  "split: train 0.7, test 0.3, by position",
  "split: train 0.5, test 0.5, stratified by raw.g, seed 1",
  "split: train 0.6, test 0.4, grouped by raw.g, seed 1",
  "split: train 0.6, test 0.4, by raw.n1",
];
const cleanings: readonly string[] = [
  "",
  "  clean: drop_missing\n",
  "  clean: drop_duplicates\n",
  "  clean: keep(raw.n1, min=-2), drop_missing, drop_duplicates\n",
  "  clean: drop_outliers(raw.n2, low=0.1)\n",
  '  clean: keep_words(raw.g, ["x", "y", "z"])\n',
];

const cell = fc.record({
  a: fc.constantFrom("1", "2.5", "-3", "NA", "", "7", "7"),
  w: fc.constantFrom("red", "green", "blue", "ä", "", '"a,b"', "?", "grey"),
  n1: fc.integer({ min: -4, max: 4 }).map(String),
  n2: fc.double({ noNaN: true, min: -10, max: 10 }).map((it) => it.toFixed(2)),
  p: fc.constantFrom("5%", "12.5", "0"),
  k: fc.constantFrom("9007199254740993", "-4", "7e3"),
  m: fc.constantFrom("u;v", "", "w"),
  g: fc.constantFrom("x", "y", "z"),
});

describe("a table whose numbers lie in files", () => {
  it("is the one whose numbers lie in memory: rows, numbers, words, statistics, and what cleaning says", async () => {
    let [stored, refused] = [0, 0];
    await fc.assert(
      fc.asyncProperty(
        fc.array(cell, { minLength: 8, maxLength: 60 }),
        fc.subarray([...features], { minLength: 1 }),
        fc.constantFrom(...splits),
        fc.constantFrom(...cleanings),
        fc.boolean(),
        async (rows, chosen, split, clean, packed) => {
          const table = `a,w,n1,n2,p,k,m,g\n${rows
            .map(({ a, w, n1, n2, p, k, m, g }) => [a, w, n1, n2, p, k, m, g].join(","))
            .join("\n")}\n`;
          const section = `  source: csv("t.csv")\n  ${split}\n${clean}  x: f32[] = raw.n1 * 1.0\n${chosen.join("\n")}`;
          const [held, other] = [
            await load(section, table, Infinity),
            await load(section, packed ? gzipSync(table) : table, 0),
          ];
          if (typeof held === "string" || typeof other === "string") {
            refused += 1;
            expect(other).toEqual(held);
            return;
          }
          stored += storedNames(other.raw).length;
          expect(storedNames(held.raw)).toEqual([]);
          expect(await contentOf(other.dataset)).toEqual(await contentOf(held.dataset));
          expect(other.dataset.vocabularies).toEqual(held.dataset.vocabularies);
          const exactly = held.dataset.cleaning.map(({ near: _, ...it }) => it);
          expect(other.dataset.cleaning).toEqual(exactly);
          expect(await statisticsOf(other)).toEqual(await statisticsOf(held));
          const leaks = await findLeaks(held.raw, held.program.data, held.dataset);
          const equal = leaks.filter((it) => it.equal > 0).map((it) => ({ ...it, near: 0 }));
          expect(await findLeaks(other.raw, other.program.data, other.dataset)).toEqual(equal);
        },
      ),
      { numRuns: runs },
    );
    expect(stored).toBeGreaterThan(runs);
    expect(refused).toBeLessThan(runs);
  }, 240_000);

  it("keeps in memory what rows are split and cleaned by, as it is read for that, and nothing else", async () => {
    const table = `a,b,c\n${Array.from({ length: 20 }, (_, at) => `${at},${at % 3},${at * 2}`).join("\n")}\n`;
    const section =
      '  source: csv("t.csv")\n  split: train 0.5, test 0.5, stratified by raw.b, seed 1\n  clean: keep(raw.c, max=30)\n  x: f32[] = raw.a * 1.0\n  y: f32[] = raw.b\n  z: f32[] = raw.c';
    const found = await load(section, table, 0);
    expect(typeof found === "string" ? found : storedNames(found.raw)).toEqual(["a", "b"]);
  });

  it.each([
    ["a cell that is no number", "a,b\n1,2\n3,4\n5,six\n7,8\n"],
    ["a missing cell", "a,b\n1,2\n,4\n5,6\n7,8\n"],
    ["a number too large", "a,b\n1,2\n3,4\n5,1e39\n7,8\n"],
    ["a line too short", "a,b\n1,2\n3\n5,6\n"],
    ["a column that is not there", "a,c\n1,2\n3,4\n"],
    ["two columns of a name", "a,b,b\n1,2,3\n"],
    ["nothing", ""],
    ["names alone", "a,b\n"],
    ["a blank line before what is wrong", "a,b\n1,2\n\n\n3,x\n"],
  ])("says the same of %s", async (_, table) => {
    const section =
      '  source: csv("t.csv")\n  split: train 1, by position\n  x: f32[] = raw.a * 1.0\n  y: f32[] = raw.b';
    const said = await load(section, table, -1);
    expect(typeof said).toBe("string");
    expect(said).toBe(await load(section, table, Infinity));
  });

  it("says that a packed file is cut off, and that there is no room for its numbers", async () => {
    const section = '  source: csv("t.csv")\n  split: train 1, by position\n  x: f32[] = raw.a * 1.0';
    const table = `a\n${Array.from({ length: 5000 }, (_, at) => (at * 7919) % 5003).join("\n")}\n`;
    const packed = gzipSync(table);
    const cut = await load(section, packed.subarray(0, packed.length / 2), 0);
    expect(cut).toMatch(/^MC6002 t\.csv is damaged at byte \d+: the gzip stream ends early or is corrupt\.$/);
    expect(cut).toBe(await load(section, packed.subarray(0, packed.length / 2), Infinity));
    const { TMPDIR: before } = process.env;
    process.env["TMPDIR"] = "/no/such/folder";
    try {
      expect(await load(section, table, 0)).toBe(
        "MC6001 I cannot read /no/such/folder: there is no such file. Numbers that do not lie in memory are kept there: name a folder with room for them by `TMPDIR`.",
      );
    } finally {
      if (before === undefined) delete process.env["TMPDIR"];
      else process.env["TMPDIR"] = before;
    }
  });

  it("holds windows in memory, as they need their rows together", async () => {
    const section =
      '  source: csv("t.csv")\n  split: train 1, by position\n  x: f32[] = raw.a * 1.0\n  w: f32[2] = raw.a -> window(2)';
    const found = await load(section, "a\n1\n2\n3\n4\n", 0);
    expect(typeof found === "string" ? found : storedNames(found.raw)).toEqual([]);
  });
});

describe("a table in several files whose numbers lie in files", () => {
  const section =
    '  source: csv("parts/*.csv")\n  split: train 0.6, test 0.4, seed 3\n  x: f32[] = raw.a * 1.0\n  y: f32[2] = raw.columns("n*")\n  w: f32[3] = raw.w -> categories(rest=true) -> one_hot(3)';
  const numeric = '\n  z: f32[3] = raw.columns(numeric, except=["w"])';

  /** What a section makes of files in memory, and of those that do not lie there. */
  async function both(files: Readonly<Record<string, string>>, more = "") {
    rmSync(join(folder, "parts"), { recursive: true, force: true });
    mkdirSync(join(folder, "parts"));
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, "parts", name), text);
    return [await load(section + more, "", Infinity), await load(section + more, "", 0)] as const;
  }

  it("is that in memory, whatever the order of the columns", async () => {
    const [held, stored] = await both(
      {
        "a.csv": "a,n1,n2,w\n1,2,3,u\n4,5,6,v\n",
        "b.csv": "w;n2;n1;a\n\nv;9;8;7\nq;12;11;10\n",
        "c.csv": "a,n1,n2,w\n",
        "d.csv": '"w","a","n1","n2"\n"x\ny",1,1,1\nu,2,2,2\n',
      },
      numeric,
    );
    if (typeof held === "string" || typeof stored === "string") throw new Error(String(stored));
    expect(storedNames(stored.raw).length).toBe(4);
    expect(await contentOf(stored.dataset)).toEqual(await contentOf(held.dataset));
    expect(stored.dataset.vocabularies).toEqual(held.dataset.vocabularies);
    const placesOf = (raw: RawData): readonly string[] => {
      const column = raw.kind === "columns" ? raw.columns.get("a") : undefined;
      if (column === undefined) throw new Error("no column");
      return Array.from({ length: 6 }, (_, row) => `${placeOf(column, row)} ${exampleOf(column, row)}`);
    };
    expect(placesOf(stored.raw)).toEqual(placesOf(held.raw));
  });

  it.each<readonly [what: string, files: Readonly<Record<string, string>>]>([
    ["a cell", { "a.csv": "a,n1,n2,w\n1,2,3,u\n", "b.csv": "n1,a,n2,w\n1,2,x,u\n" }],
    ["a column that one lacks", { "a.csv": "a,n1,n2,w\n1,2,3,u\n", "b.csv": "a,n1,w\n1,2,u\n" }],
    ["a column that one has more", { "a.csv": "a,n1,n2,w\n1,2,3,u\n", "b.csv": "a,n1,n2,n3,w\n1,2,3,4,u\n" }],
    ["two columns of a name", { "a.csv": "a,n1,n2,w\n1,2,3,u\n", "b.csv": "a,n1,n2,w,w\n1,2,3,u,u\n" }],
    ["a missing cell", { "a.csv": "a,n1,n2,w\n1,2,3,u\n", "b.csv": "a,n1,n2,w\n1,2,3,u\n4,,6,v\n" }],
  ])("says the same of %s", async (_, files) => {
    const [held, stored] = await both(files);
    expect(typeof held).toBe("string");
    expect(stored).toBe(held);
  });
});

describe("the order of a table in files", () => {
  it("has each example once, by seed and epoch alone, whatever parts are asked for", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 3000 }),
        fc.integer({ min: 1, max: 90 }),
        fc.nat(5),
        fc.nat(5),
        fc.array(fc.tuple(fc.nat(3000), fc.nat(200)), { maxLength: 8 }),
        (count, block, seed, epoch, parts) => {
          const whole = blockOrder(count, block, seed, epoch).subarray(0, count);
          expect([...whole].toSorted((a, b) => a - b)).toEqual(Array.from({ length: count }, (_, at) => at));
          const order = blockOrder(count, block, seed, epoch);
          for (const [from, length] of parts) {
            const to = Math.min(count, from + length);
            expect([...order.subarray(from, to)]).toEqual([...whole.subarray(from, Math.max(from, to))]);
          }
        },
      ),
    );
  });

  it("differs from epoch to epoch, and mixes blocks that lie far from each other", () => {
    const first = blockOrder(10_000, 100, 1, 0).subarray(0, 10_000);
    const second = blockOrder(10_000, 100, 1, 1).subarray(0, 10_000);
    expect([...first]).not.toEqual([...second]);
    const blocksOfBatch = new Set([...first.subarray(0, 64)].map((it) => Math.floor(it / 100)));
    expect(blocksOfBatch.size).toBeGreaterThan(10);
  });
});

describe("rows that are the same", () => {
  it("are those that are equal in all columns, in however many passes", async () => {
    const column = (name: string, numbers: readonly number[]): Column => ({
      name,
      shape: [],
      data: Float64Array.from(numbers),
      from: "t",
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.constantFrom(0, -0, 1, NaN, 2.5), fc.constantFrom(1, 2, 1e300)), { maxLength: 60 }),
        fc.integer({ min: 1, max: 70 }),
        async (pairs, atATime) => {
          const columns = [
            column(
              "a",
              pairs.map(([a]) => a),
            ),
            column(
              "b",
              pairs.map(([, b]) => b),
            ),
          ];
          const rows = Int32Array.from(pairs.keys());
          const first = new Map<string, number>();
          const wanted = new Map<number, number>();
          for (const [row, [a, b]] of pairs.entries()) {
            const key = `${a + 0} ${b}`;
            const like = first.get(key);
            if (like === undefined) first.set(key, row);
            else wanted.set(row, like);
          }
          expect(
            new Map(
              [...(await sameRows(columns, [rows.subarray(0, 5), rows.subarray(5)], atATime))].toSorted(
                ([a], [b]) => a - b,
              ),
            ),
          ).toEqual(wanted);
        },
      ),
    );
  });
});
