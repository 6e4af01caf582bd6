import { asVariable } from "../../dims/dim.ts";
import { nearest } from "../../support/nearest.ts";
import type { Setting } from "../../syntax/ast/sections.ts";
import type { KnownData } from "./lower-data.ts";
import { checkedValue, onlyPart, phraseWords, type SettingScope } from "./read-setting.ts";

/** How examples come in batches. */
export interface BatchSetting {
  /** How many a batch has; undefined after a report. */
  readonly size: number | undefined;
  /** The size by which examples that are alike in length are put together. */
  readonly bucket?: string;
}

const usual = 32;

/** `batch: 16`, `batch: 16, bucket by T` */
export function readBatch(
  setting: Setting | undefined,
  data: KnownData | undefined,
  scope: SettingScope,
): BatchSetting {
  if (setting === undefined) return { size: usual };
  const [first, second, more] = setting.phrases;
  const written = first && onlyPart(first);
  const size = written && checkedValue(written, { kind: "integer", min: 1 }, "batch", "this section", scope);
  const [bucket, by, name, extra] = second === undefined ? [] : phraseWords(second, scope);
  const isName = second?.parts[2]?.value.kind === "reference" && typeof name === "string";
  const isBucket = bucket === "bucket" && by === "by" && isName && extra === undefined;
  if (written === undefined || more !== undefined || (second !== undefined && !isBucket)) {
    const at = more?.span ?? (written === undefined ? setting.span : second?.span) ?? setting.span;
    const expected = "a number of examples, or one with a size that varies by example, as in `16, bucket by T`";
    scope.collector.report("MC4006", at, { argument: "batch", callee: "this section", expected, found: "this" });
    return { size: undefined };
  }
  const of = typeof size === "number" ? size : undefined;
  if (second === undefined || typeof name !== "string") return { size: of };
  return isSize(name, second.span, data, scope) ? { size: of, bucket: name } : { size: undefined };
}

/** Whether features of a section have a size of this name; a name that is none is reported. */
function isSize(
  name: string,
  span: Setting["span"],
  data: KnownData | undefined,
  { collector }: SettingScope,
): boolean {
  if (data === undefined || data.mayLack || data.doubted.size > 0) return true;
  const known = [...new Set(data.features.flatMap((it) => it.type.shape.flatMap((dim) => asVariable(dim) ?? [])))];
  if (known.includes(name)) return true;
  if (known.length === 0) {
    const expected = `a number of examples, as no feature of ${data.name} has a size that varies by example`;
    const help = "A name in the place of a number, as `T` in `f32[T, 80]`, is that of a size that varies.";
    collector.report("MC4006", span, { argument: "batch", callee: "this section", expected, found: "this" }, { help });
    return false;
  }
  const near = nearest(name, known);
  const help = near === undefined ? undefined : `Did you mean \`${near}\`?`;
  const parameters = { what: "size that varies by example", name: `\`${name}\``, known };
  collector.report("MC4004", span, parameters, help === undefined ? {} : { help });
  return false;
}
