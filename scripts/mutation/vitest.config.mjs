// The tests of one group, as Stryker runs them in its copy of the repository.
import { defineConfig } from "vitest/config";
import { ShortestFirst } from "./shortest-first.mjs";
import { UnloadedFiles } from "./unloaded-files.mjs";

const tests = (process.env.MODELC_MUTATION_TESTS ?? "tests").split(" ");

export default defineConfig({
  test: {
    include: tests.map((it) => (it.endsWith(".ts") ? it : `${it}/**/*.test.ts`)),
    setupFiles: ["scripts/mutation/fixed-draws.mjs"],
    sequence: { sequencer: ShortestFirst },
    reporters: [new UnloadedFiles()],
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
