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
export { applyFixes, type FixedText } from "./diagnostics/apply-fixes.ts";
export { renderText, type RenderOptions } from "./diagnostics/render.ts";
export { formats, type Format, type FormatName } from "./diagnostics/formats.ts";
export { createReport, type FormatOptions, type Report, type Trouble } from "./diagnostics/report.ts";
export { toJsonReport, type JsonDiagnostic, type JsonPlace, type JsonReport } from "./diagnostics/formats/json.ts";
export { formatSource } from "./format/format.ts";
export type { Manifest, ManifestGraph, ManifestInput, ManifestOutput } from "./emit/onnx/manifest.ts";
export { readSafetensors, writeSafetensors } from "./support/safetensors.ts";
export type { SafeTensor, SafeTensorsFile, SafeTensorsResult } from "./support/safetensors.ts";
export { positionAt } from "./support/source.ts";
export type { Position, SourceFile, Span } from "./support/source.ts";
export { version } from "./support/version.ts";
