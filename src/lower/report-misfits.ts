import { formatDim, type Dim } from "../dims/dim.ts";
import { equal } from "../dims/facts.ts";
import type { CallableDeclaration } from "../syntax/ast.ts";
import type { ProgramFile } from "../std/program-file.ts";
import { required } from "../support/fault.ts";
import { constantLabels } from "./constant-labels.ts";
import { failsAt } from "./convert.ts";
import { report, type Context } from "./context.ts";
import type { GivenInput } from "./declared-types.ts";
import { factsIn } from "./minima.ts";
import { stating } from "./offered-facts.ts";
import { sizeChains } from "./size-chain.ts";
import { exampleOf, named } from "./shape-checker.ts";
import { formatType } from "./values.ts";
import { isUndecided, reportUndecided, worst } from "./report-undecided.ts";

/** A size of an input that is not what the declaration wants at a use. */
export interface Misfit {
  /** As it is written there. */
  readonly declared: string;
  readonly wanted: Dim;
  readonly dim: Dim;
}

/** Reports all sizes of one input that do not fit, with what would make them fit; `file` is that of the declaration. */
export function reportMisfits(
  ctx: Context,
  file: ProgramFile,
  declaration: CallableDeclaration,
  index: number,
  { val, span }: GivenInput,
  misfits: readonly Misfit[],
): void {
  if (misfits.length === 0) return;
  const input = required(declaration.inputs[index], "input");
  const relations = misfits.map(({ dim, wanted }) => equal(dim, wanted));
  const first = worst(misfits, ({ dim, wanted }) => isUndecided(equal(dim, wanted), factsIn(ctx)));
  const labels = [
    { span: input.span, message: "declared here" },
    { span, message: `this is ${formatType(val.value.type)}` },
    ...constantLabels(
      file,
      declaration,
      misfits.map((it) => it.declared),
    ),
  ];
  const name = input.name?.text ?? `input ${String(index + 1)}`;
  if (isUndecided(equal(first.dim, first.wanted), factsIn(ctx))) {
    const claim = `${named(first.dim)} is ${formatDim(first.wanted)}, as \`${name}\` of \`${declaration.name.text}\` needs`;
    reportUndecided(ctx, span, { claim, relations, labels });
    return;
  }
  report(
    ctx,
    "MC3031",
    span,
    {
      callee: declaration.name.text,
      input: name,
      sizes: misfits.map(({ declared, wanted, dim }) => ({
        declared,
        expected: formatDim(wanted),
        actual: named(dim),
      })),
      example: exampleOf(equal(first.dim, first.wanted), first.dim, first.wanted, "is not", factsIn(ctx)),
    },
    {
      labels: [
        ...labels,
        ...sizeChains(
          ctx,
          [val.value],
          misfits.map(({ dim }) => dim),
        ),
      ],
      ...stating(ctx, relations),
      ...failsAt(equal(first.dim, first.wanted), factsIn(ctx)),
    },
  );
}
