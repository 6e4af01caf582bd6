import { configDefaults, defineConfig } from "vitest/config";

// Tests of these folders start processes, write to the console or load what was generated: each file in a process of its
// own. The others compile and run graphs, and share the modules that they load.
const apart = ["browser", "cli", "docs", "emit", "runtime", "soak", "specs"].map((folder) => `tests/${folder}/**`);
const options = {
  testTimeout: 60_000,
  hookTimeout: 60_000,
  // Runtimes take threads of their own: two processes are enough for two cores.
  maxWorkers: 2,
  pool: "forks",
} as const;

export default defineConfig({
  test: {
    projects: [
      { test: { ...options, name: "apart", include: apart.map((files) => `${files}/*.test.ts`) } },
      {
        test: {
          ...options,
          name: "together",
          isolate: false,
          include: ["tests/**/*.test.ts"],
          exclude: [...configDefaults.exclude, ...apart],
        },
      },
    ],
  },
});
