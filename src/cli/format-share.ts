/** `20%`; what is not nothing is `under 1%`, and what is not all `over 99%`. */
export function formatShare(share: number): string {
  if (share > 0 && share < 0.01) return "under 1%";
  return share < 1 && share > 0.99 ? "over 99%" : `${Math.round(share * 100)}%`;
}
