import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["tests/**/*.test.ts"],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // Runtimes take threads of their own: two processes are enough for two cores.
    maxWorkers: 2,
    pool: "forks",
  },
});
