import { asNumber } from "../dims/dim.ts";
import type { RawField } from "../ir/program.ts";
import { elementAt } from "../support/element-at.ts";
import { mapConcurrently } from "../support/map-concurrently.ts";
import { failure, success, type Result } from "../support/result.ts";
import { showName } from "../support/show-text.ts";
import { defineSource, type SourceFiles } from "./define-source.ts";
import { unreadable } from "./file-problems.ts";
import { findFiles } from "./find-files.ts";
import { emptyBand, logMelOf, silence } from "./log-mel.ts";
import { namePattern, patternWanted } from "./name-pattern.ts";
import { parseWav, type Sound } from "./parse-wav.ts";
import { problem, type CellColumn, type CellTable, type Column, type DataProblem } from "./raw-data.ts";
import { readNameTable } from "./read-name-table.ts";
import { readingOf } from "./readings.ts";
import { showField } from "./show-raw-field.ts";

/** Sounds, and what their names or a table say of them. */
export const wav = defineSource({
  name: "wav",
  doc:
    "`raw.audio`: samples from -1 to 1 of WAV files of 8 to 32 bits or real numbers, channels mixed to one; or, as " +
    "`raw.audio -> log_mel(bands=80, window=25, hop=10)`, a [spectrogram](#readings). `path` is a file, a folder, or a " +
    "pattern, `clips/*.wav`; examples stand in the order of their paths. A clip is cut to the size that the feature " +
    "declares, `f32[64, 80]` or `f32[8000]`, or has silence behind it; as `f32[T, 80]` each has [its own length]" +
    "(#examples-of-varying-length). `name` says what the names of the files " +
    'mean: `name="{label}_{speaker}_{take}.wav"` gives `raw.label`, `raw.speaker` and `raw.take`, and ' +
    '`name="{label}/{clip}.wav"` a folder. `transcripts` is a CSV file with the columns `file` and `text`: it gives ' +
    "`raw.text`, and clips that it does not name are left out. All of these are numbers or words, read as the " +
    "cells of a table",
  arguments: {
    path: { kind: "string" },
    name: { kind: "string", default: "" },
    transcripts: { kind: "string", default: "" },
  },
  hasFolders: true,
  wrong: ({ name, transcripts }) => {
    const problem = patternWanted(name, ["audio", ...(transcripts === "" ? [] : ["text"])]);
    return problem === undefined ? undefined : { argument: "name", problem };
  },
  fields: ({ arguments: { name, transcripts } }) => {
    const cells = [...namePattern(name).fields, ...(transcripts === "" ? [] : ["text"])];
    return {
      kind: "listed",
      shapes: { audio: "declared", ...Object.fromEntries(cells.map((it) => [it, []])) },
      sounds: ["audio"],
      cells,
    };
  },
  load: async ({ arguments: { path, name, transcripts }, wanted, files, folders }) => {
    const found = findFiles(files, path, /\.wav$/i);
    if (found === undefined) return unreadable(files.placeOf(path), "there is no such folder");
    const { folder } = found;
    const own = found.paths.filter((it) => folders.length === 0 || folders.includes(firstOf(it)));
    if (own.length === 0) return failure(problem("MC6050", { path: folder, problem: "it holds no such WAV files" }));
    const texts = transcripts === "" ? undefined : await readTexts(files, transcripts, folder, own);
    if (texts?.ok === false) return texts;
    const paths = texts === undefined ? own : own.filter((it) => texts.value.has(it));
    const pattern = namePattern(name);
    const named = readNames(pattern.fields, paths, (it) => pattern.read(it), folder, name);
    if (!named.ok) return named;
    const places = paths.map((it) => `${folder}/${it}`);
    const spoken: CellColumn[] =
      texts === undefined ? [] : [{ name: "text", cells: paths.map((it) => texts.value.get(it)) }];
    const columns = [...named.value, ...spoken];
    const names = columns.map((it) => it.name);
    const table: CellTable = { kind: "table", names, columns, count: paths.length, from: folder, files: places };
    const sounds = wanted.filter((it) => (it.columns?.kind === "named" ? it.columns.name : it.name) === "audio");
    const heard = await readSounds(places, sounds, folder, files);
    if (!heard.ok) return heard;
    const parts = folders.length > 0 && { folders: paths.map(firstOf) };
    return success({ kind: "columns", columns: heard.value, table, ...parts });
  },
});

const firstOf = (path: string): string => path.split("/")[0] ?? "";

/** What the names of files say, in a column for each name of the pattern. */
function readNames(
  fields: readonly string[],
  paths: readonly string[],
  read: (path: string) => readonly string[] | undefined,
  folder: string,
  pattern: string,
): Result<readonly CellColumn[], DataProblem> {
  if (fields.length === 0) return success([]);
  const rows: (readonly string[])[] = [];
  for (const path of paths) {
    const row = read(path);
    const what = `its name does not fit \`${showName(pattern)}\``;
    if (row === undefined) return failure(problem("MC6050", { path: `${folder}/${path}`, problem: what }));
    rows.push(row);
  }
  return success(fields.map((name, at) => ({ name, cells: rows.map((it) => elementAt(it, at)) })));
}

/** What a table says of each file, by its path from the folder. */
async function readTexts(
  files: SourceFiles,
  transcripts: string,
  folder: string,
  paths: readonly string[],
): Promise<Result<ReadonlyMap<string, string>, DataProblem>> {
  const place = files.placeOf(transcripts);
  const rows = await readNameTable(files, place, ["file", "text"]);
  if (!rows.ok) return rows;
  const known = new Set(paths);
  const texts = new Map<string, string>();
  for (const { cells, line, columns } of rows.value) {
    const { file = "", text = "" } = cells;
    const trouble = texts.has(file) ? "has a text already" : known.has(file) ? undefined : `is no clip of ${folder}`;
    if (trouble !== undefined) {
      const at = { path: place, line, column: columns["file"] ?? 1 };
      return failure(problem("MC6004", { ...at, problem: `\`${showName(file)}\` ${trouble}` }));
    }
    texts.set(file, text);
  }
  return success(texts);
}

/** Reads the sounds that features want, each as it is to be read, and in the size that is declared. */
async function readSounds(
  places: readonly string[],
  fields: readonly RawField[],
  from: string,
  files: SourceFiles,
): Promise<Result<readonly Column[], DataProblem>> {
  if (fields.length === 0) return success([]);
  let rate: number | undefined;
  const heard = await mapConcurrently(places, 8, async (place): Promise<Result<Sound, DataProblem>> => {
    const bytes = await files.read(place);
    return bytes.ok ? parseWav(bytes.value, place) : bytes;
  });
  if (!heard.ok) return heard;
  for (const [at, sound] of heard.value.entries()) {
    rate ??= sound.rate;
    if (sound.rate === rate) continue;
    const what = `it has ${sound.rate} samples a second, and ${elementAt(places, 0)} has ${rate}`;
    return failure(problem("MC6050", { path: elementAt(places, at), problem: what }));
  }
  const columns: Column[] = [];
  for (const field of fields) {
    const column = soundColumn(heard.value, places, field, from);
    if (!column.ok) return column;
    columns.push(column.value);
  }
  return success(columns);
}

/** Sounds as one field: samples, or the frames of spectrograms, each as long as is declared. */
function soundColumn(
  sounds: readonly Sound[],
  places: readonly string[],
  field: RawField,
  from: string,
): Result<Column, DataProblem> {
  const dims = field.type.shape.map(asNumber);
  const reading = field.reading === undefined ? undefined : readingOf(field.reading);
  const spec = reading?.kind === "sound" ? reading.spectrum : undefined;
  const size = spec?.bands ?? 1;
  const { rate } = elementAt(sounds, 0);
  const found = spec === undefined ? "samples" : `frames x ${size}`;
  // Samples may have an axis of size 1 behind them, as layers over sequences take them.
  const fits =
    spec === undefined
      ? dims.length === 1 || (dims.length === 2 && dims[1] === 1)
      : dims.length === 2 && dims[1] === size;
  if (!fits) {
    const expected = dims.length === 0 ? "one number" : dims.map((it) => it ?? "any").join(" x ");
    return failure(problem("MC6005", { path: from, found, expected, field: showField(field) }));
  }
  const empty = spec && emptyBand(spec, { rate });
  if (empty !== undefined) {
    const what = `band ${empty} of ${size} hears nothing: a window of ${spec?.window ?? 0} ms at ${rate} samples a second does not tell so many apart`;
    return failure(problem("MC6050", { path: from, problem: what }, "Take fewer bands, or a longer window."));
  }
  if (spec && spec.hop * rate < 1000) {
    const what = `a hop of ${spec.hop} ms is less than one sample at ${rate} samples a second`;
    return failure(problem("MC6050", { path: from, problem: what }, "Take a longer hop, as `log_mel(hop=10)`."));
  }
  const made = spec && logMelOf(spec, rate, dims[0]);
  const clips = sounds.map((it) => (made === undefined ? it.samples : made(it.samples)));
  const lengths = clips.map((it) => it.length / size);
  const [declared] = dims;
  const length = declared ?? Math.max(...lengths);
  const shape = dims.length === 1 ? [length] : [length, size];
  const origin = { name: field.name, shape, from, files: places };
  if (declared === undefined) {
    const starts = new Int32Array(clips.length + 1);
    for (const [at, clip] of clips.entries()) starts[at + 1] = elementAt(starts, at) + clip.length;
    const data = new Float32Array(elementAt(starts, clips.length));
    for (const [at, clip] of clips.entries()) data.set(clip, elementAt(starts, at));
    return success({ ...origin, data, starts });
  }
  const data = new Float32Array(clips.length * length * size).fill(spec === undefined ? 0 : silence);
  for (const [at, clip] of clips.entries()) data.set(clip.subarray(0, length * size), at * length * size);
  return success({ ...origin, data });
}
