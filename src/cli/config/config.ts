import type { Diagnostic } from "../../diagnostics/diagnostic.ts";
import type { FailLevel } from "../check-options.ts";

/** What becomes of the findings of a code. */
export type Level = "off" | "warning" | "error";

/** What no model may go beyond: parameters, FLOPs, bytes of activations and depth, at sizes of dims, 1 where none is given. */
export interface Budget {
  readonly params?: number;
  readonly flops?: number;
  readonly memory?: number;
  readonly depth?: number;
  readonly at?: Readonly<Record<string, number>>;
}

/** What a `modelc.config.json` says: all of it may be left out. */
export interface Config {
  /** What of the files in folders is looked at, as lines of a `.gitignore`; all where it is left out. */
  readonly include?: readonly string[];
  /** What is not, likewise. */
  readonly exclude?: readonly string[];
  /** Whether what git ignores is left out of folders; true by default. */
  readonly gitignore?: boolean;
  readonly levels?: ReadonlyMap<string, Level>;
  readonly budget?: Budget;
  readonly failLevel?: FailLevel;
  readonly maxProblems?: number;
}

/** A configuration with the folder that its paths are in, and what is wrong with it. */
export interface FoundConfig {
  readonly config: Config;
  readonly path: string;
  readonly folder: string;
  readonly diagnostics: readonly Diagnostic[];
}
