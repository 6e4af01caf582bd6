import { existsSync } from "node:fs";
import type { Collector } from "../../diagnostics/collector.ts";
import { isExternal, type OnnxModel } from "../../emit/onnx/model.ts";
import { decodeModel } from "../../emit/onnx/proto.ts";
import type { TensorPlace } from "../../support/safetensors.ts";
import type { Span } from "../../support/source.ts";
import type { Tensors } from "../../runtime/tensor.ts";
import { readFileBytes } from "../read-specs.ts";
import type { OutputFolder } from "./output-folder.ts";

/**
 * Whether the graph that a build has left in a folder goes on to find its weights when a training writes them; false after
 * a report.
 */
export function checkBuilt(
  folder: OutputFolder,
  name: string,
  weights: {
    readonly tensors: Tensors;
    readonly places: ReadonlyMap<string, TensorPlace>;
    readonly fingerprint: string;
  },
  span: Span,
  collector: Collector,
): boolean {
  const path = folder.at(`${name}.onnx`);
  const file = `${name}.safetensors`;
  const graph = graphIn(path);
  const read = (graph?.graph.initializers ?? []).filter(({ data }) => isExternal(data) && data.file === file);
  const problems = read.flatMap(({ name: given, shape, data }) => {
    const initializer = given.replace(/^(param|state)\//, "");
    if (!isExternal(data)) return [];
    const tensor = weights.tensors.get(initializer);
    const place = weights.places.get(initializer);
    if (tensor === undefined || place === undefined) return [`there is no ${initializer} any more`];
    if (tensor.shape.join() !== shape.join())
      return [`${initializer} is [${tensor.shape.join(", ")}], not [${shape.join(", ")}]`];
    return place.offset === data.offset && place.length === data.length
      ? []
      : [`${initializer} begins at byte ${place.offset}, not ${data.offset}`];
  });
  if (problems.length === 0) {
    const made = new Map(graph?.metadata).get("modelc.fingerprint");
    if (read.length > 0 && made !== undefined && made !== weights.fingerprint)
      collector.report("MC5013", span, { path, name, what: "graph" }, { help: "Build again after the training." });
    return true;
  }
  const help = `Remove ${path} (rm ${path}) and build again after the training, or train into another folder with \`--out\`.`;
  collector.report("MC5012", span, { path, weights: folder.at(file), problems }, { help });
  return false;
}

/** A graph that is there; undefined where none is or it cannot be read, for then it reads no weights either. */
function graphIn(path: string): OnnxModel | undefined {
  if (!existsSync(path)) return undefined;
  try {
    return decodeModel(readFileBytes(path));
  } catch {
    return undefined;
  }
}
