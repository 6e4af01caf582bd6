import type { StepResult } from "./trainer.ts";

/** Why a step must not count: what it would have carried is dropped, and the trainer stands where it stood before. */
export interface Refusal {
  readonly kind: "loss";
  readonly loss: number;
}

/** Judges a step by what it measured, before anything of it is carried; undefined where it may count. */
export function judgeStep({ loss }: Pick<StepResult, "loss">): Refusal | undefined {
  return Number.isFinite(loss) ? undefined : { kind: "loss", loss };
}
