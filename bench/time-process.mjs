// How long a whole process takes. Processor time is what a busy machine leaves comparable; it is read from bash's `times`,
// and left out where there is none.
import { spawnSync } from "node:child_process";

/** Seconds that bash's `times` says in a word like `0m0.061s`. */
const seconds = (word) => Number(word.split("m")[0]) * 60 + Number.parseFloat(word.split("m")[1]);

/** Wall and processor milliseconds of a program, run to its end. */
export function timeProcess(program, arguments_) {
  const start = performance.now();
  const { status } = spawnSync(program, arguments_, { stdio: ["ignore", "ignore", "inherit"] });
  const wall = performance.now() - start;
  if (status !== 0) throw new Error(`${[program, ...arguments_].join(" ")} ended with ${status}`);
  return { wall, cpu: cpuOf(program, arguments_) };
}

/** Processor milliseconds of a program, run to its end; undefined where nothing tells. */
export function cpuOf(program, arguments_) {
  const script = '"$@" > /dev/null; code=$?; times; exit $code';
  const shell = spawnSync("bash", ["-c", script, "bash", program, ...arguments_], { encoding: "utf8" });
  const words = shell.status === 0 ? shell.stdout.trim().split("\n").at(-1).split(/\s+/) : [];
  return words.length === 2 ? 1000 * (seconds(words[0]) + seconds(words[1])) : undefined;
}
