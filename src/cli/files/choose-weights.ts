import { existsSync } from "node:fs";
import { resolve } from "node:path";
import type { CompileRequest, Unit } from "../../compiler.ts";
import type { Collector } from "../../diagnostics/collector.ts";
import { weightProblems } from "../../emit/onnx/check-weights.ts";
import { parseCheckpoint, type Checkpoint, vocabularyEntries } from "../../runtime/train/checkpoint.ts";
import { modelFingerprint } from "../../runtime/train/fingerprint.ts";
import { settledWeights } from "../../runtime/train/settled-weights.ts";
import { isInitial, originEntry, originText, type WeightsOrigin } from "../../runtime/train/weights-origin.ts";
import { fault } from "../../support/fault.ts";
import { readSafetensors, type SafeTensorsFile } from "../../support/safetensors.ts";
import { InputError } from "../exit-code.ts";
import { readFileBytes } from "../read-specs.ts";
import { readWeights } from "../read-weights.ts";
import type { OutputFolder } from "./output-folder.ts";

/** The weights of a build: what the compiler is told of them, and what a person is. */
export interface ChosenWeights {
  readonly request: Pick<CompileRequest, "weights" | "weightsFile" | "fingerprint" | "vocabularies">;
  readonly path: string;
  readonly origin: WeightsOrigin | undefined;
  /** The file that they come from, where it says that it was made for another model. */
  readonly madeForAnother?: string;
}

/**
 * Which weights a model is built with. Those that a training has left in the folder are the training's: they are built in
 * and stay as they are. Drawn are weights where there are none, or beside them where that is asked for. Undefined after a
 * report.
 */
export function chooseWeights(
  unit: Unit,
  folder: OutputFolder,
  option: string | undefined,
  collector: Collector,
): ChosenWeights | undefined {
  const name = `${unit.name}.safetensors`;
  const path = folder.at(name);
  const model = modelFingerprint(unit.module);
  // Parameters may have other sizes where the model is used at others.
  const owner = { ...unit, module: unit.served ?? unit.module };
  if (option === "initial") return drawn(unit, `${unit.name}.initial.safetensors`, folder, model);
  const there = existsSync(path) ? readWeightsFile(path) : undefined;
  const given = option === undefined || resolve(option) === resolve(path) ? undefined : readWeightsFile(option);
  if (given === undefined) {
    if (there === undefined || isInitial(there.checkpoint.origin)) return drawn(unit, name, folder, model);
    const { checkpoint, file } = there;
    const { perms, origin, vocabularies = {} } = checkpoint;
    const problems = weightProblems(owner, { tensors: file.tensors, ...(perms !== undefined && { perms }) });
    if (problems.length > 0) {
      collector.report("MC5010", unit.span, { path, problems }, { help: helpFor(path) });
      return undefined;
    }
    return {
      request: { weights: file.tensors, weightsFile: { name, places: file.places }, fingerprint: model, vocabularies },
      path,
      origin,
      ...changed(path, origin, model),
    };
  }
  // What a build has put there, it may replace; what a training has left, or somebody else, is not there again.
  if (there !== undefined && there.checkpoint.origin?.by !== "build" && !there.bytes.equals(given.bytes)) {
    const parameters = { path, there: originText(there.checkpoint.origin), given: option ?? "" };
    const help = `Build into another folder with \`--out\`, or move ${path} away.`;
    collector.report("MC5011", unit.span, parameters, { help });
    return undefined;
  }
  const { vocabularies = {}, origin: theirs } = readWeights(option ?? "", unit.name, owner);
  const step = given.checkpoint.progress?.step;
  const origin: WeightsOrigin = { ...(step !== undefined && { step }), ...theirs, by: "build" };
  const metadata = new Map([originEntry(origin), ...vocabularyEntries({ vocabularies })]);
  return {
    request: {
      weights: settledWeights(given.file.tensors),
      weightsFile: { name, metadata },
      fingerprint: model,
      vocabularies,
    },
    path,
    origin,
    ...changed(option ?? "", origin, model),
  };
}

const helpFor = (path: string): string =>
  `Train again, which replaces them; build initial weights beside them with \`--weights initial\`; or give other weights ` +
  `or another folder: \`--weights FILE\`, \`--out DIR\`. ${path} is left as it is.`;

function drawn(unit: Unit, name: string, folder: OutputFolder, model: string): ChosenWeights {
  const origin: WeightsOrigin = { by: "build", seed: unit.train?.seed ?? 0, model };
  const metadata = new Map([originEntry(origin)]);
  return { request: { weightsFile: { name, metadata }, fingerprint: model }, path: folder.at(name), origin };
}

/** Weights that fit may still be those of a model that computes something else. */
function changed(
  path: string,
  origin: WeightsOrigin | undefined,
  model: string,
): Pick<ChosenWeights, "madeForAnother"> {
  return origin?.model === undefined || origin.model === model ? {} : { madeForAnother: path };
}

interface ReadFile {
  readonly bytes: Buffer;
  readonly file: SafeTensorsFile;
  readonly checkpoint: Checkpoint;
}

function readWeightsFile(path: string): ReadFile {
  const bytes = Buffer.from(readFileBytes(path));
  const checkpoint = parseCheckpoint(bytes);
  if (!checkpoint.ok) throw new InputError(`${path}, ${checkpoint.error}`);
  const parsed = readSafetensors(bytes);
  return parsed.ok ? { bytes, file: parsed.file, checkpoint: checkpoint.value } : fault(`${path} was read before`);
}
