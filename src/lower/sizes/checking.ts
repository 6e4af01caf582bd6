import type { ShapeChecker } from "../../ops/define/operator.ts";
import type { Context } from "../context.ts";
import { shapeChecker } from "../shape-checker.ts";
import { quietly } from "./quietly.ts";

/** A checker that reports nothing: what would be, where something else was written. */
export function checking(ctx: Context): ShapeChecker {
  return shapeChecker(quietly(ctx), { file: ctx.file.source, start: 0, end: 0 }, () => []);
}
