// The tests with every site of the source marked: a site that is reached writes its place into the folder .cache/sites.
import { relative } from "node:path";
import { defineConfig } from "vitest/config";
import { findSites } from "./find-sites.mjs";

const markSites = {
  name: "mark-sites",
  enforce: "pre",
  transform(text, id) {
    const path = relative(process.cwd(), id.split("?")[0]);
    if (!/^src\/(?!diagnostics\/).*\.ts$/.test(path)) return undefined;
    let marked = text;
    for (const { id, start, end } of findSites(path, text).reverse()) {
      const literal = marked.slice(start, end);
      marked = `${marked.slice(0, start)}(globalThis.reachSite(${JSON.stringify(id)}), ${literal} as const)${marked.slice(end)}`;
    }
    return marked === text ? undefined : { code: marked, map: null };
  },
};

export default defineConfig({
  plugins: [markSites],
  test: {
    include: ["tests/**/*.test.ts"],
    // What random texts reach is no case of a site; whole models and the other users are slow and reach nothing new.
    exclude: [
      "**/fuzz*",
      "**/robustness*",
      "tests/{browser,soak,specs,ops,dims,format,grammar,docs,oracles,passes,graph,autodiff}/**",
    ],
    setupFiles: ["scripts/sites/reach-site.mjs"],
    testTimeout: 240_000,
    hookTimeout: 240_000,
    maxWorkers: 2,
    pool: "forks",
  },
});
