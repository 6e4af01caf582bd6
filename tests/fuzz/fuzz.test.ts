import { beforeAll, expect, it } from "vitest";
import { useBackend } from "../emit/tfjs/backends.ts";
import { coverageOf, fuzzMany } from "./fuzz-many.ts";

/** Programs in all; `npm run fuzz` runs thousands, in processes of their own. Another seed draws others. */
const programs = Number(process.env["MODELC_PROGRAMS"] ?? 300);
const seed = Number(process.env["MODELC_SEED"] ?? 1);

beforeAll(() => useBackend("cpu"));

it("random programs run as they are checked, and what is rejected fails at its counterexample", async () => {
  const { failures, counts, uses } = await fuzzMany(
    seed,
    Array.from({ length: programs }, (_, index) => index),
    (index) => ({ withTfjs: index % 8 === 0, sizes: 2, mutants: 1, trains: index % 10 === 0 }),
  );
  expect(failures).toEqual([]);
  // What draws little, or nothing that is accepted, finds nothing.
  const [catalogue] = coverageOf(uses);
  // A handful of programs, as one replays them, uses little of it.
  expect(catalogue?.share).toBeGreaterThan(programs < 300 ? 0 : 0.8);
  expect((counts.get("accepted") ?? 0) / programs).toBeGreaterThan(0.9);
  expect(counts.get("mutants rejected: refuted")).toBeGreaterThan(programs / 30);
  expect(counts.get("trainings accepted")).toBeGreaterThan(programs / 20);
  expect(counts.get("mutants of trainings")).toBeGreaterThan(programs / 10);
}, 3_600_000);
