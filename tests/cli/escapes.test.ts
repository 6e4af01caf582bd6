import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { run as runCheck } from "../../src/cli/check-entry.ts";
import { run } from "../../src/cli/main.ts";
import type { Terminal } from "../../src/cli/terminal.ts";
import { writeSafetensors } from "../../src/support/safetensors.ts";
import { folderWith } from "./run-cli.ts";

/** Names as nobody gives them to a friend: each marked, so that a line that one of them begins is found. */
const hostile: readonly (readonly [what: string, text: string])[] = [
  ["colour", "x\u001b[31mred"],
  ["title", "x\u001b]0;FORGED\u0007"],
  ["clear screen", "x\u001b[2J\u001b[1;1HFORGED"],
  ["carriage return", "x\rFORGED"],
  ["newline", "x\nFORGED"],
  ["C1", "x\u009b31m\u0085"],
  ["bell, backspace, delete", "x\u0007\b\u007f"],
  ["direction", "x\u202egnp\u2066\u2069"],
  ["zero width", "x\u200b\u200d\u2060\ufeff"],
  ["line separator", "x\u2028FORGED\u2029"],
  ["tags", "x\u{e0041}"],
  ["long", "x".repeat(200)],
];

interface Printed {
  readonly code: number;
  readonly text: string;
}

async function printed(start: (terminal: Terminal) => number | Promise<number>, color = false): Promise<Printed> {
  let text = "";
  const write = (it: string): void => void (text += it);
  return { code: await start({ out: write, error: write, color, outColor: color, interactive: false }), text };
}

const cli = (argv: readonly string[], stdin?: string): Promise<Printed> =>
  printed((terminal) => run(argv, { terminal, ...(stdin !== undefined && { stdin: () => stdin }) }));

function expectShown({ text }: Printed, about: unknown): void {
  const unsound = /[^\P{Cc}\n]|[\p{Cf}\p{Cs}\p{Zl}\p{Zp}]|^FORGED/mu.exec(text)?.[0];
  expect({ about, unsound }).toEqual({ about, unsound: undefined });
  expect(text).not.toMatch(/defect/);
}

const model = "model Net: (x: f32[B, 3]) -> logits: f32[B, 2] { x -> Dense(2) }\n";
const bad = "model Net: (x: f32[B, 3]) -> logits: f32[B, 2] { x -> Denze(2) }\n";
const training = (path: string): string => `${model}data Points {
  source: csv(${JSON.stringify(path)})
  split: train 0.5, test 0.5
  x: f32[3] = stack(raw.a, raw.b, raw.c, axis=-1)
  label: class(2) = raw.label
}
train Net on Points {
  loss: cross_entropy(logits, label)
  optimizer: sgd(lr=0.1)
  epochs: 1
}
test Net {
  expect accuracy > 2
}
`;
const table = "a,b,c,label\n1,2,3,0\n3,2,1,1\n1,2,3,0\n3,2,1,1\n";

describe.each(hostile)("%s", (_, name) => {
  it("in names of files and folders", async () => {
    const folder = join(folderWith({}), name);
    mkdirSync(folder);
    const path = join(folder, `${name}.model`);
    const out = join(folder, "out");
    for (const text of [bad, training("data.csv"), training("no.csv"), model, " model {"]) {
      writeFileSync(path, text);
      writeFileSync(join(folder, "data.csv"), table);
      for (const argv of [
        ["check", path],
        ["check", path, "--json"],
        ["check", path, "--format", "sarif"],
        ["fmt", "--check", path],
        ["fmt", path],
        ["summary", path],
        ["summary", path, "--json"],
        ["ir", path],
        ["train", path, "--out", out],
        ["train", path, "--out", out, "--json"],
        ["test", path, "--weights", join(out, "Net.safetensors")],
        ["test", path, "--weights", join(out, "Net.safetensors"), "--json"],
        ["test", path, "--weights", path],
        ["predict", path, "--weights", join(out, "Net.safetensors"), "--split", "test"],
        ["build", path, "--out", out],
        ["build", path, "--out", out, "--json"],
        ["build", path, "--out", path],
      ])
        expectShown(await cli(argv), argv);
      expectShown(await printed((terminal) => runCheck([path], { terminal })), "check-entry");
      const json = await cli(["check", path, "--json"]);
      expect(() => void JSON.parse(json.text)).not.toThrow();
    }
  }, 240_000);

  it("in arguments", async () => {
    const folder = folderWith({ "net.model": model });
    const net = join(folder, "net.model");
    for (const argv of [
      [name],
      ["check", name],
      ["check", `--${name}`],
      ["check", `-${name}`],
      ["build", net, "--out", folder, "--target", name],
      ["build", net, `--${name}`],
      ["build", net, `--${name}=1`],
      ["build", net, "--out", folder, "--opset", name],
      ["summary", net, "--model", name],
      ["summary", net, "--set", name],
      ["summary", net, "--set", `${name}=1`],
      ["summary", net, "--set", `B=${name}`],
      ["ir", net, `--stage=${name}`],
      ["ir", net, name, name],
      ["train", net, "--data", name],
      ["train", net, `--runtime=${name}`],
      ["train", net, "--runtime-from", name],
      ["test", net, "--weights", name],
      ["predict", net, "--input", name],
      ["explain", name],
    ]) {
      const result = await cli(argv);
      expect({ argv, code: result.code }).not.toMatchObject({ code: 0 });
      expectShown(result, argv);
    }
    expectShown(await printed((terminal) => runCheck([`--${name}`], { terminal })), "check-entry");
  });

  it("in the text of a spec", async () => {
    const quoted = name.replaceAll(/[\n\r]/g, " ");
    for (const text of [
      `# ${quoted}\n${bad}`,
      `${bad.slice(0, -3)} # ${quoted}\n}\n`,
      `import { A } from "${quoted}"\n${model}`,
      `import { A } from "${quoted}.model"\n${model}`,
      training(name),
      `const a = "${quoted}"\n${bad}`,
      `const a = "${quoted}\n${model}`,
      `${quoted} ${model}`,
    ]) {
      const path = join(folderWith({ "net.model": text }), "net.model");
      for (const argv of [
        ["check", path],
        ["check", path, "--json"],
        ["check", path, "--format", "sarif"],
        ["fmt", "--check", path],
        ["train", path],
      ])
        expectShown(await cli(argv), [argv, text]);
    }
  });

  it("in cells, columns, keys and tensors", async () => {
    const cell = `"${name.replaceAll('"', '""')}"`;
    const folder = folderWith({ "net.model": training("data.csv") });
    const net = join(folder, "net.model");
    for (const text of [
      table.replace("3,2", `3,${cell}`),
      table.replace("b,c", `${cell},c`),
      table.replace("a,b,c", `a,b,c,${cell},${cell}`),
      `a,b,c,label\n"${name}"x,1`,
      `a,b,c,label\n${name},"`,
    ]) {
      writeFileSync(join(folder, "data.csv"), text);
      const result = await cli(["train", net, "--out", join(folder, "out")]);
      expect(result.code).toBe(1);
      expectShown(result, text);
      expect(result.text).not.toContain("x".repeat(100));
    }
    const weights = join(folder, "w.safetensors");
    for (const [tensor, metadata] of [
      [name, ""],
      [`opt/${name}`, ""],
      ["dense_0.bias", name],
    ] as const) {
      const bytes = Uint8Array.from(new Uint8Array(8));
      const entry = { name: tensor, dtype: "f32", shape: [2], bytes } as const;
      writeFileSync(weights, writeSafetensors([entry], new Map([["perm", JSON.stringify({ [metadata]: [0] })]])).bytes);
      for (const argv of [
        ["test", net],
        ["predict", net],
        ["build", net, "--out", join(folder, "out")],
      ]) {
        writeFileSync(join(folder, "data.csv"), table);
        const result = await cli([...argv, "--weights", weights]);
        expect(result.code).toBe(1);
        expectShown(result, argv);
        expect(result.text).not.toContain("x".repeat(100));
      }
    }
    expect((await cli(["train", net, "--out", join(folder, "out")])).code).toBe(0);
    const trained = join(folder, "out", "Net.safetensors");
    for (const input of [{ [name]: [[1, 2, 3]] }, { x: name }, { x: [[1, 2, name]] }, [name]]) {
      const result = await cli(["predict", net, "--weights", trained], JSON.stringify(input));
      expect(result.code).toBe(1);
      expectShown(result, input);
      expect(result.text).not.toContain("x".repeat(100));
    }
    expectShown(await cli(["predict", net, "--weights", trained], name), "no JSON");
  });
});

describe("colours", () => {
  it("are modelc's own alone", async () => {
    const path = join(folderWith({ "net.model": `${bad} # \u202e\n` }), "net.model");
    const { text } = await printed((terminal) => runCheck([path], { terminal }), true);
    expect(text).toContain("\u001b[31m");
    const without = [1, 22, 31, 33, 34, 39].reduce((rest, it) => rest.replaceAll(`\u001b[${it}m`, ""), text);
    expect(without).not.toMatch(/[^\P{Cc}\n]|\p{Cf}/u);
  });
});

describe("controls of direction", () => {
  it("are errors in comments and strings, with their place and a way out", async () => {
    const text = `# a\u202eb\n## \u2067c\n${model.replace("{ x", "{ # \u2066\n  x")}const s = "d\u202a"\n`;
    const path = join(folderWith({ "net.model": text }), "net.model");
    const { code, text: out } = await cli(["check", path]);
    expect(code).toBe(1);
    expect(out.match(/MC1035/g)).toHaveLength(4);
    for (const place of [
      "net.model:1:4",
      "net.model:2:4",
      "fix: remove it",
      "fix: write it as \\u{202a}",
      "a\\u{202e}b",
    ])
      expect(out).toContain(place);
  });
});
