import type { Duration, FreezePhase } from "../../ir/program.ts";
import { textOf } from "../../support/source.ts";
import { reportTime, type Freeze, type FreezeTime } from "./read-freeze.ts";
import type { SettingScope } from "./read-setting.ts";

/**
 * The phases of a training by what freezes and until when; `always` are patterns that are frozen throughout. All times
 * count the same, epochs or steps: which of an epoch and a step comes first is known with the data alone. Undefined after a
 * report.
 */
export function freezePhases(
  freezes: readonly Freeze[],
  always: readonly string[],
  length: Duration,
  scope: SettingScope,
): readonly [FreezePhase, ...FreezePhase[]] | undefined {
  const times = freezes.flatMap(({ from, until }) => [from, until].filter((it) => it !== undefined));
  const fits = times.map((it) => isInTime(it, times, length, scope));
  if (fits.includes(false)) return undefined;
  const frozenFrom = (over: number): readonly string[] => [
    ...freezes
      .filter(({ from, until }) => (from?.over ?? 0) <= over && over < (until?.over ?? Infinity))
      .map(({ pattern }) => pattern),
    ...always,
  ];
  const unit = times[0]?.unit;
  const later = [...new Set(times.map(({ over }) => over))].sort((a, b) => a - b);
  return [
    { from: { steps: 0 }, frozen: frozenFrom(0) },
    ...later.map((over) => ({
      from: unit === "epochs" ? { epochs: over } : { steps: over },
      frozen: frozenFrom(over),
    })),
  ];
}

/** Whether a time is one of this training; false after a report. */
function isInTime(time: FreezeTime, times: readonly FreezeTime[], length: Duration, scope: SettingScope): boolean {
  const [first] = times;
  if (first !== undefined && time.unit !== first.unit) {
    const expected = `in ${first.unit}, as \`${textOf(first.span)}\` is, for all times of freezing count the same`;
    reportTime(time.span, expected, scope);
    return false;
  }
  const ends = "epochs" in length ? length.epochs : length.steps;
  if (!(time.unit in length) || time.over < ends) return true;
  const unit = time.unit.slice(0, -1);
  const expected =
    ends === 1
      ? `left out in a training of one ${unit}, which \`${time.unit}: ${time.over + 1}\` makes longer`
      : `${unit} ${ends} at the latest, the last one of this training`;
  reportTime(time.span, expected, scope);
  return false;
}
