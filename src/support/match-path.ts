/**
 * True where a dotted path fits a pattern: `**` stands for any number of segments (none included), `*` for one segment
 * or for part of one (`*norm*`). Everything else stands for itself.
 */
export function matchPath(pattern: string, path: string): boolean {
  return matchSegments(pattern.split("."), path.split("."));
}

/** The loop of a greedy matcher with one point of return: linear in practice, and never exponential. */
function matchSegments(pattern: readonly string[], path: readonly string[]): boolean {
  let at = 0;
  let place = 0;
  let star = -1;
  let resume = 0;
  while (place < path.length) {
    const wanted = pattern[at];
    if (wanted === "**") {
      star = at;
      at += 1;
      resume = place;
    } else if (wanted !== undefined && matchSegment(wanted, path[place] ?? "")) {
      at += 1;
      place += 1;
    } else if (star >= 0) {
      resume += 1;
      at = star + 1;
      place = resume;
    } else return false;
  }
  return pattern.slice(at).every((it) => it === "**");
}

function matchSegment(pattern: string, segment: string): boolean {
  const parts = pattern.split("*");
  const [first = ""] = parts;
  if (parts.length === 1) return pattern === segment;
  const last = parts[parts.length - 1] ?? "";
  if (!segment.startsWith(first) || !segment.endsWith(last) || segment.length < first.length + last.length)
    return false;
  let from = first.length;
  for (const part of parts.slice(1, -1)) {
    const found = segment.indexOf(part, from);
    if (found < 0) return false;
    from = found + part.length;
  }
  return from + last.length <= segment.length;
}
