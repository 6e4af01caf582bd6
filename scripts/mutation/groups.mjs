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
  {
    name: "autodiff",
    sources: "src/autodiff",
    // What gradients that a person asks for are made of has its cases where they are lowered.
    tests: ["tests/autodiff", "tests/ops/conformance.test.ts", "tests/lower/{gradient,named-steps}.test.ts"],
  },
  {
    name: "gradients",
    sources: "src/ops",
    only: "gradient",
    tests: [
      "tests/ops/conformance.test.ts",
      "tests/ops/gradients.test.ts",
      "tests/ops/symbolic-conformance.test.ts",
      "tests/autodiff/differentiate.test.ts",
    ],
  },
  { name: "passes", sources: "src/passes", tests: ["tests/passes", "tests/autodiff/stray-places.test.ts"] },
  {
    name: "sections",
    sources: "src/lower/sections",
    tests: [
      "tests/lower/sections",
      "tests/lower/{bodies,catalog-types,data-sections,labels,match-features,metrics,named-steps,noise}.test.ts",
      "tests/lower/{gradient,section-arguments,silently-ignored,single-mistakes,used-by-sections,vanishing-numbers}.test.ts",
      "tests/diagnostics/{sites,catalog-data,catalog-training}.test.ts",
      "tests/passes/find-mixed-examples.test.ts",
      "tests/lint/lint-training.test.ts",
    ],
  },
  { name: "lint", sources: "src/lint", tests: ["tests/lint"] },
  {
    name: "train",
    sources: "src/runtime/train",
    // Whole steps on three runtimes are left out, which refuse no mutant that the others take.
    tests: [
      "tests/runtime/train/{best-so-far,checkpoint,cut-batch,figures,find-stray-place,first-non-finite-value,fit-statistics,host-preparation,made-of,parts-of-batches,stray-places,train-loop,watching}.test.ts",
      "tests/runtime/train/weights-origin.test.ts",
      "tests/cli/check-features.test.ts",
      "tests/runtime/data/precision.test.ts",
    ],
  },
];
