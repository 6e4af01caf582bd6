/** What the build runs to put the parsed standard library into the bundles. */
export { librarySyntaxTrees } from "../src/std/library.ts";
