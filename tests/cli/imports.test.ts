import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { cli } from "./run-cli.ts";

/** A folder with files below it, by their paths. */
function treeOf(files: Readonly<Record<string, string>>): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "modelc-imports-")));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return folder;
}

const block = (name: string, body: string): string =>
  `block ${name}: (x: f32[B, D]) -> f32[B, 2] {\n  x -> ${body}\n}\n`;
const model = (from: string, name = "Encoder"): string =>
  `import { ${name} } from "${from}"\n\nmodel M: (x: f32[B, 4]) -> y: f32[B, 2] {\n  x -> ${name}\n}\n`;

/** What `check` finds in the file `app/main.model` of a tree. */
async function findings(files: Readonly<Record<string, string>>) {
  const folder = treeOf(files);
  const { code, out, err } = await cli(["check", join(folder, "app/main.model")]);
  return { code, text: (err + out).replaceAll(folder, "") };
}

it("takes files of packages, which import their own and those of other packages", async () => {
  const files = {
    "app/main.model": model("nets/encoder.model"),
    "node_modules/nets/encoder.model": `import { Inner } from "./parts/inner.model"\nimport { Head } from "@some/heads/head.model"\n\n${block("Encoder", "Inner -> Head")}`,
    "node_modules/nets/parts/inner.model": block("Inner", "Dense(2)"),
    "node_modules/@some/heads/head.model": block("Head", "Dense(2)"),
  };
  expect(await findings(files)).toEqual({ code: 0, text: "1 file checked, no problems\n" });
  const summary = await cli(["summary", join(treeOf(files), "app/main.model")]);
  expect(summary.out).toMatch(/parameters +16 /);
});

it("takes the nearest package, as Node does", async () => {
  const { code } = await findings({
    "app/main.model": model("nets/encoder.model"),
    "app/node_modules/nets/encoder.model": block("Encoder", "Dense(2)"),
    "node_modules/nets/encoder.model": "const Encoder = 1\n",
  });
  expect(code).toBe(0);
});

it("takes what a package exports, and nothing else of it", async () => {
  const files = {
    "node_modules/nets/package.json": JSON.stringify({ name: "nets", exports: { "./*.model": "./lib/*.model" } }),
    "node_modules/nets/lib/encoder.model": block("Encoder", "Dense(2)"),
    "node_modules/nets/secret/encoder.model": block("Encoder", "Dense(2)"),
  };
  expect((await findings({ ...files, "app/main.model": model("nets/encoder.model") })).code).toBe(0);
  const only = {
    ...files,
    "node_modules/nets/package.json": JSON.stringify({ exports: { "./a.model": "./lib/a.model" } }),
  };
  expect((await findings({ ...only, "app/main.model": model("nets/encoder.model") })).text).toContain(
    "There is no file `nets/encoder.model` to import from: the package in /node_modules/nets exports no `./encoder.model`.",
  );
});

const nets = { "node_modules/nets/encoder.model": block("Encoder", "Dense(2)") };

it.each([
  ["other/encoder.model", "MC2007", "no `node_modules` has the package `other`: I looked in /node_modules"],
  ["nets/decoder.model", "MC2007", "I looked for /node_modules/nets/decoder.model"],
  ["./decoder.model", "MC2007", "I looked for /app/decoder.model"],
  ["nets/../nets/encoder.model", "MC2036", "none of them `.` or `..`"],
  ["nets//encoder.model", "MC2036", "a path in a package has names between slashes"],
  ["nets\\\\..\\\\encoder.model", "MC2036", "a path in a package has names between slashes"],
  ["main.model", "MC2036", "without `./` it names a package, and no file in it; beside this file it is `./main.model`"],
  ["https://example.org/encoder.model", "MC2036", "nothing is fetched"],
  ["file:///etc/encoder.model", "MC2036", "nothing is fetched"],
])("says of %s why it cannot be imported", async (from, code, reason) => {
  const { text } = await findings({ ...nets, "app/main.model": model(from) });
  expect(text).toContain(`error[${code}]`);
  expect(text).toContain(reason);
  expect(text.match(/error\[/g)).toHaveLength(1);
});

it("lets no file of a package lead out of it, by its path or by a link", async () => {
  const files = {
    "app/main.model": model("nets/encoder.model"),
    "outside.model": block("Encoder", "Dense(2)"),
    "node_modules/nets/encoder.model": `import { Encoder } from "../../outside.model"\n`,
  };
  expect((await findings(files)).text).toContain(
    "I cannot read `../../outside.model`: it leads out of the package in /node_modules/nets.",
  );
  for (const from of ["nets/link.model", "nets/by.model"]) {
    const folder = treeOf({
      ...files,
      "app/main.model": model(from),
      "node_modules/nets/by.model": 'import { Encoder } from "./link.model"\n',
    });
    symlinkSync(join(folder, "outside.model"), join(folder, "node_modules/nets/link.model"));
    const { out } = await cli(["check", join(folder, "app/main.model")]);
    expect(out).toContain("it leads out of the package in");
  }
});

it("tells a cycle as the whole chain, through packages too", async () => {
  const { text } = await findings({
    "app/main.model": model("./a.model"),
    "app/a.model": 'import { Encoder } from "nets/encoder.model"\n',
    "node_modules/nets/encoder.model": 'import { Encoder } from "./inner.model"\n',
    "node_modules/nets/inner.model": 'import { Encoder } from "./encoder.model"\n',
  });
  expect(text).toContain(
    "These files import one another: /node_modules/nets/encoder.model -> /node_modules/nets/inner.model -> /node_modules/nets/encoder.model.",
  );
  const outer = await findings({
    "app/main.model": model("./a.model"),
    "app/a.model": 'import { Encoder } from "./b.model"\n',
    "app/b.model": 'import { M } from "./main.model"\n',
  });
  expect(outer.text).toContain("/app/main.model -> /app/a.model -> /app/b.model -> /app/main.model.");
});

it("hands on what a file has imported itself", async () => {
  const files = {
    "app/main.model": model("nets/index.model"),
    "node_modules/nets/index.model": 'import { Encoder, Head } from "./encoder.model"\n',
    "node_modules/nets/encoder.model": `${block("Encoder", "Dense(2)")}\n${block("Head", "Dense(2)")}`,
  };
  expect(await findings(files)).toEqual({ code: 0, text: "1 file checked, no problems\n" });
  const near = await findings({ ...files, "app/main.model": model("nets/index.model", "Encodr") });
  expect(near.text).toContain("Did you mean `Encoder`?");
});
