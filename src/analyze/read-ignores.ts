import { catalog } from "../diagnostics/catalog.ts";
import type { Collector } from "../diagnostics/collector.ts";
import type { Ignore } from "../diagnostics/ignores.ts";
import { elementAt } from "../support/element-at.ts";
import { nearest } from "../support/nearest.ts";
import { inFile, lineStarts, positionAt, type Span } from "../support/source.ts";
import type { Comment, File } from "../syntax/ast.ts";

const opening = /^#\s*modelc-ignore(?![\w-])/;

/** What is nearly that, of a comment that names a code. */
const nearlyOpening = /^#+[!\s]*modelc[\s_:-]*(?:ignore|disable|suppress|noqa)[\w-]*(?=[\s:,(]*\[?MC\d)/i;

/** The ignore comments of a file. What is wrong with them is reported; what they say all the same, they mean. */
export function readIgnores({ comments }: File, collector: Collector): readonly Ignore[] {
  return comments.flatMap((it) => readIgnore(it, collector) ?? []);
}

function readIgnore({ text, span }: Comment, collector: Collector): Ignore | undefined {
  const [begin] = opening.exec(text) ?? [];
  if (begin === undefined) {
    reportNearly(text, span, collector);
    return undefined;
  }
  const rest = text.slice(begin.length);
  const [named = ""] = /^(?:[\s,]*[a-z]{0,3}\d+)*/i.exec(rest) ?? [];
  const reason = rest.slice(named.length).trim();
  const words = [...named.matchAll(/[^\s,]+/g)].map(({ 0: code, index }) => {
    const start = span.start + begin.length + index;
    return { code, span: { file: span.file, start, end: start + code.length } };
  });
  const codes = words.filter((it) => isWarning(it.code, it.span, collector));
  const [first = "MC2004"] = words.map(({ code }) => code);
  const problem =
    words.length === 0
      ? "This comment does not say which warning it silences"
      : !reason.startsWith(":") && reason !== ""
        ? "A colon is missing before the reason"
        : reason.replace(":", "").trim() === ""
          ? `This comment does not say why \`${first}\` may be ignored`
          : undefined;
  if (problem !== undefined)
    collector.report("MC1050", span, { problem }, { help: `Write \`# modelc-ignore ${first}: the reason\`.` });
  return codes.length === 0 ? undefined : { span, line: lineOf(span), codes };
}

/** A comment that is nearly one that silences, and silences nothing: `## modelc-ignore MC2004: reason`. */
function reportNearly(text: string, span: Span, collector: Collector): void {
  const [begin] = nearlyOpening.exec(text) ?? [];
  if (begin === undefined) return;
  const problem = `\`${begin}\` silences nothing: what silences begins with \`# modelc-ignore\``;
  const edit = {
    span: { file: span.file, start: span.start, end: span.start + begin.length },
    text: "# modelc-ignore",
  };
  collector.report("MC1050", span, { problem }, { fix: { title: "write `# modelc-ignore`", edits: [edit] } });
}

/** Whether a word is the code of a warning; false after a report. */
function isWarning(code: string, span: Span, collector: Collector): boolean {
  const severity = Object.entries(catalog).find(([known]) => known === code)?.[1].severity;
  if (severity === "warning") return true;
  if (severity === "error") {
    const problem = `\`${code}\` is an error, and no comment silences errors`;
    collector.report("MC1050", span, { problem }, { help: `\`modelc explain ${code}\` says what to do about it.` });
    return false;
  }
  const near = nearest(code, Object.keys(catalog));
  const meant = near?.toLowerCase() === code.toLowerCase() ? near : undefined;
  collector.report(
    "MC1050",
    span,
    { problem: `There is no code \`${code}\`` },
    meant === undefined
      ? { help: "The code stands in the brackets of a report: `warning[MC2004]`." }
      : { fix: { title: `change to ${meant}`, edits: [{ span, text: meant }] }, help: `Did you mean \`${meant}\`?` },
  );
  return false;
}

/** The line of which a comment speaks: its own where code stands before it, else the next with code. */
function lineOf(comment: Span): number | undefined {
  const { file, start } = inFile(comment);
  const { text } = file;
  const starts = lineStarts(file);
  let { line } = positionAt(file, start);
  if (text.slice(elementAt(starts, line - 1), start).trim() !== "") return line;
  do line += 1;
  while (line <= starts.length && /^\s*(#|$)/.test(text.slice(elementAt(starts, line - 1), starts[line])));
  return line > starts.length ? undefined : line;
}
