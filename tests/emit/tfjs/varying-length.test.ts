import { expect, it } from "vitest";
import { emitTfjs } from "../../../src/emit/tfjs/emit-tfjs.ts";
import { loadTraining } from "../../specs/spec-testing.ts";
import { typeErrors } from "./type-errors.ts";

it("has lengths as fields of its batches, and type-checks", { timeout: 120_000 }, async () => {
  const files = new Map<string, string>();
  for (const name of ["speech", "digits-lstm"]) {
    const train = loadTraining(`specs/media/${name}.model`);
    files.set(name, await emitTfjs({ module: train.model, name: train.name, train }));
  }
  expect(files.get("speech")).toMatch(
    /type SpeechBatch = \{[^}]*frames_lengths: tf\.Tensor1D;[^}]*text_lengths: tf\.Tensor1D;/s,
  );
  expect(typeErrors(files, "varying-length")).toEqual([]);
});
