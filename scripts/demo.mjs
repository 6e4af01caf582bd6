// The README's first command: compiles the CNN of specs/ to both targets, trains it and prints its accuracy.
//   npm run demo                      drawn digits
//   npm run demo -- PATH-TO-MNIST     the folder with the MNIST files
import { spawnSync } from "node:child_process";

const [data] = process.argv.slice(2);
const spec = "specs/mnist-cnn.model";
const out = "out/demo";
const started = performance.now();

function modelc(...argv) {
  console.log(`\n$ modelc ${argv.join(" ")}`);
  const { status } = spawnSync(process.execPath, ["dist/cli.cjs", ...argv], { stdio: "inherit" });
  if (status !== 0) process.exit(status ?? 1);
}

modelc("check", spec);
modelc("summary", spec);
modelc("train", spec, "--epochs", "5", "--out", out, ...(data === undefined ? [] : ["--data", data]));
modelc("build", spec, "--weights", `${out}/MnistCnn.safetensors`, "--out", out);
modelc("test", spec, "--weights", `${out}/MnistCnn.safetensors`, ...(data === undefined ? [] : ["--data", data]));
console.log(
  `\nDone in ${((performance.now() - started) / 1000).toFixed(0)} seconds. ${out}/MnistCnn.ts is the network in TypeScript.`,
);
