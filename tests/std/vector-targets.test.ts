import { beforeAll, describe, expect, it } from "vitest";
import { isFloat } from "../../src/ops/define/dtype-class.ts";
import type { NdArray } from "../../src/ops/define/operator.ts";
import { elementAt } from "../../src/support/element-at.ts";
import { required } from "../../src/support/fault.ts";
import { useBackend } from "../emit/tfjs/backends.ts";
import { runText } from "../lower/run-text.ts";
import { relativeError } from "../ops/relative-error.ts";
import { vectorCases } from "../oracles/vector-cases.ts";
import { indexLimit, type PeerCase } from "../oracles/peer-case.ts";

/** Each call once, whatever it is compared with elsewhere. */
const cases = new Map(vectorCases.map((it) => [`${it.body} of ${JSON.stringify(Object.values(it.inputs))}`, it]));

const typeOf = (input: PeerCase["inputs"][string]): string => (typeof input === "string" ? input : input.type);

/** Integers and whole lists of results are not differentiated. */
const isSmooth = ({ body }: PeerCase): boolean => !/^(bincount|searchsorted|top_k|argsort)/.test(body);

/** A block that gives the result of a case, and its gradients by the inputs that are real. */
function textOf(given: PeerCase): string {
  const inputs = Object.entries(given.inputs).map(([name, it]): [string, string] => [name, typeOf(it)]);
  const real = inputs.filter(([, type]) => type.startsWith("f32")).map(([name]) => name);
  // Grids are several results, each of one input.
  const isGrid = given.body.startsWith("meshgrid");
  const names = isGrid ? real.map((name) => `along_${name}`) : ["y"];
  const gradients = real.map((name, at) => `gradient(${isGrid ? elementAt(names, at) : "y"}, ${name})`);
  const results = [...names, ...(isSmooth(given) ? gradients : [])];
  const listed = (of: readonly string[]): string => (of.length === 1 ? of.join() : `(${of.join(", ")})`);
  const header = `block M: (${inputs.map((it) => it.join(": ")).join(", ")})`;
  return `${header} {\n  ${listed(names)} = ${given.body}\n  ${listed(results)}\n}`;
}

function filled({ inputs }: PeerCase, name: string, type: NdArray): NdArray {
  const input = inputs[name];
  const data = typeof input === "object" ? input.data : undefined;
  const drawn = (at: number): number => (isFloat(type.dtype) ? Math.sin(1 + at * 1.7) : (at * at) % indexLimit);
  return { ...type, data: type.data.map((_, at) => Math.fround(data?.[at] ?? drawn(at))) };
}

describe("functions that are compared with PyTorch and Keras are the same on both targets, with their gradients", () => {
  beforeAll(() => useBackend("cpu"));

  it.each([...cases])("%s", async (_, given) => {
    const { reference, runtimes } = required(
      await runText(textOf(given), (name, type) => filled(given, name, type)),
      "results",
    );
    for (const [runtime, found] of Object.entries(runtimes)) {
      expect(found.length).toBe(reference.length);
      found.forEach((it, at) => {
        expect(relativeError(it, required(reference[at], "result")), runtime).toBeLessThan(2e-5);
      });
    }
  });
});
