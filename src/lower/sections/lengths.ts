import { asVariable } from "../../dims/dim.ts";
import type { FeatureSpec } from "../../ir/program.ts";
import { nearest } from "../../support/nearest.ts";
import { lostName } from "../../syntax/lost-name.ts";
import type { CallExpression, Expression } from "../../syntax/ast.ts";
import { formatType } from "../values.ts";
import { mapWithin } from "./map-within.ts";
import type { SettingScope } from "./read-setting.ts";

/** Of which feature, and along which of its sizes that vary by example, lengths are asked. */
export interface AskedLengths {
  readonly feature: string;
  /** The name of the size: `T`. */
  readonly size: string;
}

/** The name of lengths that are wrong, and were reported. */
export const wrongLengths = ".lengths";

/** The name by which a section's function refers to lengths; no person can write it. */
export const askedName = ({ feature, size }: AskedLengths): string => `${feature}.lengths.${size}`;

/** The features whose lengths may be asked, and what is to be said where none is meant. */
export interface LengthsOf {
  readonly features: readonly Pick<FeatureSpec, "name" | "type">[];
  /** Names of which something is wrong: nothing is said of them. */
  readonly doubted: (name: string) => boolean;
  /** What the features are those of, in words. */
  readonly where: string;
  /** Undefined where nothing is to be said. */
  readonly scope: SettingScope | undefined;
}

/**
 * An expression of a section with each `lengths(frames)`, or `frames -> lengths`, replaced. After a report, or where its
 * feature is in doubt, `asked` is undefined.
 */
export function replaceLengths(
  expression: Expression,
  of: LengthsOf,
  by: (asked: AskedLengths | undefined, call: CallExpression) => Expression,
): Expression {
  const replace = (it: Expression): Expression => {
    if (it.kind === "call" && isLengths(it.callee)) return by(askedBy(it, of), it);
    if (it.kind !== "pipe") return mapWithin(it, replace);
    const at = it.stages.findIndex((stage) => isLengths(stage) || (stage.kind === "call" && isLengths(stage.callee)));
    const stage = it.stages[at];
    if (stage === undefined) return mapWithin(it, replace);
    const source = at === 0 ? it.source : { ...it, stages: it.stages.slice(0, at) };
    const given = stage.kind === "call" ? stage.arguments : [];
    const call: CallExpression = {
      kind: "call",
      callee: { kind: "reference", text: name, span: stage.span },
      arguments: [{ kind: "argument", name: undefined, value: source, span: source.span }, ...given],
      span: it.span,
    };
    const made = by(askedBy(call, of), call);
    const rest = it.stages.slice(at + 1);
    return rest.length === 0 ? made : { ...it, source: made, stages: rest.map(replace) };
  };
  return replace(expression);
}

/** An expression with something unknown for each mention of lengths. */
export function withoutLengths(expression: Expression): Expression {
  const unsaid: LengthsOf = { features: [], doubted: () => true, where: "", scope: undefined };
  return replaceLengths(expression, unsaid, (_, { span }) => ({ kind: "reference", text: lostName, span }));
}

const name = "lengths";

const isLengths = (it: Expression): boolean => it.kind === "reference" && it.text === name;

/** What a call asks; undefined after a report. */
function askedBy(call: CallExpression, { features, doubted, where, scope }: LengthsOf): AskedLengths | undefined {
  const refuse = (problem: string, help?: string): undefined => {
    scope?.collector.report("MC4099", call.span, { problem }, help === undefined ? {} : { help });
  };
  const [first, second, ...others] = call.arguments;
  const over = second?.name?.text === "over" && second.value.kind === "reference" ? second.value.text : undefined;
  if (
    first?.name !== undefined ||
    first?.value.kind !== "reference" ||
    others.length > 0 ||
    (second && over === undefined)
  )
    return refuse("it is given the name of one", "`lengths(frames)`, and of several sizes `lengths(image, over=H)`.");
  const wanted = first.value.text;
  const feature = features.find((it) => it.name === wanted);
  if (feature === undefined) {
    if (doubted(wanted)) return undefined;
    const names = features.map((it) => it.name);
    const near = nearest(wanted, names);
    const varying = features.filter((it) => it.type.shape.some((dim) => asVariable(dim) !== undefined));
    const others = varying.map((it) => `\`lengths(${it.name})\``).join(", ");
    const help = near === undefined ? others && `There is ${others}.` : `Did you mean \`${near}\`?`;
    return refuse(`\`${wanted}\` is no feature of ${where}`, help === "" ? undefined : help);
  }
  const sizes = [...new Set(feature.type.shape.flatMap((it) => asVariable(it) ?? []))];
  const shown = formatType(feature.type);
  const [only] = sizes;
  if (only === undefined) {
    const help = "A size that varies has a name in the type of the feature, as `T` in `f32[T, 80]`.";
    return refuse(`\`${wanted}\` is ${shown} in every example`, help);
  }
  if (over !== undefined && !sizes.includes(over))
    return refuse(`\`${wanted}\` is ${shown}, and has no size \`${over}\` that varies`);
  if (over === undefined && sizes.length > 1)
    return refuse(
      `\`${wanted}\` is ${shown}, of several sizes that vary`,
      `Say which: \`lengths(${wanted}, over=${only})\`.`,
    );
  return { feature: wanted, size: over ?? only };
}
