import { configDefaults, defineConfig } from "vitest/config";

// These replace modules or watch whole processes: each file in a process of its own. The others share the modules that
// they load.
const apart = ["tests/browser/*.test.ts", "tests/soak/*.test.ts", "tests/cli/kill-at-write.test.ts"];
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
      { test: { ...options, name: "apart", include: apart } },
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
