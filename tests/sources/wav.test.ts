import { describe, expect, it } from "vitest";
import { parseWav } from "../../src/sources/parse-wav.ts";
import { checkFile } from "../lower/checking.ts";
import { openData, type Content } from "../runtime/data/open-data.ts";
import { numbersOf, openedData } from "./read-data.ts";
import { wavFile, type Written } from "./write-wav.ts";

describe("WAV", () => {
  it.each<readonly [what: string, stored: readonly number[], written: Written, expected: readonly number[]]>([
    ["8 bits without sign", [0, 128, 255], { bits: 8 }, [-1, 0, 127 / 128]],
    ["16 bits", [-32768, 0, 16384], {}, [-1, 0, 0.5]],
    ["24 bits", [-8388608, 1, 4194304], { bits: 24 }, [-1, 2 ** -23, 0.5]],
    ["32 bits", [-2147483648, 1, 2 ** 30], { bits: 32 }, [-1, 2 ** -31, 0.5]],
    ["real numbers of 32 bits", [0.5, -1.5], { format: 3, bits: 32 }, [0.5, -1.5]],
    ["real numbers of 64 bits", [0.1, -1], { format: 3, bits: 64 }, [0.1, -1]],
    ["two channels", [16384, 0, -32768, -32768], { channels: 2 }, [0.25, -1]],
    ["the extended form", [16384], { extended: true }, [0.5]],
    ["chunks before them, one of odd length", [16384], { before: { LIST: Uint8Array.of(1, 2, 3) } }, [0.5]],
    ["an unknown length", [16384, 0], { length: 0xffffffff }, [0.5, 0]],
  ])("reads %s", (_, stored, written, expected) => {
    const read = parseWav(wavFile(stored, written), "a.wav");
    expect(read.ok && [...read.value.samples]).toEqual(expected);
    expect(read.ok && read.value.rate).toBe(8000);
  });
});

const all = "split: train 1, by position";
const section = (source: string, features: string, split = all): string =>
  `  source: ${source}\n  ${split}\n  x: f32[] = raw.label * 1.0\n${features}`;
const tone = (level: number, length = 4): Uint8Array => wavFile(Array.from({ length }, () => level * 4096));

const noise = (length: number): Uint8Array =>
  wavFile(Array.from({ length }, (_, at) => Math.round(9000 * Math.sin(at * at))));

describe("clips", () => {
  it("have what their names say, as numbers and as words", async () => {
    const data = await openedData(
      section(
        'wav("clips/*.wav", name="{label}_{who}_{take}.wav")',
        "  who: class(2) = raw.who -> categories\n  take: i32[] = raw.take\n  audio: f32[4] = raw.audio",
      ),
      {
        "clips/7_ann_2.wav": tone(1),
        "clips/10_bob_1.wav": tone(2),
        "clips/7_bob_3.wav": tone(3),
        "clips/deeper/9_ann_1.wav": tone(7),
        "clips/notes.txt": "",
        "clips/.hidden.wav": "",
      },
    );
    expect(await numbersOf(data, "label")).toEqual([10, 7, 7]);
    expect(await numbersOf(data, "take")).toEqual([1, 2, 3]);
    expect(await numbersOf(data, "who.categories")).toEqual([1, 0, 1]);
    expect(data.dataset.vocabularies).toEqual({ "who.categories": ["ann", "bob"] });
    expect(await numbersOf(data, "audio")).toEqual([0.25, 0.125, 0.375].flatMap((it) => Array<number>(4).fill(it)));
  });

  it("are those of a folder and of all in it, whose names mean something as well", async () => {
    const data = await openedData(
      section('wav("clips", name="{label}/{clip}.wav")', "  audio: f32[1, 1] = raw.audio"),
      {
        "clips/2/a.wav": tone(1),
        "clips/1/b.WAV": "no sound",
        "clips/1/c.wav": tone(3),
        "clips/1/about.md": "",
      },
    ).catch((error: unknown) => String(error));
    expect(data).toBe("Error: MC6050 clips/1/b.WAV: its name does not fit `{label}/{clip}.wav`.");
  });

  it("are cut to the size that is declared, or have silence behind them", async () => {
    const files = { "c/1.wav": tone(1, 5), "c/2.wav": tone(2, 2) };
    const data = await openedData(section('wav("c", name="{label}.wav")', "  audio: f32[3, 1] = raw.audio"), files);
    expect(await numbersOf(data, "audio")).toEqual([0.125, 0.125, 0.125, 0.25, 0.25, 0]);
  });

  it("are spectrograms, with the logarithm of silence behind them", async () => {
    const files = { "c/1.wav": noise(400), "c/2.wav": noise(100) };
    const features = "  frames: f32[5, 4] = raw.audio -> log_mel(bands=4, window=10, hop=12.5)";
    const data = await openedData(section('wav("c", name="{label}.wav")', features), files);
    const made = (await numbersOf(data, "audio.log_mel")).map(Number);
    const quiet = Math.fround(Math.log(1e-10));
    expect(made.map((it) => it === quiet)).toEqual([
      ...Array<boolean>(20).fill(false),
      ...Array<boolean>(8).fill(false),
      ...Array<boolean>(12).fill(true),
    ]);
    const one = await openedData(
      section(
        'wav("c/1.wav", name="{label}.wav")',
        "  frames: f32[T, 4] = raw.audio -> log_mel(bands=4, window=10, hop=12.5)",
      ),
      files,
    );
    expect((await numbersOf(one, "audio.log_mel")).map(Number)).toEqual(made.slice(0, 20));
  });

  it("have texts of a table, and are left out where it has none", async () => {
    const data = await openedData(
      `  source: wav("c", transcripts="c.csv")\n  ${all}\n  x: f32[] = raw.audio[:, 0]\n  audio: f32[1] = raw.audio\n  text: class(2) = raw.text -> categories`,
      {
        "c/a.wav": tone(1),
        "c/b.wav": tone(2),
        "c/c.wav": tone(3),
        "c.csv": 'file,text\nc.wav,"yes, sir"\na.wav,no\n',
      },
    );
    expect(await numbersOf(data, "audio")).toEqual([0.125, 0.375]);
    expect(await numbersOf(data, "text.categories")).toEqual([0, 1]);
    expect(data.dataset.vocabularies).toEqual({ "text.categories": ["no", "yes, sir"] });
  });

  it("may lie in folders that are splits", async () => {
    const data = await openedData(
      section(
        'wav("c", name="{label}.wav")',
        "  audio: f32[1] = raw.audio",
        'split: train from "a", test from "b", by position',
      ),
      { "c/a/1.wav": tone(1), "c/a/2.wav": tone(2), "c/b/3.wav": tone(3), "c/z/4.wav": tone(4) },
    );
    expect([await numbersOf(data, "label"), await numbersOf(data, "label", "test")]).toEqual([[1, 2], [3]]);
  });

  it.each<readonly [given: string, wanted: string]>([
    ['name="{label}_{label}.wav"', "a pattern whose names differ: `label` stands in it twice"],
    ['name="{audio}_{label}.wav"', "a pattern of other names than `audio`, which `raw.audio` has already"],
    ['name="{text}.wav", transcripts="t.csv"', "a pattern of other names than `text`, which `raw.text` has already"],
    ['name="{label}{take}.wav"', "a pattern with something between its names, that one ends where another begins"],
    ...["{a label}.wav", "{}.wav", "{label.wav", "label}.wav", "{1st}.wav"].map(
      (it) =>
        [
          `name="${it}"`,
          "a pattern with names in braces, of letters, digits and `_`, as `{label}_{take}.wav`",
        ] as const,
    ),
  ])("have names by a pattern that is one: %s", (given, wanted) => {
    const [first, ...others] = checkFile(`data D {\n  source: wav("c", ${given})\n  x: f32[4] = raw.audio\n}\n`);
    const [written] = /"[^"]*"/.exec(given) ?? [];
    expect(others).toEqual([]);
    expect(`${first?.code ?? ""} ${first?.message ?? ""}`).toBe(
      `MC4006 \`name\` of \`wav\` must be ${wanted}, not ${written ?? ""}.`,
    );
  });

  const said = (features: string): readonly string[] =>
    checkFile(`data D {\n  source: wav("c", name="{label}.wav")\n  ${features}\n}\n`).map((it) =>
      `${it.code} ${it.message} ${it.help ?? ""}`.trim(),
    );

  it.each<readonly [features: string, message: string]>([
    ["x: f32[4] = raw.sound", "MC4004 `raw.sound` is no field of wav. There are `raw.audio`, `raw.label`."],
    [
      "x: f32[4, 8] = raw.label -> log_mel(bands=8)",
      "MC4089 `log_mel` has no place here: `raw.label` is no sound. It is for the `raw.audio` of `wav`.",
    ],
    [
      "x: f32[4, 8] = raw.audio -> log_mel(bands=0)",
      "MC4006 `bands` of `log_mel` must be a whole number of at least 1 and of at most 1024, not `0`.",
    ],
    [
      "x: f32[4, 8] = raw.audio -> log_mel(window=0)",
      "MC4006 `window` of `log_mel` must be a number above 0 and of at most 1000, not `0`.",
    ],
    [
      "x: f32[4, 8] = raw.audio -> log_mel(window=1e9)",
      "MC4006 `window` of `log_mel` must be a number above 0 and of at most 1000, not `1000000000`.",
    ],
    [
      "x: f32[4, 8] = raw.audio -> log_mel(mels=8)",
      "MC4005 `log_mel` does not take the argument `mels`; it takes `bands`, `window`, `hop`.",
    ],
    [
      "x: f32[4, 8] = raw.audio -> impute(0) -> log_mel",
      "MC4089 `impute` has no place here: a sound has no missing cells. Leave it out.",
    ],
  ])("are read as what they are: %s", (features, message) => {
    expect(said(features)).toEqual([message]);
  });
});

describe("what cannot be heard is told by its path", () => {
  const good = tone(1, 400);
  it.each<readonly [what: string, content: Content, said: string]>([
    ["no folder", {}, "MC6001 I cannot read c: there is no such folder."],
    ["no clips", { "c/a.mp3": "x" }, "MC6050 c: it holds no such WAV files."],
    ["an empty file", { "c/1.wav": "" }, "MC6002 c/1.wav is damaged at byte 0: the file is empty."],
    [
      "another format",
      { "c/1.wav": good, "c/2.wav": "ID3 and no sound" },
      "MC6001 I cannot read c/2.wav: it is no WAV file, which begins with RIFF and WAVE.",
    ],
    [
      "a clip that is cut",
      { "c/1.wav": good.subarray(0, 300) },
      "MC6002 c/1.wav is damaged at byte 300: the file ends here, but its samples go on to byte 844.",
    ],
    [
      "a description that is cut",
      { "c/1.wav": good.subarray(0, 30) },
      "MC6002 c/1.wav is damaged at byte 12: the description of its samples is cut off.",
    ],
    [
      "no samples",
      { "c/1.wav": good.subarray(0, 36) },
      "MC6002 c/1.wav is damaged at byte 36: the file ends before its samples.",
    ],
    ["none of them", { "c/1.wav": wavFile([]) }, "MC6001 I cannot read c/1.wav: it has no samples."],
    [
      "no channels",
      { "c/1.wav": wavFile([1], { channels: 0 }) },
      "MC6002 c/1.wav is damaged at byte 44: it has 0 channels and 8000 samples a second.",
    ],
    [
      "samples without a description",
      { "c/1.wav": Buffer.concat([good.subarray(0, 12), good.subarray(36)]) },
      "MC6002 c/1.wav is damaged at byte 12: its samples come before the description of them.",
    ],
    [
      "MP3 in a WAV file",
      { "c/1.wav": wavFile([1], { format: 0x55 }) },
      "MC6001 I cannot read c/1.wav: its samples are compressed as MP3. Save it as 16-bit PCM.",
    ],
    [
      "mu-law",
      { "c/1.wav": wavFile([1], { format: 7, bits: 8 }) },
      "MC6001 I cannot read c/1.wav: its samples are compressed as mu-law. Save it as 16-bit PCM.",
    ],
    [
      "40 bits",
      { "c/1.wav": wavFile([1], { bits: 40 }) },
      "MC6001 I cannot read c/1.wav: its samples have the format 1 of 40 bits. Save it as 16-bit PCM.",
    ],
    [
      "a sample that is none",
      { "c/1.wav": wavFile([0, NaN], { format: 3, bits: 32 }) },
      "MC6001 I cannot read c/1.wav: its sample 1 is no finite number.",
    ],
    [
      "another rate",
      { "c/1.wav": good, "c/2.wav": wavFile([1], { rate: 16000 }) },
      "MC6050 c/2.wav: it has 16000 samples a second, and c/1.wav has 8000.",
    ],
    [
      "a word",
      { "c/1.wav": good, "c/x/y.wav": good, "c/z": "" },
      "MC6012 c/x/y.wav: `y` in column `label` is not a number. Read words with `raw.label -> categories`.",
    ],
    [
      "bands that hear nothing",
      { "c/1.wav": good },
      "MC6050 c: band 0 of 8 hears nothing: a window of 1 ms at 8000 samples a second does not tell so many apart. Take fewer bands, or a longer window.",
    ],
    [
      "a step of no sample",
      { "c/1.wav": good },
      "MC6050 c: a hop of 0.1 ms is less than one sample at 8000 samples a second. Take a longer hop, as `log_mel(hop=10)`.",
    ],
  ])("%s", async (what, content, said) => {
    const window = what === "bands that hear nothing" ? 1 : 10;
    const hop = what === "a step of no sample" ? 0.1 : 10;
    const features = `  frames: f32[4, 8] = raw.audio -> log_mel(bands=8, window=${window}, hop=${hop})`;
    expect(await openData(section('wav("c", name="{label}.wav")', features), content)).toBe(said);
  });

  it.each<readonly [type: string, said: string]>([
    [
      "f32[4, 7] = raw.audio -> log_mel(bands=8)",
      "MC6005 c holds frames x 8 for each example, but raw.audio is used as 4 x 7.",
    ],
    [
      "f32[32] = raw.audio -> log_mel(bands=8)",
      "MC6005 c holds frames x 8 for each example, but raw.audio is used as 32.",
    ],
    ["f32[4, 2] = raw.audio", "MC6005 c holds samples for each example, but raw.audio is used as 4 x 2."],
  ])("a feature of another shape: %s", async (type, said) => {
    const content = { "c/1.wav": good, "c/2.wav": tone(1, 300) };
    expect(await openData(section('wav("c", name="{label}.wav")', `  a: ${type}`), content)).toBe(said);
  });

  it.each<readonly [what: string, table: string, said: string]>([
    ["a clip that is not there", "file,text\n1.wav,a\n2.wav,b\n", "MC6004 c.csv:3:1: `2.wav` is no clip of c."],
    ["a clip twice", "text,file\na,1.wav\nb,1.wav\n", "MC6004 c.csv:3:2: `1.wav` has a text already."],
    [
      "another column",
      "file,words\n1.wav,a\n",
      "MC6007 c.csv has no column `text`. Its first line names its columns: file,text are wanted, and it has `file`, `words`.",
    ],
  ])("transcripts: %s", async (_, table, said) => {
    const text = `  source: wav("c", transcripts="c.csv")\n  ${all}\n  x: f32[] = raw.audio[:, 0]\n  audio: f32[1] = raw.audio`;
    expect(await openData(text, { "c/1.wav": good, "c.csv": table })).toBe(said);
  });
});
