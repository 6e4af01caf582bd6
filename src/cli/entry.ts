#!/usr/bin/env node
import { join } from "node:path";
import { setFlagsFromString } from "node:v8";
import { setFlagsFromString } from "node:v8";
import { loadCached } from "./load-cached.ts";

/** What each bundle of the command line exports. */
interface Bundle {
  readonly run: (argv: readonly string[]) => number | Promise<number>;
}

// `check` is what editors and hooks call all day: it has a bundle of its own, without all that it does not need.
const [command, ...rest] = process.argv.slice(2);
const quick = command === "check" && !rest.some((it) => it === "--help" || it === "-h");
// Its run is over before optimised code pays: V8 is told to wait thirty times longer with it, since for a large project it
// still does pay. Engines that may lack the flag are left alone: they would complain.
if (quick && Number.parseInt(process.versions.node) <= 24) setFlagsFromString("--interrupt-budget=4000000");
// By default V8 starts to optimise functions that run for a few milliseconds, on other threads, which costs a third of a
// whole check and is done when the check is. What runs for long is optimised all the same.
if (quick) setFlagsFromString("--interrupt-budget=2000000");
const bundle = loadCached<Bundle>(join(__dirname, quick ? "check.cjs" : "main.cjs"), require);
const finish = (code: number): void => {
  process.exitCode = code;
  bundle.save();
  // Nothing is left to be done: this spares the collection of garbage that nobody needs collected.
  if (quick && process.stdout.writableLength === 0 && process.stderr.writableLength === 0) process.exit();
};
const outcome = bundle.exports.run(quick ? rest : process.argv.slice(2));
if (typeof outcome === "number") finish(outcome);
else void outcome.then(finish);
