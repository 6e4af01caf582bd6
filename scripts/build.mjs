// Builds dist/: the command line as CommonJS bundles that start fast, the library as ES modules with declarations.
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";

// `--out DIR` builds elsewhere: tests have a folder of their own.
const place = process.argv.indexOf("--out");
const outdir = place === -1 ? "dist" : process.argv[place + 1];
rmSync(outdir, { recursive: true, force: true });

// The standard library's syntax trees, made by the parser itself and put into src/std/parsed-library.ts.
const parserFile = join(outdir, ".parse-library.mjs");
await build({
  entryPoints: ["scripts/parse-library.ts"],
  outfile: parserFile,
  bundle: true,
  platform: "node",
  format: "esm",
  logLevel: "warning",
});
const { librarySyntaxTrees } = await import(pathToFileURL(resolve(parserFile)).href);
rmSync(parserFile);
const parsedLibrary = {
  name: "parsed-library",
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]src[\\/]std[\\/]parsed-library\.ts$/ }, ({ path }) => {
      const empty = "const kept: KeptLibrary = { forms: [], files: {} };";
      const source = readFileSync(path, "utf8");
      if (!source.includes(empty)) throw new Error(`${path} has changed: the build does not find its table`);
      return {
        contents: source.replace(empty, () => `const kept: KeptLibrary = ${JSON.stringify(librarySyntaxTrees())};`),
        loader: "ts",
      };
    });
  },
};

/** What the bundles load of src/runtime/import-module.ts, which lies beside them. */
const importer = "./import-module.cjs";
const leftOut = {
  name: "left-out",
  setup({ onResolve }) {
    onResolve({ filter: /[\\/]import-module\.ts$/ }, ({ kind }) =>
      kind === "entry-point" ? undefined : { path: importer, external: true },
    );
  },
};

const shared = {
  plugins: [parsedLibrary],
  bundle: true,
  platform: "node",
  target: "node20",
  logLevel: "warning",
  minifySyntax: true,
};
// Every start needs the parser. All other packages stay outside of the bundles: what needs one loads it on demand.
const { dependencies, peerDependencies } = JSON.parse(readFileSync("package.json", "utf8"));
const onDemand = Object.keys({ ...dependencies, ...peerDependencies })
  .filter((name) => name !== "chevrotain")
  .flatMap((name) => [name, `${name}/*`]);

await Promise.all([
  // Bundles are CommonJS: what asks for its own place there is answered by its file name. Imports on demand become
  // requires, since code from V8's cache has no import(); src/runtime/import-module.ts has one, in a file of its own.
  build({
    ...shared,
    plugins: [parsedLibrary, leftOut],
    // Less to read at every start; names stay for what is reported.
    minifyWhitespace: true,
    // `loadCached` reads them byte by byte.
    charset: "ascii",
    define: { "import.meta.url": "__filename" },
    supported: { "dynamic-import": false },
    entryPoints: { cli: "src/cli/entry.ts", check: "src/cli/check-entry.ts", main: "src/cli/main.ts" },
    outdir,
    format: "cjs",
    outExtension: { ".js": ".cjs" },
    external: [...onDemand, "./check.cjs", "./main.cjs"],
  }),
  build({
    ...shared,
    entryPoints: { "import-module": "src/runtime/import-module.ts" },
    outdir,
    format: "cjs",
    outExtension: { ".js": ".cjs" },
  }),
  build({
    ...shared,
    platform: "neutral",
    entryPoints: { index: "src/index.ts", prettier: "src/format/plugin.ts" },
    outdir,
    format: "esm",
    splitting: true,
    packages: "external",
  }),
]);

// The first `check` keeps V8's compiled code: then it is fast from the start. Specs may be wrong while they are written.
const specs = readdirSync("specs").filter((name) => name.endsWith(".model"));
spawnSync(process.execPath, [join(outdir, "cli.cjs"), "check", ...specs.map((name) => join("specs", name))]);

if (process.argv.includes("--types")) {
  const arguments_ = ["node_modules/typescript-native/bin/tsc", "-p", "tsconfig.build.json"];
  const { status } = spawnSync(process.execPath, arguments_, { stdio: "inherit" });
  process.exit(status ?? 1);
}
