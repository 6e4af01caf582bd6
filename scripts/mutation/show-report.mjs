// What a mutation run found, for a person to read.

/** How many mutants each group had, and what became of them; timeouts are killed, as a test would never end. */
export function tableOf(results) {
  const rows = results.map(({ group, seconds, files }) => rowOf(group, seconds, mutantsOf(files)));
  const all = results.flatMap(({ files }) => mutantsOf(files));
  const total = rowOf(
    "all",
    results.reduce((sum, { seconds }) => sum + seconds, 0),
    all,
  );
  const head = ["group", "mutants", "killed", "timeout", "survived", "not covered", "score", "seconds"];
  const lines = [head, head.map(() => "---"), ...rows, total];
  return lines.map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

function rowOf(name, seconds, mutants) {
  const count = (status) => mutants.filter((it) => it.status === status).length;
  const [killed, timeout, survived, missed] = [
    count("Killed"),
    count("Timeout"),
    count("Survived"),
    count("NoCoverage"),
  ];
  const valid = killed + timeout + survived + missed;
  const score = valid === 0 ? "-" : `${((100 * (killed + timeout)) / valid).toFixed(1)}%`;
  return [name, valid, killed, timeout, survived, missed, score, seconds.toFixed(0)];
}

/** The mutants that no test noticed, each with its place, what stood there, and what stood there instead. */
export function survivorsOf(results) {
  return results
    .flatMap(({ files }) => mutantsOf(files))
    .filter(({ status }) => status === "Survived" || status === "NoCoverage")
    .map(({ place, status, mutatorName, original, replacement }) => {
      const how = status === "NoCoverage" ? "not covered" : "survived";
      return `${place} ${how} (${mutatorName})\n  - ${oneLine(original)}\n  + ${oneLine(replacement)}`;
    })
    .join("\n");
}

function mutantsOf(files) {
  return Object.entries(files).flatMap(([path, { source, mutants }]) =>
    mutants.map((it) => ({
      ...it,
      place: `${path}:${it.location.start.line}:${it.location.start.column}`,
      original: textAt(source, it.location),
    })),
  );
}

/** The text of a place whose lines and columns count from 1. */
function textAt(source, { start, end }) {
  const lines = source.split("\n").slice(start.line - 1, end.line);
  const last = lines.length - 1;
  return lines
    .map((it, index) => it.slice(index === 0 ? start.column - 1 : 0, index === last ? end.column - 1 : undefined))
    .join("\n");
}

function oneLine(text) {
  const line = text.replace(/\s+/g, " ");
  return line.length > 200 ? `${line.slice(0, 200)}...` : line;
}
