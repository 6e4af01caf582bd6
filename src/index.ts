/**
 * The library: what the command line does, for programs. It runs wherever JavaScript does; files are reached through a
 * {@link ProgramHost} alone. Training is not here: generated code and ONNX graphs train by themselves.
 */
export { checkSource, compile, createChecker } from "./compiler.ts";
export type { Checker, CheckOptions, Compilation, CompileRequest, Specialisation, Target } from "./compiler.ts";
export type { MissingImport, ProgramHost, UnreadableFile } from "./analyze/program.ts";
export { createMemoryHost, type PackageMap } from "./analyze/memory-host.ts";
export type { GivenValue } from "./lower/elaborate-model.ts";
export type { Diagnostic, Fix, Label, Severity } from "./diagnostics/diagnostic.ts";
export { renderJson, renderText, toJsonReport } from "./diagnostics/render.ts";
export type { JsonDiagnostic, JsonReport, RenderOptions } from "./diagnostics/render.ts";
export { renderSarif } from "./diagnostics/render-sarif.ts";
export { formatSource } from "./format/format.ts";
export type { Manifest, ManifestGraph, ManifestInput, ManifestOutput } from "./emit/onnx/manifest.ts";
export { readSafetensors, writeSafetensors } from "./support/safetensors.ts";
export type { SafeTensor, SafeTensorsFile, SafeTensorsResult } from "./support/safetensors.ts";
export { positionAt } from "./support/source.ts";
export type { Position, SourceFile, Span } from "./support/source.ts";
export { version } from "./support/version.ts";
