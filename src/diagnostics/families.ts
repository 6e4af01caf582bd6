/** What the codes with one first digit are about. */
interface Family {
  readonly digit: string;
  readonly title: string;
  readonly note: string;
}

/** The families of codes, `MC1xxx` first. */
export const families: readonly Family[] = [
  { digit: "1", title: "Syntax", note: "The text of a file." },
  { digit: "2", title: "Names", note: "Declarations, imports, names and arguments." },
  { digit: "3", title: "Types and shapes", note: "What values are, and which sizes fit." },
  { digit: "4", title: "Training", note: "`data`, `train`, `test` and `budget` sections." },
  { digit: "5", title: "Targets", note: "What cannot be compiled." },
  {
    digit: "6",
    title: "Data",
    note: "Found when data are loaded: files beside the spec decide whether the examples yield them.",
  },
  { digit: "7", title: "Configuration", note: "`modelc.config.json`; the examples are such files." },
];
