// A file of tests that a mutant keeps from being loaded, as where a table at its top throws, has no test that could fail, and
// Stryker asks tests alone: such a file gets one.

export class UnloadedFiles {
  onInit(vitest) {
    this.state = vitest.state;
  }

  onTestRunEnd() {
    for (const file of this.state.getFiles()) {
      if (file.tasks.length > 0 || file.result?.state !== "fail") continue;
      const { id, result } = file;
      file.tasks.push({ type: "test", id: `${id}_load`, name: "is loaded", mode: "run", file, suite: file, result });
    }
  }
}
