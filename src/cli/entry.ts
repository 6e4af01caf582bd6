#!/usr/bin/env node
import { join } from "node:path";
import { setFlagsFromString } from "node:v8";
import { isCheck } from "./is-check.ts";
import { loadCached } from "./load-cached.ts";

/** What each bundle of the command line exports. */
interface Bundle {
  readonly run: (argv: readonly string[]) => number | Promise<number>;
}

// `check` is what editors and hooks call all day: it has a bundle of its own, without all that it does not need.
const argv = process.argv.slice(2);
const quick = isCheck(argv);
// By default V8 starts to optimise functions that run for a few milliseconds, on other threads, which costs a third of a
// whole check and is done when the check is. What runs for long is optimised all the same. Engines that may lack the flag
// are left alone: they would complain.
if (quick && Number.parseInt(process.versions.node) <= 24) setFlagsFromString("--interrupt-budget=4000000");
const bundle = loadCached<Bundle>(join(__dirname, quick ? "check.cjs" : "main.cjs"), require);
const finish = (code: number): void => {
  process.exitCode = code;
  bundle.save(quick);
  // Everything is written, and nothing is left to be done: this spares the collection of garbage that nobody needs collected.
  if (quick) process.exit();
};
const outcome = bundle.exports.run(quick ? argv.slice(1) : argv);
if (typeof outcome === "number") finish(outcome);
else void outcome.then(finish);
