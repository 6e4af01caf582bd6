import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";

/** Names under which Chromium and its kin are on a search path. */
const names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/** Where Debian and others put it, whatever the search path. */
const places = [
  ...names.map((name) => join("/usr/bin", name)),
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
];

/** The path of a Chromium: `CHROME_PATH` where it is set, else one that is installed; undefined where there is none. */
export function findChromium(environment: NodeJS.ProcessEnv = process.env): string | undefined {
  const { CHROME_PATH: given, PATH: search = "" } = environment;
  if (given !== undefined && given !== "") return existsSync(given) ? given : undefined;
  const onPath = search.split(delimiter).flatMap((folder) => names.map((name) => join(folder, name)));
  return [...places, ...onPath].find((path) => existsSync(path));
}
