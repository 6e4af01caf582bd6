import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { loadProgram } from "../src/analyze/program.ts";
import { diskHost } from "../src/cli/read-specs.ts";
import { lowerUnits } from "../src/compiler.ts";
import { createCollector } from "../src/diagnostics/collector.ts";
import { renderText } from "../src/diagnostics/render.ts";
import { buildOnnx } from "../src/emit/onnx/build-onnx.ts";
import { printOnnx } from "../src/emit/onnx/print-onnx.ts";
import { emitTfjs } from "../src/emit/tfjs/emit-tfjs.ts";

/**
 * Writes what each spec compiles to into `generated/<spec>/`: TypeScript as it is, manifests, and ONNX graphs as text.
 * Weights are left out. The version is left out as well, so that a release changes nothing here.
 */
const target = "generated";

for (const file of readdirSync("specs")
  .filter((it) => it.endsWith(".model"))
  .sort()) {
  const path = join("specs", file);
  const folder = join(target, basename(file, ".model"));
  const collector = createCollector();
  const program = loadProgram({ path, text: readFileSync(path, "utf8") }, diskHost, collector);
  const units = lowerUnits(program, {}, collector);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const { name, module, train, span } of units) {
    const training = train === undefined ? {} : { train };
    const built = buildOnnx({ name, module, ...training, version: "0.0.0", collector, span });
    for (const [it, model] of built?.models ?? []) writeFileSync(join(folder, `${it}.txt`), printOnnx(model));
    for (const [it, content] of built?.files ?? []) {
      if (typeof content === "string") writeFileSync(join(folder, it), content);
    }
    writeFileSync(join(folder, `${name}.ts`), await emitTfjs({ name, module, ...training }));
  }
  if (collector.hasErrors) {
    console.error(renderText(collector.diagnostics, { color: false }));
    process.exitCode = 1;
  }
}
