// Each process of the tests notes the sites that it reaches, once each.
import { appendFileSync } from "node:fs";
import { join } from "node:path";

const reached = new Set();
globalThis.reachSite = (id) => {
  if (reached.has(id)) return;
  reached.add(id);
  appendFileSync(join(".cache", "sites", String(process.pid)), `${id}\n`);
};
