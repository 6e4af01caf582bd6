import { beforeAll, describe, expect, it } from "vitest";
import { buildInferenceGraph } from "../../src/autodiff/build-evaluation-graph.ts";
import { emitOnnx } from "../../src/emit/onnx/emit-graph.ts";
import { onnxTarget } from "../../src/emit/onnx/onnx-target.ts";
import { encodeModel } from "../../src/emit/onnx/proto.ts";
import { isFloat } from "../../src/ops/define/dtype-class.ts";
import type { NdArray } from "../../src/ops/define/operator.ts";
import { library } from "../../src/std/library.ts";
import type { CallableDeclaration } from "../../src/syntax/ast.ts";
import { asInputs } from "../emit/onnx/graphs.ts";
import { backends, useBackend } from "../emit/tfjs/backends.ts";
import { check, lower } from "../lower/checking.ts";
import { runText } from "../lower/run-text.ts";
import { relativeError } from "../ops/relative-error.ts";
import { blockOf, signatureUses, type Extent, type SignatureUse, type Sizes } from "./signature-uses.ts";

const declared = library.names.flatMap((name) => library.find(name)?.declaration ?? []);
/** Its kernel has one to three axes of known sizes, which no signature can say: the layers that are made of it are tried. */
const inner: ReadonlySet<string> = new Set(["conv_lstm"]);
const callable = declared.filter(({ flavor, name }) => flavor !== "metric" && !inner.has(name.text));
const named = (some: readonly CallableDeclaration[]): readonly (readonly [string, CallableDeclaration])[] =>
  some.map((it) => [it.name.text, it]);

/** What is said of uses, each by itself. */
function refusals(uses: readonly SignatureUse[]): readonly string[] {
  const text = uses.map((use, at) => blockOf(use, `M${String(at)}`)).join("\n");
  return check(text)
    .filter((it) => it.severity === "error")
    .map(({ code, message, span }) => {
      const before = text.slice(0, span.start);
      const at =
        before
          .match(/^block M(\d+)/gm)
          ?.at(-1)
          ?.slice(7) ?? "";
      return `${uses[Number(at)]?.title ?? at}: ${code} ${message}`;
    });
}

/** All types at a size that is known; at sizes that are not, one type of each kind. */
const extents: Readonly<Record<Sizes, Extent>> = {
  literal: { ranks: [0, 1, 2, 3], combined: true },
  symbolic: { ranks: [0, 2], isWanted: (it) => it === "f16" || it === "f32" || it === "i32" },
};

describe.each(["symbolic", "literal"] as const)("with %s sizes", (sizes) => {
  it.each(named(callable))("%s takes all that its signature promises", (_, declaration) => {
    const uses = signatureUses(declaration, sizes, extents[sizes]);
    expect(uses.length).toBeGreaterThan(0);
    expect(refusals(uses)).toEqual([]);
  });
});

const floats = ["f16", "bf16", "f32", "f64"] as const;

describe.each(floats)("of %s", (dtype) => {
  it.each(named(callable.filter(({ flavor }) => flavor === "fn")))("ONNX has a form of %s", (_, declaration) => {
    for (const use of signatureUses(declaration, "literal", { ranks: [1], isWanted: (it) => it === dtype })) {
      const graph = buildInferenceGraph(lower(blockOf(use, "M"), "M"), onnxTarget(18));
      expect(encodeModel(emitOnnx(graph, asInputs)).length).toBeGreaterThan(0);
    }
  });
});

/** Numbers from 0.25 to 1, always the same; places and lengths are 1, masks keep all. */
function fill(name: string, { dtype, shape, data }: NdArray): NdArray {
  const real = isFloat(dtype);
  return { dtype, shape, data: data.map((_, at) => (real ? 0.25 + (((at + name.length) * 7) % 31) / 40 : 1)) };
}

/** How far each target may be from the unrounded figure: TensorFlow.js computes in f32 whatever the type. */
const tolerances = {
  f16: { "ONNX Runtime": 5e-3, "TensorFlow.js": 1e-5 },
  bf16: { "ONNX Runtime": 4e-2, "TensorFlow.js": 1e-5 },
  f64: { "ONNX Runtime": 1e-5, "TensorFlow.js": 1e-5 },
} as const;

describe.each(["f16", "bf16", "f64"] as const)("on both runtimes, of %s,", (dtype) => {
  beforeAll(async () => {
    await useBackend(backends[0]);
  });

  it.each(named(callable.filter(({ flavor }) => flavor === "block")))(
    "%s gives its figures",
    async (_, declaration) => {
      const [use] = signatureUses(declaration, "literal", { ranks: [1], isWanted: (it) => it === dtype });
      if (use === undefined) return;
      const run = await runText(blockOf(use, "M"), fill);
      for (const [at, right] of run?.reference.entries() ?? []) {
        expect(run?.predicted[at]).toEqual({ dtype: right.dtype, shape: right.shape });
        for (const runtime of ["ONNX Runtime", "TensorFlow.js"] as const) {
          const found = run?.runtimes[runtime][at];
          const error = found === undefined ? Infinity : relativeError(found, right);
          expect(error, `${runtime}: ${use.title}`).toBeLessThanOrEqual(tolerances[dtype][runtime]);
        }
      }
    },
  );
});
