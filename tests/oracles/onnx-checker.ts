import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The official checker, if some Python of this machine has it. */
export interface OnnxChecker {
  readonly description: string;
  /** The newest operator set that it knows. */
  readonly opset: number;
  /** What is wrong with each file of a set (models `.onnx`, their external data, texts `.onnx.txt`), by name. */
  check(files: ReadonlyMap<string, Uint8Array | string>): ReadonlyMap<string, string>;
}

// tests/oracles/install.sh puts the newest there is into .cache/oracles; Debian's python3-onnx knows opset 17 only.
const candidates = [
  process.env["MODELC_ORACLE_PYTHON"],
  fileURLToPath(new URL("../../.cache/oracles/bin/python", import.meta.url)),
  "/usr/bin/python3",
];

const script = fileURLToPath(new URL("check-onnx.py", import.meta.url));

interface Answer {
  readonly onnx: string;
  readonly opset: number;
  readonly results: Readonly<Record<string, string | null | { readonly skipped: string }>>;
}

function ask(python: string, paths: readonly string[]): Answer | undefined {
  const run = spawnSync(python, [script], {
    input: paths.map((it) => `${it}\n`).join(""),
    encoding: "utf8",
    maxBuffer: 2 ** 28,
  });
  return run.status === 0 ? (JSON.parse(run.stdout) as Answer) : undefined;
}

/** Finds a checker that knows at least opset 18; says on standard error what it found, or that it found none. */
export function findOnnxChecker(): OnnxChecker | undefined {
  for (const python of candidates) {
    if (python === undefined) continue;
    const found = ask(python, []);
    if (found === undefined) continue;
    const description = `onnx ${found.onnx} (opset ${found.opset}) of ${python}`;
    if (found.opset < 18) {
      console.warn(`SKIPPED: ${description} knows no opset 18; models are not checked by it`);
      continue;
    }
    return { description, opset: found.opset, check: (files) => check(python, files) };
  }
  console.warn("SKIPPED: no Python with the onnx package >= 1.13: models are not checked by the official checker");
  return undefined;
}

function check(python: string, files: ReadonlyMap<string, Uint8Array | string>): ReadonlyMap<string, string> {
  const folder = mkdtempSync(join(tmpdir(), "modelc-onnx-"));
  try {
    for (const [name, content] of files) writeFileSync(join(folder, name), content);
    const names = [...files.keys()].filter((it) => it.endsWith(".onnx") || it.endsWith(".onnx.txt"));
    const answer = ask(
      python,
      names.map((it) => join(folder, it)),
    );
    if (answer === undefined) return new Map([["*", "the checker itself failed"]]);
    const findings = names.map((it): [string, string] => {
      const result = answer.results[join(folder, it)];
      return [it, typeof result === "string" ? result : result ? `skipped: ${result.skipped}` : ""];
    });
    return new Map(findings.filter(([, it]) => it !== ""));
  } finally {
    rmSync(folder, { recursive: true });
  }
}
