// The quickest file of tests first: a mutant is killed by the first test that fails, and no other runs then.
import { relative } from "node:path";
import { BaseSequencer } from "vitest/node";

const durations = new Map();

export class ShortestFirst extends BaseSequencer {
  async sort(files) {
    for (const { moduleId, project } of files) {
      const key = `${project.name}:${relative(this.ctx.config.root, moduleId)}`;
      // A file that was left after its first failure, or not run at all, was no shorter for that.
      const last = this.ctx.cache.getFileTestResults(key)?.duration ?? 0;
      durations.set(moduleId, Math.max(last, durations.get(moduleId) ?? 0));
    }
    return files.toSorted((a, b) => durations.get(a.moduleId) - durations.get(b.moduleId));
  }
}
