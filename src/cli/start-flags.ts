/** What V8 is asked for before a short command runs, by the major versions of Node that know it. */
const flags: readonly { readonly from: number; readonly to: number; readonly names: readonly string[] }[] = [
  {
    from: 20,
    to: 20,
    names: ["--interrupt-budget=4000000", "--interrupt-budget-factor-for-feedback-allocation=32"],
  },
  {
    from: 22,
    to: 26,
    names: [
      "--invocation-count-for-feedback-allocation=32",
      "--invocation-count-for-early-optimization=1200",
      "--invocation-count-for-maglev=24000",
      "--invocation-count-for-maglev-osr=6000",
      "--invocation-count-for-turbofan=100000",
      "--invocation-count-for-osr=20000",
    ],
  },
];

/**
 * The flags that make V8 compile later. By default it watches functions after a few calls and optimises those that run for
 * a few milliseconds, on other threads, which costs a third of a whole check and is done when the check is. What runs for
 * long is optimised all the same. Versions of Node that may lack a flag get none: they would complain.
 */
export function startFlags(major: number): readonly string[] {
  return flags.find(({ from, to }) => major >= from && major <= to)?.names ?? [];
}
