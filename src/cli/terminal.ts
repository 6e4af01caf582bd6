import { showText } from "../support/show-text.ts";

/** Where a command writes, and what may be written there. */
export interface Terminal {
  /** Writes to standard output; `colored` where the text may have modelc's own colours. */
  out(text: string, colored?: boolean): void;
  error(text: string): void;
  /** Whether errors may be coloured. */
  readonly color: boolean;
  /** Whether standard output may be coloured. */
  readonly outColor: boolean;
  /** Whether progress may be redrawn in place. */
  readonly interactive: boolean;
}

/** A terminal that is sent no control characters but newlines and modelc's own colours, whatever was forgotten before. */
export function guardTerminal(terminal: Terminal): Terminal {
  return {
    out: (text, colored = false) => terminal.out(showControls(text, colored), colored),
    error: (text) => terminal.error(showControls(text, terminal.color)),
    get color() {
      return terminal.color;
    },
    get outColor() {
      return terminal.outColor;
    },
    get interactive() {
      return terminal.interactive;
    },
  };
}

function showControls(text: string, color: boolean): string {
  return text.replace(/[^\P{Cc}\n]/gu, (character, at: number) => {
    const isColor = character === "\u001b" && color && /^\[\d+(;\d+)*m/.test(text.slice(at + 1, at + 12));
    return isColor ? character : showText(character);
  });
}
