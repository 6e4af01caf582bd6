/** A pattern of paths as a regular expression over the path with a dot at its end. */
export function pathRegExp(pattern: string): string {
  const segments = pattern.split(".").map((segment) => {
    if (segment === "**") return "(?:[^.]+\\.)*";
    return `${segment.replace(/[$()+?[\\\]^{|}]/g, "\\$&").replaceAll("*", "[^.]*")}\\.`;
  });
  return `^${segments.join("")}$`;
}
