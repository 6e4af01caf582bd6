import type { Split } from "../../ir/program.ts";
import { showName, showText } from "../../support/show-text.ts";
import { formatCount } from "../format-figures.ts";
import { formatShare } from "../format-share.ts";
import type { ColumnReport } from "./describe-column.ts";
import type { DataReport, LabelReport } from "./describe-data.ts";
import type { NumbersFigures } from "./describe-numbers.ts";
import { encodePng } from "./encode-png.ts";
import { className } from "./class-name.ts";
import { associationText, gapText, headLines, quotedBlank, readingText, shortNumber } from "./print-data.ts";
import type { ImageSamples } from "./sample-images.ts";
import { pageStyle } from "./page-style.ts";

/** A report on data as one page that needs nothing else: no scripts, and images within it. */
export function pageOfData(report: DataReport, samples: readonly ImageSamples[]): string {
  const { section, training, notes, columns, label } = report;
  const sections = [
    notes.length === 0 ? "" : `<section class="notes"><h2>Worth a look</h2>${list(notes)}</section>`,
    splitTable(report),
    label === undefined ? "" : labelSection(label, report),
    ...samples.map(sampleSection),
    `<section><h2>Columns</h2>${columns.some((it) => it.label !== undefined) ? measures : ""}<div class="cards">${columns.map((it) => card(it, report)).join("\n")}</div></section>`,
  ];
  const [head = "", ...more] = headLines(report);
  return [
    "<!doctype html>",
    '<html lang="en"><head><meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    `<title>${text(section)}: the data of ${text(training)}</title>`,
    `<style>${pageStyle}</style></head><body><main>`,
    `<h1>${text(section)}</h1><p>${text(head)}${more.map((it) => `<br>${text(it)}`).join("")}</p>`,
    ...sections.filter((it) => it !== ""),
    "</main></body></html>",
    "",
  ].join("\n");
}

const measures =
  '<p class="more">How far a column tells the label, of 1: r is the correlation of numbers (Pearson), eta the root of the ' +
  "share of a number\u2019s variance that lies between classes or words, V that of classes and words (Cram\u00e9r).</p>";

/** Text that a page shows as it is. */
function text(it: string): string {
  return it.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}

const list = (items: readonly string[]): string => `<ul>${items.map((it) => `<li>${text(it)}</li>`).join("")}</ul>`;

/** A table; the cells of its rows are HTML, those behind the first are numbers. */
function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const headCells = head.map((it) => `<th scope="col">${text(it)}</th>`).join("");
  const body = rows.map(([first = "", ...cells]) => {
    return `<tr><th scope="row">${first}</th>${cells.map((it) => `<td>${it}</td>`).join("")}</tr>`;
  });
  return `<div class="wide"><table><thead><tr>${headCells}</tr></thead><tbody>${body.join("\n")}</tbody></table></div>`;
}

function splitTable({ splits }: DataReport): string {
  if (splits.length === 0) return "";
  const rows = splits.map((it) => [it.split, formatCount(it.examples), shareBar(it.share)]);
  return `<section><h2>Splits</h2>${table(["split", "examples", "share"], rows)}</section>`;
}

/** A share as a bar with its percentage. */
function shareBar(share: number): string {
  const width = (share * 100).toFixed(2);
  return `<span class="share"><span class="track"><span style="width:${width}%"></span></span>${formatShare(share)}</span>`;
}

const splitsOf = ({ splits }: DataReport): readonly Split[] => splits.map((it) => it.split);

function labelSection({ name, classes, numbers }: LabelReport, report: DataReport): string {
  const splits = splitsOf(report);
  if (classes === undefined) {
    const rows = splits.flatMap((split) => {
      const it = numbers?.[split];
      if (it === undefined) return [];
      return [[split, ...[it.mean, it.deviation, it.min, it.median, it.max].map(shortNumber), histogram(it, 160)]];
    });
    const head = ["split", "mean", "deviation", "min", "median", "max", ""];
    return `<section><h2>What is predicted: ${text(name)}</h2>${table(head, rows)}</section>`;
  }
  const totals = new Map(splits.map((split) => [split, classes.reduce((sum, it) => sum + (it.counts[split] ?? 0), 0)]));
  const rows = classes.map((it) => [
    text(className(it.name)),
    ...splits.map((split) => {
      const [count, all] = [it.counts[split] ?? 0, totals.get(split) ?? 0];
      return `${shareBar(all === 0 ? 0 : count / all)} <span class="count">${formatCount(count)}</span>`;
    }),
  ]);
  return `<section><h2>What is predicted: ${text(name)}</h2>${table(["class", ...splits], rows)}</section>`;
}

function sampleSection({ feature, mode, images }: ImageSamples): string {
  const when = mode === "training" ? ", as the first epoch of training has it" : "";
  const shown = images.map((it, at) => {
    const data = Buffer.from(encodePng(it)).toString("base64");
    return `<img alt="example ${at} of ${text(feature)}" width="96" src="data:image/png;base64,${data}">`;
  });
  return `<section><h2>${text(feature)}${when}</h2><div class="samples">${shown.join("")}</div></section>`;
}

/** What there is to say of one column. */
function card(column: ColumnReport, report: DataReport): string {
  const { numbers, words, label } = column;
  const told =
    label === undefined ? "" : `<dt>with ${text(report.label?.name ?? "")}</dt><dd>${associationText(label)}</dd>`;
  const figures =
    numbers === undefined
      ? ""
      : [
          ["mean", numbers.mean],
          ["deviation", numbers.deviation],
          ["25%", numbers.quarter],
          ["median", numbers.median],
          ["75%", numbers.threeQuarters],
        ]
          .map(([name, value]) => `<dt>${name ?? ""}</dt><dd>${shortNumber(Number(value))}</dd>`)
          .join("");
  const shape = numbers !== undefined ? histogram(numbers, 280, "ends") : words === undefined ? "" : wordBars(column);
  return [
    `<article><h3>${text(showName(column.name))} <small>${text(readingText(column))}</small></h3>`,
    shape,
    `<dl>${figures}${told}${gapItems(column, report)}</dl></article>`,
  ].join("\n");
}

function gapItems({ gaps }: ColumnReport, report: DataReport): string {
  const all = gaps.all ?? { missing: 0, of: 0 };
  if (all.missing === 0) return "";
  const bySplit = splitsOf(report).flatMap((split) => {
    const it = gaps[split];
    return it === undefined ? [] : [`${split} ${gapText(it) || "0"}`];
  });
  return `<dt>missing</dt><dd>${gapText(all)}${bySplit.length === 0 ? "" : `<br><small>${bySplit.join(", ")}</small>`}</dd>`;
}

const barHeight = 64;

/** A histogram as a drawing; with its `ends` written below it. */
function histogram({ histogram: counts, min, max, byWhole }: NumbersFigures, width: number, ends?: "ends"): string {
  const most = Math.max(...counts);
  const each = width / counts.length;
  const bars = counts.map((count, at) => {
    const height = count === 0 ? 0 : Math.max(1, (count / most) * barHeight);
    const place = `x="${(at * each).toFixed(1)}" y="${(barHeight - height).toFixed(1)}"`;
    const [from, to] = [at, at + 1].map((it) =>
      shortNumber(min * (1 - it / counts.length) + max * (it / counts.length)),
    );
    const where = byWhole ? shortNumber(min + at) : `${from} to ${to}`;
    const title = `<title>${where}: ${formatCount(count)}</title>`;
    return `<rect ${place} width="${Math.max(1, each - 1).toFixed(1)}" height="${height.toFixed(1)}">${title}</rect>`;
  });
  const size = `viewBox="0 0 ${width} ${barHeight}" width="${width}" height="${barHeight}"`;
  const drawing = `<svg ${size} role="img" aria-label="how the numbers are spread">${bars.join("")}</svg>`;
  if (ends === undefined) return drawing;
  return `${drawing}<div class="ends"><span>${shortNumber(min)}</span><span>${shortNumber(max)}</span></div>`;
}

/** So many words of a column are drawn. */
const shownWords = 8;

function wordBars({ words }: ColumnReport): string {
  if (words === undefined) return "";
  const rows = words.frequent.slice(0, shownWords).map(({ word, count }) => {
    return `<tr><th scope="row" title="${text(showText(word, 200))}">${text(quotedBlank(word))}</th><td>${shareBar(count / words.count)}</td><td class="count">${formatCount(count)}</td></tr>`;
  });
  const more = words.different - rows.length;
  const single = words.single === 0 ? "" : `, ${formatCount(words.single)} in one row alone`;
  const rest = more > 0 ? `${formatCount(more)} more words${single}` : "";
  return `<table class="words"><tbody>${rows.join("\n")}</tbody></table>${rest === "" ? "" : `<p class="more">${text(showText(rest))}</p>`}`;
}
