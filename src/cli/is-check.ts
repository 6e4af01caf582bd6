/** Whether a command line is `modelc check`, and not a question for its help: that has a quick start of its own. */
export function isCheck([command, ...rest]: readonly string[]): boolean {
  return command === "check" && !rest.some((it) => it === "--help" || it === "-h");
}
