import { writeFileSync } from "node:fs";
import { grammarArtefacts } from "./grammar-artefacts.ts";

for (const [path, text] of Object.entries(grammarArtefacts())) {
  writeFileSync(path, text);
  console.log(`wrote ${path}`);
}
