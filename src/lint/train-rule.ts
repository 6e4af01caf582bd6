import type { Collector } from "../diagnostics/collector.ts";
import type { TrainProgram } from "../ir/program.ts";

/** A rule that looks at a training, and reports what is most often a slip. */
export type TrainRule = (train: TrainProgram, report: Collector["report"]) => void;
