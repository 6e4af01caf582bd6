import { compareTargets } from "./target-parity.ts";
import { compareWithTorch, comparisons } from "./torch-conformance.ts";
import { findTorch } from "./torch-peer.ts";

/**
 * `npm run conformance`: the six specs against PyTorch, where some Python has it (outputs, gradients, ten training steps),
 * and mnist-cnn on both targets against each other over 200 steps. `--torch` and `--parity` run one of the two;
 * a name (`-- --torch tiny-gpt`) runs the specs that have it. Exits with 1 where a figure is above its bound.
 * MODELC_ORACLE_PYTHON names the Python to ask first.
 */
const words = process.argv.slice(2);
const names = words.filter((it) => !it.startsWith("--"));
const unknown = words.filter((it) => it.startsWith("--") && it !== "--torch" && it !== "--parity");
if (unknown.length > 0) {
  console.error(`unknown option ${unknown.join(", ")}; there are --torch and --parity`);
  process.exit(2);
}
const both = !words.includes("--torch") && !words.includes("--parity");
let missed = 0;

if (both || words.includes("--torch")) {
  const chosen = comparisons.filter((it) => names.length === 0 || names.some((name) => it.spec.includes(name)));
  const { peer, tried } = findTorch();
  if (peer === undefined) {
    console.warn(`SKIPPED: no Python here has PyTorch (tried ${tried.join(", ")}): nothing is compared with it`);
  } else {
    console.log(`Compared with ${peer.description}`);
    for (const it of chosen) missed += await compareWithTorch(peer, it);
  }
}
if (both || words.includes("--parity")) missed += await compareTargets();

console.log(
  missed === 0 ? "\nAll figures are within their bounds." : `\n${String(missed)} figures are above their bounds.`,
);
process.exitCode = missed === 0 ? 0 : 1;
