import type { Program } from "../../analyze/program.ts";
import { createCollector } from "../../diagnostics/collector.ts";
import { hasErrors, type Findings } from "../../diagnostics/findings.ts";
import type { ProgramFile } from "../../std/program-file.ts";
import type { ConstDeclaration } from "../../syntax/ast.ts";
import { createElaborator } from "../elaborator.ts";
import { sectionContext } from "./section-context.ts";

/**
 * What is wrong with a constant by itself, whether anything uses it or not. A call may be a value, as `sum([2, 3])` is, or
 * a function with arguments bound, as `leaky_relu(0.2)` is: which one is wanted is known where it is used, and one will do.
 */
export function lowerConstant(program: Program, file: ProgramFile, { name, value }: ConstDeclaration): Findings {
  const attempt = (recipe: boolean): Findings => {
    const collector = createCollector();
    const elaborator = createElaborator(program, collector);
    elaborator.rules.expression(sectionContext(elaborator, file, name.text), value, { recipe });
    return { found: collector.found, saysNames: collector.saysNames };
  };
  const bound = attempt(true);
  return hasErrors(bound) && !hasErrors(attempt(false)) ? { found: [], saysNames: false } : bound;
}
