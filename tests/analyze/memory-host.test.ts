import { expect, it } from "vitest";
import { checkSource, createMemoryHost, type PackageMap } from "../../src/index.ts";

const files = {
  "specs/main.model": "",
  "specs/parts/head.model":
    'import { width } from "../../sizes.model"\n\nblock Head: (x: f32[B, D]) -> f32[B, 2] {\n  x -> Dense(width) -> Dense(2)\n}\n',
  "sizes.model": "const width = 3\n",
  "vendor/nets/head.model": 'import { Head } from "./inner/head.model"\n',
  "vendor/nets/inner/head.model": "block Head: (x: f32[B, D]) -> f32[B, 2] {\n  x -> Dense(2)\n}\n",
};

const found = (from: string, packages?: PackageMap): readonly string[] =>
  checkSource(
    {
      path: "specs/main.model",
      text: `import { Head } from "${from}"\n\nmodel M: (x: f32[B, 4]) -> y: f32[B, 2] {\n  x -> Head\n}\n`,
    },
    createMemoryHost(files, packages),
  ).map((it) => `${it.code} ${it.message}`);

it("finds files from the one that imports, and packages where its map says", () => {
  expect(found("./parts/head.model")).toEqual([]);
  expect(found("nets/head.model", { "nets/": "vendor/nets/" })).toEqual([]);
  expect(found("nets/head.model", { "nets/": "nowhere/", "nets/head.model": "vendor/nets/head.model" })).toEqual([]);
  expect(found("nets/inner/head.model", { "nets/": "nowhere/", "nets/inner/": "vendor/nets/inner/" })).toEqual([]);
  expect(
    found("@a/nets/head.model", (path, from) => `${from === "specs/main.model" ? "vendor" : ""}${path.slice(2)}`),
  ).toEqual([]);
});

it("says what is nowhere, and leaves no package by its path", () => {
  expect(found("nets/head.model")).toEqual([
    "MC2007 There is no file `nets/head.model` to import from: the map of packages has no `nets/head.model`, and no `nets/`.",
  ]);
  expect(found("nets/body.model", { "nets/": "vendor/nets/" })).toEqual([
    "MC2007 There is no file `nets/body.model` to import from: I looked for vendor/nets/body.model.",
  ]);
  expect(found("nets/../../specs/main.model", { "nets/": "vendor/nets/" })[0]).toMatch(/^MC2036 .* none of them/);
  expect(found("https://example.org/head.model", () => "sizes.model")[0]).toMatch(/^MC2036 .*nothing is fetched/);
  expect(found("constructor/head.model")[0]).toMatch(/^MC2007/);
  expect(found("./toString")[0]).toMatch(/^MC2035/);
});
