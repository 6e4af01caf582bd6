// Property tests draw the same examples for every mutant, and stop at the first that fails: nobody reads the smallest.
import fc from "fast-check";

fc.configureGlobal({ seed: 1, endOnFailure: true });
