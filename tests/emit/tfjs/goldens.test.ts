import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { emitTfjs } from "../../../src/emit/tfjs/emit-tfjs.ts";
import { unitOf } from "./spec-unit.ts";

const folder = "tests/cases/tfjs";

/** `MODELC_UPDATE=1` writes what is emitted as what is expected. */
const isUpdate = process.env["MODELC_UPDATE"] === "1";

describe("emitted TypeScript, as it reads", () => {
  it.each(readdirSync(folder))("%s", async (name) => {
    const unit = unitOf(readFileSync(join(folder, name, "input.model"), "utf8"));
    const text = await emitTfjs({ module: unit.module, ...(unit.train && { train: unit.train }), name: unit.name });
    // The helpers are the prelude's, word for word: they have tests of their own.
    const own = text.split("\n// Helpers for what TensorFlow.js lacks.")[0] ?? "";
    const path = join(folder, name, "expected.ts.txt");
    if (isUpdate) writeFileSync(path, own);
    expect(existsSync(path) ? readFileSync(path, "utf8") : "").toBe(own);
  });
});
