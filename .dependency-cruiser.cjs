/** The layers of architecture.md: imports run down the pipeline only. Each layer may import what stands before it. */
const layers = [
  "src/support",
  "src/diagnostics",
  "src/syntax/ast",
  "grammar",
  "src/syntax",
  "src/format",
  "src/dims",
  "src/ir",
  "src/ops",
  "src/graph",
  // Passes and gradients know the IR alone, nothing of the language.
  "src/passes",
  "src/autodiff",
  "src/sources",
  "src/std",
  "src/analyze",
  "src/lower",
  "src/lint",
  "src/emit",
  "src/compiler",
  "src/index",
  "src/runtime",
  "src/cli",
];

const pattern = (layer) => `^${layer}(/|\\.|$)`;

const downward = layers.map((layer, at) => ({
  name: `down-only: ${layer}`,
  severity: "error",
  from: { path: pattern(layer), pathNot: layer === "src/syntax" ? pattern("src/syntax/ast") : undefined },
  to: { path: layers.slice(at + 1).map(pattern), pathNot: layer === "src/syntax/ast" ? pattern("src/syntax/ast") : layer === "src/syntax" ? pattern("src/syntax") : undefined },
}));

const nodeSide = "^src/(runtime|cli|language-server)/";

module.exports = {
  forbidden: [
    ...downward.map(({ from, to, ...rule }) => ({
      ...rule,
      from: Object.fromEntries(Object.entries(from).filter(([, value]) => value !== undefined)),
      to: Object.fromEntries(Object.entries(to).filter(([, value]) => value !== undefined)),
    })).filter((rule) => rule.to.path.length > 0),
    { name: "no-cycles", severity: "error", from: { path: "^(src|grammar)/" }, to: { circular: true, viaOnly: { dependencyTypesNot: ["type-only"] } } },
    { name: "emitters-apart", severity: "error", from: { path: "^src/emit/onnx" }, to: { path: "^src/emit/tfjs" } },
    { name: "emitters-apart-too", severity: "error", from: { path: "^src/emit/tfjs" }, to: { path: "^src/emit/onnx" } },
    { name: "structured-knows-no-target", severity: "error", from: { path: "^src/emit/structured" }, to: { path: "^src/emit/(?!structured/)" } },
    { name: "format-stays-syntactic", severity: "error", from: { path: "^src/format" }, to: { path: "^src/(analyze|lower|ops|ir)/" } },
    { name: "grammar-imports-chevrotain-only", severity: "error", from: { path: "^grammar/" }, to: { dependencyTypes: ["npm", "npm-dev"], pathNot: "chevrotain" } },
    { name: "core-runs-in-a-browser", severity: "error", from: { path: "^src/", pathNot: nodeSide }, to: { dependencyTypes: ["core"] } },
    {
      name: "core-knows-no-runtime",
      severity: "error",
      from: { path: "^src/", pathNot: "^src/(runtime/|emit/tfjs/prelude/)" },
      to: { path: "node_modules/(@tensorflow|onnxruntime)" },
    },
    { name: "one-module-knows-protobuf", severity: "error", from: { path: "^src/", pathNot: "^src/emit/onnx/proto" }, to: { path: "node_modules/(onnx-proto|protobufjs)" } },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: { exportsFields: ["exports"], conditionNames: ["import", "require", "node", "default"] },
  },
};
