import { readFileSync } from "node:fs";
import { tokenize } from "../grammar/tokens.ts";
import { createCollector } from "../src/diagnostics/collector.ts";
import { parseFile } from "../src/syntax/parse.ts";

/**
 * What reading a text alone takes, in processor milliseconds of a process that does nothing else: its tokens, then the whole
 * syntax tree. No check of the text can take less. bench/many-layers.mjs runs it: `node scripts/run.mjs bench/parse.ts FILE`.
 */
const text = readFileSync(process.argv[2] ?? "", "utf8");

function processorTime(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

const tokens = processorTime(() => {
  tokenize(text);
});
const tree = processorTime(() => {
  parseFile({ path: "net.model", text }, createCollector());
});
console.log(JSON.stringify({ tokens, tree }));
