// Prints the figures of the test runner's own report as `N passed, N failed[, N skipped]`; fails where there are none.
import { readFileSync } from "node:fs";

const [path] = process.argv.slice(2);
let report;
try {
  report = JSON.parse(readFileSync(path, "utf8"));
} catch {
  console.error("The test runner left no report.");
  console.log("0 passed, 1 failed");
  process.exit(1);
}
const skipped = report.numPendingTests + report.numTodoTests;
const failed =
  report.numFailedTests +
  report.testResults.filter((it) => it.status === "failed" && it.assertionResults.length === 0).length;
console.log(`${report.numPassedTests} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`);
process.exit(failed === 0 && report.numPassedTests > 0 ? 0 : 1);
