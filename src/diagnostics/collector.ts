import type { Span } from "../support/source.ts";
import type { Code, ParametersOf } from "./catalog.ts";
import type { Diagnostic } from "./diagnostic.ts";
import { hasErrors, tell, type Findings } from "./findings.ts";
import { withoutIgnored, type Ignore } from "./ignores.ts";
import { makeDiagnostic, type Extras } from "./make-diagnostic.ts";

/** Gathers what is found while one value is made, in the order of its report. */
export interface Collector extends Findings {
  report<C extends Code>(code: C, span: Span, parameters: ParametersOf<C>, extras?: Extras): void;
  /** Reports what is a diagnostic already. */
  add(diagnostic: Diagnostic): void;
  /** Takes over what was found in making a value that this one rests on. */
  take(other: Findings): void;
  /** Notes that what is reported says which names there are. */
  sayNames(): void;
  /** Leaves out of what is told the warnings that comments silence. */
  ignore(ignores: readonly Ignore[]): void;
  /** All of it as people read it. */
  readonly diagnostics: readonly Diagnostic[];
  readonly hasErrors: boolean;
}

/** An empty collector. */
export function createCollector(): Collector {
  const found: (Diagnostic | Findings)[] = [];
  const ignored: Ignore[] = [];
  let names = false;
  const findings: Findings = {
    found,
    get saysNames() {
      return names || found.some((it) => "found" in it && it.saysNames);
    },
  };
  return {
    found,
    get saysNames() {
      return findings.saysNames;
    },
    sayNames() {
      names = true;
    },
    report(code, span, parameters, extras) {
      found.push(makeDiagnostic(code, span, parameters, extras));
    },
    add(diagnostic) {
      found.push(diagnostic);
    },
    take(other) {
      found.push(other);
    },
    ignore(ignores) {
      ignored.push(...ignores);
    },
    get diagnostics() {
      return withoutIgnored(tell(findings), ignored);
    },
    get hasErrors() {
      return hasErrors(findings);
    },
  };
}
