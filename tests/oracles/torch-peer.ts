import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Tensors } from "../../src/runtime/tensor.ts";
import { encodeCheckpoint, parseCheckpoint } from "../../src/runtime/train/checkpoint.ts";

/** PyTorch, in a process of its own. */
export interface TorchPeer {
  readonly description: string;
  /** The interpreter that has it. */
  readonly python: string;
  /** What `torch_specs.py` computes of a request, by name. */
  compute(request: Readonly<Record<string, unknown>>, weights: Uint8Array, batches: Tensors): Tensors;
}

// Programs run bundled, from another folder: paths are those of the repository, which npm runs scripts in.
const script = join("tests", "oracles", "torch_specs.py");

/** Interpreters in the order in which they are tried: one that is named, what install.sh makes, the user's, the system's. */
const candidates = [
  process.env["MODELC_ORACLE_PYTHON"],
  join(".cache", "oracles", "bin", "python"),
  "python3",
  "/usr/bin/python3",
];

/** The first Python that has PyTorch; undefined where none has. `tried` are those that were asked. */
export function findTorch(): { readonly peer?: TorchPeer; readonly tried: readonly string[] } {
  const tried: string[] = [];
  for (const python of candidates) {
    if (python === undefined || python === "") continue;
    tried.push(python);
    const asked = spawnSync(python, ["-B", script], { encoding: "utf8" });
    if (asked.status === 0) {
      return {
        peer: {
          description: `PyTorch ${asked.stdout.trim()} of ${python}`,
          python,
          compute: (...it) => compute(python, ...it),
        },
        tried,
      };
    }
  }
  return { tried };
}

function compute(
  python: string,
  request: Readonly<Record<string, unknown>>,
  weights: Uint8Array,
  batches: Tensors,
): Tensors {
  const folder = mkdtempSync(join(tmpdir(), "modelc-torch-"));
  try {
    writeFileSync(join(folder, "request.json"), JSON.stringify(request));
    writeFileSync(join(folder, "weights.safetensors"), weights);
    writeFileSync(join(folder, "batches.safetensors"), encodeCheckpoint({ tensors: batches, perms: new Map() }));
    const run = spawnSync(python, ["-B", script, folder], { stdio: ["ignore", "inherit", "inherit"] });
    if (run.status !== 0) throw new Error(`${script} failed`);
    const answer = parseCheckpoint(readFileSync(join(folder, "answer.safetensors")));
    if (!answer.ok) throw new Error(`${script} wrote what cannot be read: ${answer.error}`);
    return answer.value.tensors;
  } finally {
    rmSync(folder, { recursive: true });
  }
}
