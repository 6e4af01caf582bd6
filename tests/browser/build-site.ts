import { execFileSync } from "node:child_process";
import { join, resolve } from "node:path";
import { build } from "esbuild";
import type { Site } from "./static-server.ts";

const cache = resolve(".cache", "browser");

/**
 * Bundles what the pages run: the library as `scripts/build.mjs` builds it, the pages of this folder, and generated
 * files by name. The runtimes' wasm files, and ONNX Runtime whole, are served as their packages hold them.
 */
export async function buildSite(generated: Readonly<Record<string, string>>): Promise<Site> {
  const library = join(cache, "dist");
  execFileSync(process.execPath, ["scripts/build.mjs", "--out", library]);
  const page = (name: string): string => resolve("tests", "browser", "pages", `${name}.ts`);
  const { outputFiles } = await build({
    entryPoints: {
      modelc: join(library, "index.js"),
      compiler: page("compiler"),
      onnx: page("onnx"),
      tfjs: page("tfjs"),
      ...generated,
    },
    outdir: cache,
    write: false,
    bundle: true,
    // One TensorFlow.js for the page and for the generated code that it loads.
    splitting: true,
    platform: "browser",
    format: "esm",
    target: "es2022",
    logLevel: "error",
    plugins: [
      {
        name: "stock ONNX Runtime",
        setup: ({ onResolve }) =>
          onResolve({ filter: /^onnxruntime-web/ }, () => ({ path: "/ort/ort.wasm.min.mjs", external: true })),
      },
    ],
  });
  const scripts = outputFiles.map(({ path, contents }): [string, Uint8Array] => [path.slice(cache.length), contents]);
  const html = '<!doctype html><meta charset="utf-8"><title>modelc</title><link rel="icon" href="data:,">';
  return {
    files: new Map<string, string | Uint8Array>([["/index.html", html], ...scripts]),
    folders: {
      "/ort/": resolve("node_modules", "onnxruntime-web", "dist"),
      "/tfjs-wasm/": resolve("node_modules", "@tensorflow", "tfjs-backend-wasm", "dist"),
    },
  };
}
