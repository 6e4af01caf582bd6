import { spawnSync } from "node:child_process";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join, relative } from "node:path";
import { describe, expect, it } from "vitest";
import { cli, folderWith } from "./run-cli.ts";

const model = "model Net: (x: f32[B, 3]) -> logits: f32[B, 2] { x -> Dense(2) }\n";
const secret = "secret:x:0:0\n";
const importing = (path: string): string => `import { Head } from "${path}"\n\n${model}`;

function makePipe(path: string): void {
  expect(spawnSync("mkfifo", [path]).status).toBe(0);
}

/** Things that a path may lead to, and what is said of them; none may be waited for, none shown. */
const places: readonly (readonly [what: string, name: string, make: (path: string) => void, reason: RegExp])[] = [
  ["a folder", "a.model", (it) => mkdirSync(it), /is a folder/],
  ["a pipe", "a.model", makePipe, /it is a pipe, no file/],
  ["a link to a device", "a.model", (it) => symlinkSync("/dev/zero", it), /it is a device, no file/],
  ["a link to another kind of file", "a.model", linkToSecret, /it is a link to what is no \.model file/],
  ["links in a circle", "a.model", (it) => symlinkSync(it, it), /its links lead in a circle/],
  ["too much", "a.model", (it) => writeFileSync(it, `# ${" ".repeat(4 * 2 ** 20)}`), /it is larger than 4 MiB/],
];

function linkToSecret(path: string): void {
  writeFileSync(`${path}.txt`, secret);
  symlinkSync(`${path}.txt`, path);
}

describe("what a spec imports", () => {
  it.each(places)("%s is not read", async (_, name, make, reason) => {
    const folder = folderWith({ "net.model": importing(`./${name}`) });
    make(join(folder, name));
    for (const argv of [["check"], ["summary"], ["train"], ["build", "--out", join(folder, "out")]]) {
      const [command = "", ...rest] = argv;
      const { code, out, err } = await cli([command, join(folder, "net.model"), ...rest]);
      expect(code).toBe(1);
      const findings = command === "check" ? out : err;
      expect(findings).toMatch(/MC2036/);
      expect(findings).toMatch(reason);
      expect(out + err).not.toContain("secret");
    }
  });

  it("is a .model file, or it is not opened", async () => {
    const folder = folderWith({ "secret.txt": secret, secret, "a.model.txt": secret, ".model.secret": secret });
    makePipe(join(folder, "pipe"));
    const paths = [
      "./secret.txt",
      "./secret",
      "./a.model.txt",
      "./.model.secret",
      "./pipe",
      "/dev/zero",
      ".",
      "..",
      "",
    ];
    for (const path of [...paths, relative(folder, "/etc/passwd"), "/etc/passwd", "secret\\u{0}.txt"]) {
      writeFileSync(join(folder, "net.model"), importing(path));
      const { code, out } = await cli(["check", join(folder, "net.model")]);
      expect({ path, code }).toEqual({ path, code: 1 });
      expect(out).toMatch(/MC2035/);
      expect(out).not.toMatch(/secret:|root:/);
    }
  });

  it("may not hold a zero byte in its name", async () => {
    const folder = folderWith({ "net.model": importing("./a\\u{0}.model") });
    expect((await cli(["check", join(folder, "net.model")])).out).toMatch(/MC2036[^]*its name has a zero byte/);
  });

  it("may lie behind a link to another .model file", async () => {
    const folder = folderWith({ "real.model": "block Head: (x: f32[B, D]) -> f32[B, 2] {\n  x -> Dense(2)\n}\n" });
    symlinkSync("real.model", join(folder, "a.model"));
    writeFileSync(join(folder, "net.model"), importing("./a.model").replace("Dense(2)", "Head"));
    expect(await cli(["check", join(folder, "net.model")])).toMatchObject({ code: 0, err: "" });
  });
});

describe("what the command line names", () => {
  it.each(places)("as a spec: %s is not read", async (_, name, make, reason) => {
    const folder = folderWith({});
    const path = join(folder, name);
    make(path);
    const commands = [["summary"], ["ir"], ["train"], ["test"], ["predict"], ["build", "--out", join(folder, "out")]];
    // A folder is fine for these two: it is searched.
    const searching = reason.test("it is a folder") ? [] : [["check"], ["fmt"]];
    for (const [command = "", ...rest] of [...searching, ...commands]) {
      const { code, err } = await cli([command, path, ...rest]);
      expect({ command, code }).toEqual({ command, code: 2 });
      expect(err).toMatch(reason);
      expect(err).not.toContain("secret");
    }
  });

  it("as a spec: a file of another name is not read", async () => {
    const folder = folderWith({ "secret.txt": secret });
    for (const path of [join(folder, "secret.txt"), "/etc/passwd", "/dev/zero", "/dev/null"]) {
      const { code, err } = await cli(["check", path]);
      expect({ path, code }).toEqual({ path, code: 2 });
      expect(err).toMatch(/its name does not end in \.model|it is a device/);
      expect(err).not.toMatch(/secret:|root:/);
    }
  });

  it("as weights or inputs: pipes and devices are not waited for", async () => {
    const folder = folderWith({ "net.model": model });
    const pipe = join(folder, "pipe");
    makePipe(pipe);
    for (const path of [pipe, "/dev/zero", folder])
      for (const argv of [
        ["predict", "--weights", path],
        ["build", "--weights", path, "--out", join(folder, "out")],
      ]) {
        const [command = "", ...rest] = argv;
        const { code, err } = await cli([command, join(folder, "net.model"), ...rest]);
        expect(code).toBeGreaterThan(0);
        expect(err).toMatch(/I cannot read .*: it is a (pipe|device|folder)/);
      }
  });
});

describe("a folder that is searched", () => {
  it("gives its regular .model files alone", async () => {
    const folder = folderWith({ "net.model": model, ".#net.model": "x" });
    mkdirSync(join(folder, "inner.model"));
    writeFileSync(join(folder, "inner.model", "b.model"), model);
    symlinkSync(folder, join(folder, "loop"));
    symlinkSync(folder, join(folder, "loop.model"));
    makePipe(join(folder, "pipe.model"));
    const server = createServer().listen(join(folder, "socket.model"));
    await new Promise((resolve) => server.once("listening", resolve));
    try {
      expect(await cli(["check", folder])).toEqual({ code: 0, out: "2 files checked, no problems\n", err: "" });
      expect(await cli(["fmt", "--check", folder])).toMatchObject({ err: "" });
    } finally {
      server.close();
    }
  });

  it("is reported where it holds a link to nothing", async () => {
    const folder = folderWith({ "net.model": model });
    symlinkSync("nowhere.model", join(folder, "a.model"));
    expect(await cli(["check", folder])).toMatchObject({
      code: 2,
      err: expect.stringMatching(/no file .*a\.model/) as string,
    });
  });
});

describe("data", () => {
  const training = (source: string): string => `${model}data Points {
  source: ${source}
  x: f32[3] = stack(raw.a, raw.b, raw.c, axis=-1)
  label: class(2) = raw.label
}
train Net on Points {
  loss: cross_entropy(logits, label)
  optimizer: sgd(lr=0.1)
}
`;
  it.each([
    ["/dev/zero", "MC6001[^]*device"],
    ["/dev/random", "MC6001[^]*device"],
    ["./pipe", "MC6001[^]*pipe"],
    ["./socket", "MC6001[^]*socket"],
    [".", "MC6050[^]*it holds no files that end in \\.csv or \\.tsv"],
    ["./circle", "MC6001[^]*circle"],
  ])("%s is no data", async (path, reason) => {
    const folder = folderWith({ "net.model": training(`csv("${path}")`) });
    makePipe(join(folder, "pipe"));
    symlinkSync("circle", join(folder, "circle"));
    const server = createServer().listen(join(folder, "socket"));
    await new Promise((resolve) => server.once("listening", resolve));
    try {
      for (const argv of [[], ["--data", join(folder, path)]]) {
        if (path.startsWith("/") && argv.length > 0) continue;
        // A folder of --data is where the file is looked for.
        if (path === "." && argv.length > 0) continue;
        const { code, err } = await cli(["train", join(folder, "net.model"), "--out", join(folder, "out"), ...argv]);
        expect(code).toBe(1);
        expect(err).toMatch(new RegExp(reason));
      }
    } finally {
      server.close();
    }
  });
});
