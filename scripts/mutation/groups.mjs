// What is mutated, and the tests that have to notice.

/**
 * The groups, in the order of a run: `sources`, a folder of `src`, is mutated in windows of lines, or, where `only` names
 * a property, in the functions that are its values; `tests` are the files that a mutant is run against.
 */
export const groups = [
  {
    name: "dims",
    sources: "src/dims",
    tests: ["tests/dims", "tests/emit/dim-expressions.test.ts"],
  },
  { name: "autodiff", sources: "src/autodiff", tests: ["tests/autodiff", "tests/ops/conformance.test.ts"] },
  {
    name: "gradients",
    sources: "src/ops",
    only: "gradient",
    tests: [
      "tests/ops/conformance.test.ts",
      "tests/ops/symbolic-conformance.test.ts",
      "tests/autodiff/differentiate.test.ts",
    ],
  },
  { name: "passes", sources: "src/passes", tests: ["tests/passes", "tests/autodiff/stray-places.test.ts"] },
  {
    name: "sections",
    sources: "src/lower/sections",
    tests: ["tests/lower", "tests/diagnostics"],
  },
  { name: "train", sources: "src/runtime/train", tests: ["tests/runtime/train"] },
];
