import { compareNames } from "./keras-names.ts";
import { compareTargets } from "./target-parity.ts";
import { compareAutocast } from "./torch-autocast.ts";
import { compareKinks } from "./torch-kinks.ts";
import { compareLosses } from "./torch-losses.ts";
import { comparePenalty } from "./torch-penalty.ts";
import { compareSplits } from "./sklearn-splits.ts";
import { compareMetrics } from "./sklearn-metrics.ts";
import { comparePreparation } from "./sklearn-tables.ts";
import { compareWithTorch, comparisons } from "./torch-conformance.ts";
import { compareLayers } from "./torch-layers.ts";
import { peerCases } from "./peer-cases.ts";
import { findTorch } from "./torch-peer.ts";

/**
 * `npm run conformance`: the six specs against PyTorch, where some Python has it (outputs, gradients, ten training
 * steps, slopes at kinks, the penalty of WGAN-GP; with Keras 3 all losses and layers; with scikit-learn and Keras 3 all
 * metrics, with scikit-learn splits and cleaning), and mnist-cnn on both targets against each other over 200 steps. `--torch` and `--parity` run one of the two;
 * a name (`-- --torch tiny-gpt`, `-- --torch LSTM`) the specs that have it alone, that layer or all
 * `layers`; `--record` keeps what the suite compares layers with. Exits with 1 where a figure is above its bound or a comparison breaks off; where no Python
 * has PyTorch it says so, and that is no failure. MODELC_ORACLE_PYTHON names the Python to ask first.
 */
const words = process.argv.slice(2);
const names = words.filter((it) => !it.startsWith("--"));
const layerNames = new Set(["layers", ...peerCases.map(({ of }) => of)]);
const refused = [
  ...words.filter((it) => it.startsWith("--") && !["--torch", "--parity", "--record"].includes(it)),
  ...names.filter((name) => !comparisons.some((it) => it.spec.includes(name)) && !layerNames.has(name)),
];
if (refused.length > 0) {
  console.error(`I know no ${refused.join(", ")}; there are --torch, --parity, --record and names of specs and layers`);
  process.exit(2);
}
const both = !words.includes("--torch") && !words.includes("--parity");
let compared = 0;
let missed = 0;

async function compare(title: string, run: () => Promise<number>): Promise<void> {
  compared++;
  try {
    missed += await run();
  } catch (error) {
    console.error(`FAILED: ${title}: ${error instanceof Error ? error.message : String(error)}`);
    missed++;
  }
}

if (both || words.includes("--torch")) {
  const chosen = comparisons.filter((it) => names.length === 0 || names.some((name) => it.spec.includes(name)));
  const { peer, tried } = findTorch();
  if (peer === undefined) {
    console.warn(`SKIPPED: no Python here has PyTorch (tried ${tried.join(", ")}): nothing is compared with it`);
  } else {
    console.log(`Compared with ${peer.description}`);
    if (names.length === 0) await compare("slopes at kinks", () => Promise.resolve(compareKinks(peer.python)));
    if (names.length === 0) await compare("names of layers", () => Promise.resolve(compareNames(peer.python)));
    if (names.length === 0) await compare("losses", () => Promise.resolve(compareLosses(peer.python)));
    const record = words.includes("--record");
    for (const only of names.length === 0 ? [undefined] : names.filter((it) => layerNames.has(it)))
      await compare("layers", () =>
        Promise.resolve(compareLayers(peer.python, only === "layers" ? undefined : only, record)),
      );
    if (names.length === 0) await compare("splits", () => compareSplits(peer.python));
    if (names.length === 0) await compare("metrics", () => compareMetrics(peer.python));
    if (names.length === 0) await compare("tables", () => comparePreparation(peer.python));
    if (names.length === 0) await compare("WGAN-GP", () => Promise.resolve(comparePenalty(peer.python)));
    if (names.length === 0) await compare("mixed precision", () => compareAutocast(peer.python));
    for (const it of chosen) await compare(it.title, () => compareWithTorch(peer, it));
  }
}
if (both || words.includes("--parity")) await compare("both targets", compareTargets);

if (missed > 0) console.log(`\n${String(missed)} figures or comparisons failed.`);
else console.log(compared === 0 ? "\nNothing was compared." : "\nAll figures are within their bounds.");
process.exitCode = missed === 0 ? 0 : 1;
