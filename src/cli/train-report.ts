import { Presets, SingleBar } from "cli-progress";
import type { Figures } from "../runtime/train/figures.ts";
import type { EpochReport, StepReport } from "../runtime/train/train-loop.ts";
import { formatFigure, formatSeconds } from "./format-figures.ts";
import { formatUndefined } from "./format-tables.ts";
import type { Terminal } from "./terminal.ts";
import { toJson } from "../support/show-text.ts";

/** Shows how a training goes: a bar on a terminal, a line for each epoch everywhere, or JSON. */
export interface TrainReport {
  step(report: StepReport): void;
  epoch(report: EpochReport, perEpoch: number): void;
  /** Clears the bar, before other output and at the end. */
  pause(): void;
}

/** `loss 0.1234  accuracy 0.9876`, of the figures that are one number; `prefix` marks the split. */
export function figuresText(figures: Figures, prefix = ""): string {
  return [...figures]
    .flatMap(([name, value]) => (typeof value === "number" ? [`${prefix}${name} ${formatFigure(value)}`] : []))
    .join("  ");
}

const look = {
  format: "{epoch} {bar} {value}/{total}  {rate} steps/s  {left} left  {figures}",
  barsize: 24,
  clearOnComplete: true,
  hideCursor: true,
  fps: 8,
  gracefulExit: false,
} as const;

/** A report to a terminal. */
export function createTrainReport(
  terminal: Terminal,
  options: { readonly json: boolean; readonly now: () => number },
): TrainReport {
  let bar: SingleBar | undefined;
  let started = { at: 0, done: 0 };
  let warned = false;
  const pause = (): void => {
    bar?.stop();
    bar = undefined;
  };
  return {
    step({ epoch, done, steps, figures, total, step }) {
      if (!terminal.interactive || options.json) return;
      if (bar === undefined) started = { at: options.now(), done: done - 1 };
      // A run of so many steps ends in the middle of an epoch.
      const last = Math.min(steps, done + total - step);
      const rate = ((done - started.done) / Math.max(1, options.now() - started.at)) * 1000;
      const payload = {
        epoch: `epoch ${epoch}/${Math.ceil(total / steps)}`,
        rate: rate.toFixed(rate < 10 ? 1 : 0),
        left: formatSeconds((total - step) / rate),
        figures: figuresText(figures),
      };
      if (bar === undefined) {
        bar = new SingleBar({ ...look, stream: process.stderr }, Presets.shades_classic);
        bar.start(last, done, payload);
      } else bar.update(done, payload);
      if (done === last) pause();
    },
    epoch({ epoch, epochs, step, train, validate, scaling = [], seconds, improved }, perEpoch) {
      pause();
      if (options.json) {
        const figures = {
          train: Object.fromEntries(train),
          ...(validate !== undefined && { validate: Object.fromEntries(validate) }),
          ...(scaling.length > 0 && { scaling }),
        };
        terminal.out(`${toJson({ event: "epoch", epoch, epochs, step, seconds, ...figures, improved })}\n`);
        return;
      }
      const place =
        step % perEpoch === 0 ? `epoch ${String(epoch).padStart(String(epochs).length)}/${epochs}` : `step ${step}`;
      const held = validate === undefined ? "" : `  ${figuresText(validate, "validate.")}`;
      terminal.out(`${place}  ${formatSeconds(seconds)}  ${figuresText(train)}${held}${improved ? "  *" : ""}\n`);
      const lacks = warned ? undefined : formatUndefined(validate ?? train);
      if (lacks === undefined) return;
      terminal.error(`${lacks}\n`);
      warned = true;
    },
    pause,
  };
}

/** Lines that tell of the steps that were skipped since the report before; none where none was. */
export function skippedText({ scaling = [] }: EpochReport): string {
  const lines = scaling.flatMap(({ step, scale, since }): readonly string[] => {
    if (since === 0) return [];
    const of = step === undefined ? "" : ` of ${step}`;
    const steps = since === 1 ? `1 step${of} was` : `${since} steps${of} were`;
    return [`  ${steps} skipped, as a gradient was not finite in f16; the loss scale is now ${scale}\n`];
  });
  return lines.join("");
}
