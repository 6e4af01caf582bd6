import { placesIn } from "../../ir/is-learned.ts";
import type { StepPlace, TrainProgram } from "../../ir/program.ts";

/** The kinds of graphs that one model gives. */
export type GraphKind =
  "inference" | "init" | "train" | "eval" | "metrics" | "prep" | "prep.train" | "predict" | "grad" | "apply";

/** A graph among those of a model: its kind, and of which step and phase it is where there are several. */
export interface GraphName {
  readonly kind: GraphKind;
  readonly step?: string;
  /** Counted from 0. */
  readonly phase?: number;
}

/** The key of a graph. */
export type GraphKey = GraphKind | `${GraphKind}.${string}`;

/** What a graph is called in the manifest and in its file's name: `train`, `train.critic`, `train.critic.phase1`. */
export function graphKey({ kind, step, phase }: GraphName): GraphKey {
  const [first, ...more] = [...(step === undefined ? [] : [step]), ...(phase === undefined ? [] : [`phase${phase}`])];
  return first === undefined ? kind : `${kind}.${[first, ...more].join(".")}`;
}

/** The graphs of a kind that each step and each phase of a program has one of. */
export function stepGraphs(
  program: TrainProgram,
  kind: GraphKind,
): readonly { readonly name: GraphName; readonly place: StepPlace }[] {
  const { phases } = program;
  return placesIn(program).map((place) => ({
    name: {
      kind,
      ...(place.step.name !== undefined && { step: place.step.name }),
      ...(phases.length > 1 && { phase: phases.indexOf(place.phase) }),
    },
    place,
  }));
}
