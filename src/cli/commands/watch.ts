import { statSync } from "node:fs";
import { createChecker, type Checker } from "../../compiler.ts";
import { showText } from "../../support/show-text.ts";
import type { CheckOptions } from "../check-options.ts";
import { findConfig } from "../config/find-config.ts";
import { searchRules } from "../config/search-rules.ts";
import { exitCode, type ExitCode } from "../exit-code.ts";
import { findSpecs } from "../find-specs.ts";
import { diskHost } from "../read-specs.ts";
import { reportFailure } from "../report-failure.ts";
import type { Surroundings } from "../surroundings.ts";
import { check, type Checking } from "./check.ts";

/** How often files are looked at, in milliseconds; more seldom where that takes long. */
const pause = 150;

/** So much of the time may go into looking at files. */
const share = 0.1;

/** So many names of changed files are told. */
const mostNames = 3;

/**
 * `modelc check --watch`: checks again whenever a file that was read, or that is found, is another, until it is stopped.
 * Files are looked at one by one, so that it works on every kind of disk, and with every editor's way to save.
 */
export async function watch(options: CheckOptions, surroundings: Surroundings): Promise<ExitCode> {
  const { terminal, signal } = surroundings;
  const read = new Set<string>();
  const host: Checking["host"] = {
    ...diskHost,
    read(path) {
      read.add(path);
      return diskHost.read(path);
    },
  };
  // What an edit does not bear on is not looked at again.
  const checkers = new Map<string, Checker>();
  const checking: Checking = {
    host,
    check(source, _, asked) {
      const key = [source.path, ...(asked?.optIn ?? [])].join("\n");
      const checker = checkers.get(key) ?? createChecker(host, asked);
      checkers.set(key, checker);
      return checker.check(source);
    },
  };
  let last: ExitCode = exitCode.clean;
  const once = (): void => {
    try {
      last = check(options, surroundings, checking);
    } catch (error) {
      last = reportFailure(error, terminal);
    }
  };
  let known = stampsOf(options, read);
  once();
  terminal.error("Watching for changes; Ctrl-C ends.\n");
  while (signal?.aborted !== true) {
    const start = performance.now();
    const now = stampsOf(options, read);
    const taken = performance.now() - start;
    const changed = [...new Set([...now.keys(), ...known.keys()])].filter((it) => now.get(it) !== known.get(it));
    // What the first check has read is known from now on.
    const isNews = changed.some((it) => known.has(it) || !read.has(it));
    known = now;
    if (isNews) {
      const names = changed.slice(0, mostNames).map((it) => showText(it));
      const more = changed.length > mostNames ? ` and ${changed.length - mostNames} more` : "";
      terminal.error(`\nChanged: ${names.join(", ")}${more}\n`);
      once();
    }
    await wait(Math.max(pause, taken / share), signal);
  }
  return last;
}

/** Waits so many milliseconds, or until the signal is given. */
async function wait(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  await new Promise<void>((done) => {
    const end = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", end);
      done();
    };
    const timer = setTimeout(end, milliseconds);
    signal?.addEventListener("abort", end);
  });
}

/** What tells whether a file is another, of each file that a check would read; `read` are those that it has read. */
function stampsOf({ paths, config: named }: CheckOptions, read: ReadonlySet<string>): ReadonlyMap<string, string> {
  const stamps = new Map<string, string>();
  const files = [...read];
  try {
    const config = findConfig(named);
    if (config !== undefined) files.push(config.path);
    files.push(...findSpecs(paths, searchRules(config)).paths);
  } catch {
    // The check says what is wrong; what it could not find is not there.
    if (named !== undefined) files.push(named);
  }
  for (const path of files) {
    const stats = statSync(path, { throwIfNoEntry: false });
    stamps.set(path, stats === undefined ? "none" : [stats.mtimeMs, stats.size, stats.ino].join(" "));
  }
  return stamps;
}
