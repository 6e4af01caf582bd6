import { pathToFileURL } from "node:url";
import type * as Tokenizers from "@huggingface/tokenizers";
import type { Tokenizer } from "../../sources/define-source.ts";
import { unreadable } from "../../sources/file-problems.ts";
import type { NumberText } from "../../sources/number-text.ts";
import type { DataProblem } from "../../sources/raw-data.ts";
import { decodeText } from "../../support/decode-text.ts";
import { failure, success, type Result } from "../../support/result.ts";
import { showName, showText } from "../../support/show-text.ts";
import { importModule } from "../import-module.ts";
import { missingPackages, resolvePackage } from "../resolve-package.ts";
import { readBytes } from "./read-file.ts";

/** Reads tokenizers. */
type TokenizerReader = (place: string) => Promise<Result<Tokenizer, DataProblem>>;

type Loaded = typeof Tokenizers | { readonly default: typeof Tokenizers };

/** The parts of a `tokenizer.json` that are looked at here. */
interface TokenizerFile {
  readonly model: { readonly type?: unknown; readonly unk_token?: unknown };
  readonly normalizer?: Step | null;
  readonly pre_tokenizer?: Step | null;
}

/** A step of a tokenizer, or a sequence of such. */
interface Step {
  readonly type?: string;
  readonly behavior?: string;
  readonly pattern?: { readonly String?: string };
  readonly normalizers?: readonly Step[];
  readonly pretokenizers?: readonly Step[];
}

/**
 * What reads the `tokenizer.json` of Hugging Face's tokenizers: by `@huggingface/tokenizers`, an optional peer of modelc,
 * from beside modelc or from a project.
 */
export function createTokenizerReader(project?: string): TokenizerReader {
  const name = "@huggingface/tokenizers";
  return async (place) => {
    const bytes = readBytes(place);
    if (!bytes.ok) return bytes;
    const file = parseFile(bytes.value);
    if (!file.ok) return unreadable(place, file.error);
    const entry = resolvePackage(name, project);
    if (entry === undefined) return unreadable(place, missingPackages("reading a tokenizer", [name], project));
    const loaded = (await importModule(pathToFileURL(entry).href)) as Loaded;
    // Of a module of CommonJS, what it exports may not be known by name.
    const { Tokenizer } = "Tokenizer" in loaded ? loaded : loaded.default;
    const { model } = file.value;
    const cuts = stepsOf(file.value.pre_tokenizer);
    const other = cuts.find((it) => cutsOtherwise(it, stepsOf(file.value.normalizer)));
    if (other !== undefined) {
      const what = `${showName(other.type ?? "")} with the behavior ${showName(other.behavior ?? "")}`;
      return unreadable(place, `the package ${name} numbers otherwise than Python does what is cut by ${what}`);
    }
    try {
      // What stands for unknown pieces is asked of a second file; here the first one says it.
      const made = new Tokenizer(file.value, typeof model.unk_token === "string" ? { unk_token: model.unk_token } : {});
      const vocabulary: string[] = [];
      for (const [token, number] of made.get_vocab()) vocabulary[number] = token;
      const isAscii = cuts.some((it) => it.type === "Whitespace");
      const pieces = model.type === "Unigram" ? piecesOf : (text: string) => [text];
      return success({
        vocabulary: Array.from(vocabulary, (it) => it ?? ""),
        numbers: numberWith(made, pieces, isAscii),
      });
    } catch (error) {
      return unreadable(place, `the package ${name} does not know such a tokenizer: ${messageOf(error)}`);
    }
  };
}

function parseFile(bytes: Uint8Array): Result<TokenizerFile, string> {
  const text = decodeText(bytes);
  if (!text.ok) return text;
  let file: unknown;
  try {
    file = JSON.parse(text.value);
  } catch (error) {
    return failure(`it is no JSON: ${messageOf(error)}`);
  }
  return isTokenizerFile(file)
    ? success(file)
    : failure("it is no `tokenizer.json` of Hugging Face's tokenizers, which has a `model` with its vocabulary");
}

const stepsOf = (step: Step | null | undefined): readonly Step[] =>
  step === null || step === undefined
    ? []
    : [step, ...(step.normalizers ?? []), ...(step.pretokenizers ?? [])].flatMap((it) =>
        it === step ? [it] : stepsOf(it),
      );

/** Whether the package leaves out how a step joins what it cuts by with what is beside it, and something may be there to join. */
function cutsOtherwise({ type, behavior, pattern }: Step, normalizers: readonly Step[]): boolean {
  if (behavior === undefined || behavior === "Isolated" || (behavior === "Removed" && type === "Split")) return false;
  const sign = pattern?.String;
  return sign === undefined || !normalizers.some((it) => it.type === "Replace" && it.pattern?.String === sign);
}

const isTokenizerFile = (it: unknown): it is TokenizerFile =>
  typeof it === "object" && it !== null && "model" in it && typeof it.model === "object" && it.model !== null;

function numberWith(
  tokenizer: Tokenizers.Tokenizer,
  pieces: (text: string) => readonly string[],
  isAscii: boolean,
): NumberText {
  return (text) => {
    const strange = isAscii ? /[^\0-\x7f]/u.exec(text)?.[0] : undefined;
    if (strange !== undefined)
      return failure(
        `has \`${showName(strange)}\`, which a tokenizer that cuts by \`Whitespace\` numbers otherwise here than in Python: only ASCII is read with it`,
      );
    const found: number[] = [];
    try {
      for (const piece of pieces(text)) {
        const { ids, tokens } = tokenizer.encode(piece, { add_special_tokens: false });
        const lost = ids.findIndex((it) => !Number.isInteger(it));
        if (lost !== -1)
          return failure(`has \`${showName(tokens[lost] ?? "")}\`, for which the tokenizer has no number`);
        for (const id of ids) found.push(id);
      }
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      return failure("is too long without a blank for this tokenizer");
    }
    return success(Int32Array.from(found));
  };
}

/** So many characters are numbered at once, where a text may be cut. */
const atOnce = 20_000;

/**
 * A text in pieces that begin with a blank behind something else, where tokens of `Unigram` begin as well: the package
 * takes none of more than some hundred thousand tokens at once.
 */
function piecesOf(text: string): readonly string[] {
  const pieces: string[] = [];
  let start = 0;
  while (text.length - start > atOnce) {
    const cut = /\S /g;
    cut.lastIndex = start + atOnce;
    const found = cut.exec(text);
    if (found === null) break;
    pieces.push(text.slice(start, found.index + 1));
    start = found.index + 1;
  }
  return [...pieces, text.slice(start)];
}

const messageOf = (error: unknown): string => showText(error instanceof Error ? error.message : String(error), 160);
