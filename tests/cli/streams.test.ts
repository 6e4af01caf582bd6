import { spawn, spawnSync } from "node:child_process";
import { existsSync, openSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { folderWith } from "./run-cli.ts";

const spec = `model Net: (x: f32[B, 3]) -> logits: f32[B, 2] { x -> Dense(2) }
data Blobs {
  source: synthetic_blobs(count=60, classes=2, features=3, seed=1)
  split: train 0.8, test 0.2
  x:     f32[3]   = raw.x
  label: class(2) = raw.label
}
train Net on Blobs {
  loss:      cross_entropy(logits, label)
  optimizer: sgd(lr=0.1)
  epochs:    20
}
`;

const dist = join(".cache", "test-dist-streams");
beforeAll(() => {
  expect(spawnSync(process.execPath, ["scripts/build.mjs", "--out", dist], { encoding: "utf8" }).stderr).toBe("");
}, 120_000);

interface Ended {
  readonly code: number | null;
  readonly signal: string | null;
  readonly err: string;
}

/** Runs a command whose reader goes away after its first lines, as `| head -1` does. */
async function headOf(argv: readonly string[]): Promise<Ended> {
  const child = spawn(process.execPath, [join(dist, "cli.cjs"), ...argv], { stdio: ["ignore", "pipe", "pipe"] });
  onTestFinished(() => void child.kill("SIGKILL"));
  let err = "";
  child.stdout.once("data", () => child.stdout.destroy());
  child.stderr.on("data", (text: Buffer) => (err += text.toString()));
  return new Promise((done) => child.on("close", (code, signal) => done({ code, signal, err })));
}

describe("standard output", () => {
  it("whose reader has gone: what was to be printed is not, and the work goes on", async () => {
    const folder = folderWith({ "net.model": spec });
    const [file, out] = [join(folder, "net.model"), join(folder, "out")];
    expect(await headOf(["train", file, "--out", out])).toEqual({ code: 0, signal: null, err: "" });
    const weights = readFileSync(join(out, "Net.safetensors"));
    expect(weights.toString("latin1")).toContain('\\"step\\":40');
    for (const argv of [["summary", file], ["ir", file], ["explain", "MC1001"], ["--help"], ["check", file]])
      expect({ argv, ...(await headOf(argv)) }).toEqual({ argv, code: 0, signal: null, err: "" });
  });

  it.skipIf(!existsSync("/dev/full"))("that cannot be written ends a command with an error", () => {
    const folder = folderWith({ "net.model": spec });
    const file = join(folder, "net.model");
    const full = openSync("/dev/full", "w");
    const train = ["train", file, "--out", join(folder, "out")];
    const commands = [["--version"], ["--help"], ["check", file], ["summary", file], ["explain", "MC1001"], train];
    for (const argv of commands) {
      const { status, stderr } = spawnSync(process.execPath, [join(dist, "cli.cjs"), ...argv], {
        stdio: ["ignore", full, "pipe"],
        encoding: "utf8",
      });
      const expected = { status: 2, stderr: "error: I cannot write to standard output: the disk is full.\n" };
      expect({ argv, status, stderr }).toEqual({ argv, ...expected });
    }
  });

  it.skipIf(!existsSync("/dev/full"))("is written all the same where standard error cannot be", () => {
    const file = join(folderWith({ "net.model": spec.replace("Dense(2)", "Denze(2)") }), "net.model");
    for (const command of ["check", "summary"]) {
      const { status, stdout } = spawnSync(process.execPath, [join(dist, "cli.cjs"), command, file], {
        stdio: ["ignore", "pipe", openSync("/dev/full", "w")],
        encoding: "utf8",
      });
      expect(status).toBe(1);
      expect(stdout).toMatch(command === "check" ? /^error\[MC2001\][^]*\n1 file checked, 1 error\n$/ : /^$/);
    }
  });
});

it("standard input that cannot be read is an error", () => {
  const folder = folderWith({ "net.model": "model Net: (x: f32[B]) -> y: f32[B] { x + 1 }\n" });
  const run = (argv: readonly string[], input: number | "ignore") =>
    spawnSync(process.execPath, [join(dist, "cli.cjs"), ...argv], {
      stdio: [input, "pipe", "pipe"],
      encoding: "utf8",
    });
  const [file, out] = [join(folder, "net.model"), join(folder, "out")];
  expect(run(["build", file, "--out", out, "--target", "onnx"], "ignore").status).toBe(0);
  const { status, stderr } = run(["predict", file, "--weights", join(out, "Net.safetensors")], openSync(folder, "r"));
  expect({ status, stderr }).toEqual({ status: 2, stderr: "error: I cannot read standard input: it is a folder.\n" });
});

it("a working folder that has been removed is named where it is needed", () => {
  const folder = folderWith({
    "net.model": spec
      .replace("synthetic_blobs(count=60, classes=2, features=3, seed=1)", 'csv("d.csv")')
      .replace("= raw.x", "= stack(raw.x, raw.x, raw.x, axis=-1)"),
    "d.csv": "x,label\n1,0\n",
  });
  const cwd = folderWith({});
  const command = 'cd "$0" && rmdir "$0" && exec "$@"';
  const argv = [
    process.execPath,
    resolve(dist, "cli.cjs"),
    "train",
    join(folder, "net.model"),
    "--out",
    join(folder, "out"),
  ];
  const { status, stderr } = spawnSync("sh", ["-c", command, cwd, ...argv], { encoding: "utf8" });
  const expected = "error: The folder that you are in is gone: change to one that exists.\n";
  expect({ status, stderr }).toEqual({ status: 2, stderr: expected });
});
