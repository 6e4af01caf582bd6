/** A text as a cell without the blanks around it, undefined where it has no value: it is empty, or one of the marks of missing ones. */
export function markedCell(text: string, marks: ReadonlySet<string>): string | undefined {
  const cell = text.trim();
  return cell === "" || marks.has(cell) ? undefined : cell;
}
