#!/usr/bin/env node
import { join } from "node:path";
import { setFlagsFromString } from "node:v8";
import { isCheck } from "./is-check.ts";
import { loadCached } from "./load-cached.ts";
import { startFlags } from "./start-flags.ts";

/** What each bundle of the command line exports. */
interface Bundle {
  readonly run: (argv: readonly string[]) => number | Promise<number>;
}

// `check` is what editors and hooks call all day: it has a bundle of its own, without all that it does not need.
const argv = process.argv.slice(2);
const quick = isCheck(argv);
if (quick) startFlags(Number.parseInt(process.versions.node)).forEach(setFlagsFromString);
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
