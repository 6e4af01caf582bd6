import { existsSync, readFileSync } from "node:fs";
import type { ProgramHost } from "../analyze/program.ts";
import type { Diagnostic, Fix, Label } from "../diagnostics/diagnostic.ts";
import { hashText } from "../support/hash-text.ts";
import type { SourceFile, Span } from "../support/source.ts";
import { version } from "../support/version.ts";
import { defaultCache } from "./check-options.ts";
import { UsageError } from "./exit-code.ts";
import { writeFile } from "./files/write-file.ts";

/** What checks found before, to be found again where nothing that they read is another. */
export interface CheckCache {
  /**
   * What `find` finds in a file: as it was found before where the text of the file and all that it read are the same, and
   * else anew. `kind` says what is looked for, with all else that it depends on.
   */
  remember(kind: string, source: SourceFile, host: ProgramHost, find: (host: ProgramHost) => Found): Found;
  /** Writes what is known now, where it is not what was read. */
  save(): void;
}

type Found = readonly Diagnostic[];

/** A place: which of the files, from where to where. */
type KeptSpan = readonly [file: number, start: number, end: number];

interface KeptFix {
  readonly title: string;
  readonly edits: readonly { readonly span: KeptSpan; readonly text: string }[];
}

interface KeptDiagnostic extends Omit<Diagnostic, "span" | "labels" | "fix" | "unlessWrong"> {
  readonly span: KeptSpan;
  readonly labels: readonly { readonly span: KeptSpan; readonly message: string }[];
  readonly fix?: KeptFix;
}

/** What a check of one file read and found. Texts are kept themselves: no two of them could be taken for one another. */
interface Entry {
  readonly path: string;
  readonly text: number;
  /** What was read, with the number of its text, or what there was instead. */
  readonly reads: readonly (readonly [path: string, is: number | string])[];
  /** What imports meant: that too may change, as with another package. */
  readonly resolved: readonly (readonly [from: string, to: string, is: string])[];
  readonly files: readonly { readonly path: string; readonly text: number; readonly library?: true }[];
  readonly found: readonly KeptDiagnostic[];
}

interface Kept {
  readonly texts: readonly string[];
  readonly entries: Readonly<Record<string, Entry>>;
}

/** Opens the cache in a file. One that is damaged, or of another version, holds nothing. */
export function openCheckCache(location: string): CheckCache {
  const kept = readKept(location);
  const texts = [...kept.texts];
  const numbers = new Map(texts.map((text, at) => [text, at]));
  const numberOf = (text: string): number => {
    const known = numbers.get(text);
    if (known !== undefined) return known;
    numbers.set(text, texts.length);
    return texts.push(text) - 1;
  };
  const entries = new Map(Object.entries(kept.entries));
  const asked = new Set<string>();
  let isChanged = false;
  const files = new Map<string, SourceFile>();
  const fileOf = ({ path, text, library }: Entry["files"][number]): SourceFile => {
    const key = `${path}\n${text}`;
    const file = files.get(key) ?? { path, text: texts[text] ?? "", ...(library !== undefined && { library }) };
    files.set(key, file);
    return file;
  };
  /** What a read gives, in a form that is compared: the number of its text, or words that are none. */
  const shownRead = (read: ReturnType<ProgramHost["read"]>): number | string =>
    read === undefined ? "none" : "unreadable" in read ? `unreadable ${read.unreadable}` : numberOf(read.text);
  const isAsItWas = (entry: Entry, source: SourceFile, host: ProgramHost): boolean =>
    texts[entry.text] === source.text &&
    entry.resolved.every(([from, to, is]) => JSON.stringify(host.resolve(from, to)) === is) &&
    entry.reads.every(([path, is]) => {
      const read = host.read(path);
      if (read === undefined || "unreadable" in read || typeof is === "string") return shownRead(read) === is;
      return read.text === texts[is];
    });
  return {
    remember(kind, source, host, find) {
      const key = `${kind}\n${source.path}`;
      asked.add(key);
      const entry = entries.get(key);
      if (entry !== undefined && isAsItWas(entry, source, host)) {
        const of = entry.files.map(fileOf);
        return entry.found.map((it) => restored(it, of));
      }
      const reads = new Map<string, number | string>();
      const resolved = new Map<string, Entry["resolved"][number]>();
      const found = find({
        read(path) {
          const read = host.read(path);
          reads.set(path, shownRead(read));
          return read;
        },
        resolve(from, to) {
          const is = host.resolve(from, to);
          resolved.set(`${from}\n${to}`, [from, to, JSON.stringify(is)]);
          return is;
        },
      });
      const seen: SourceFile[] = [];
      const keptFound = found.map((it) => keptOf(it, seen));
      isChanged = true;
      entries.set(key, {
        path: source.path,
        text: numberOf(source.text),
        reads: [...reads],
        resolved: [...resolved.values()],
        files: seen.map(({ path, text, library }) => ({ path, text: numberOf(text), ...(library && { library }) })),
        found: keptFound,
      });
      return found;
    },
    save() {
      const left = [...entries].filter(([key, { path }]) => asked.has(key) || existsSync(path));
      if (!isChanged && left.length === entries.size) return;
      const body = JSON.stringify(compacted(texts, left));
      writeFile(location, `${heading(body)}\n${body}\n`);
    },
  };
}

/** The first line of a cache: what wrote it, and what its text must be. */
function heading(body: string): string {
  return `modelc ${version} cache ${hashText(body)}`;
}

function readKept(location: string): Kept {
  try {
    const [first = "", body = ""] = readFileSync(location, "utf8").split("\n");
    // What is as it was written is what was written.
    if (first === heading(body)) return JSON.parse(body) as Kept;
    // Nobody's file is written over for a slip in a name.
    if (location !== defaultCache && first !== "" && !first.startsWith("modelc "))
      throw new UsageError(`${location} is there, and is no cache of modelc: it is left as it is.`);
  } catch (error) {
    if (error instanceof UsageError) throw error;
    // There is none yet, or it cannot be read: it is made anew.
  }
  return { texts: [], entries: {} };
}

/** Entries with the texts that they need, and no others. */
function compacted(texts: readonly string[], entries: readonly (readonly [string, Entry])[]): Kept {
  const used = new Map<number, number>();
  const renumber = (text: number): number => {
    const number = used.get(text) ?? used.size;
    used.set(text, number);
    return number;
  };
  const renumbered = entries.map(([key, it]): readonly [string, Entry] => [
    key,
    {
      ...it,
      text: renumber(it.text),
      reads: it.reads.map(([path, is]) => [path, typeof is === "number" ? renumber(is) : is]),
      files: it.files.map((file) => ({ ...file, text: renumber(file.text) })),
    },
  ]);
  return { texts: [...used.keys()].map((it) => texts[it] ?? ""), entries: Object.fromEntries(renumbered) };
}

function keptOf({ span, labels, fix, unlessWrong: _, ...it }: Diagnostic, files: SourceFile[]): KeptDiagnostic {
  const kept = ({ file, start, end }: Span): KeptSpan => {
    const known = files.findIndex((other) => other.path === file.path && other.text === file.text);
    return [known === -1 ? files.push(file) - 1 : known, start, end];
  };
  const edits = fix?.edits.map((edit) => ({ ...edit, span: kept(edit.span) }));
  return {
    ...it,
    span: kept(span),
    labels: labels.map((label) => ({ ...label, span: kept(label.span) })),
    ...(fix !== undefined && edits !== undefined && { fix: { title: fix.title, edits } }),
  };
}

function restored({ span, labels, fix, ...it }: KeptDiagnostic, files: readonly SourceFile[]): Diagnostic {
  const spanOf = ([at, start, end]: KeptSpan): Span => ({ file: files[at] ?? { path: "", text: "" }, start, end });
  const restoredFix = fix && {
    title: fix.title,
    edits: fix.edits.map((edit): Fix["edits"][number] => ({ ...edit, span: spanOf(edit.span) })),
  };
  return {
    ...it,
    span: spanOf(span),
    labels: labels.map((label): Label => ({ ...label, span: spanOf(label.span) })),
    ...(restoredFix !== undefined && { fix: restoredFix }),
  };
}
