import type { Program } from "../analyze/program.ts";
import type { Findings } from "../diagnostics/findings.ts";
import type { TrainProgram } from "../ir/program.ts";
import type { LoweredModel } from "../lower/elaborate-model.ts";
import { inFile } from "../support/source.ts";
import { lintModel } from "./lint-model.ts";
import type { Told } from "./lint-report.ts";
import { lintTraining } from "./lint-training.ts";

/** Looks at what a program is lowered to, for what is right by all rules of the language and most often a slip. */
export interface Lints extends Findings {
  /** Looks at a model, which it gives back. */
  readonly model: (lowered: LoweredModel) => LoweredModel;
  readonly train: (train: TrainProgram) => void;
}

/** Looks at programs. What is found of a model or a training is kept with it, from one check to the next. */
export interface Linter {
  of(program: Program): Lints;
}

/** A linter that has seen nothing yet. Of the codes that are told to those who ask, it tells `asked`. */
export function createLinter(asked: ReadonlySet<string>): Linter {
  const kept = new WeakMap<object, Findings>();
  const once = (value: object, look: () => Findings): Findings => {
    const found = kept.get(value) ?? look();
    kept.set(value, found);
    return found;
  };
  return {
    of({ files }) {
      const found: Findings[] = [];
      const own = new Set(files.map(({ source }) => source));
      const told: Told = { isOwn: (span) => own.has(inFile(span).file), asked };
      return {
        found,
        saysNames: false,
        model(lowered) {
          const { module } = lowered;
          if (module !== undefined) found.push(once(lowered, () => lintModel(module, told)));
          return lowered;
        },
        train(train) {
          found.push(once(train.model, () => lintModel(train.model, told, train)));
          found.push(once(train, () => lintTraining(train, told)));
        },
      };
    },
  };
}
