import { elementAt } from "./element-at.ts";
/** Damerau-Levenshtein distance (optimal string alignment) between two words. */
function editDistance(a: string, b: string): number {
  const width = b.length + 1;
  const table = new Uint16Array((a.length + 1) * width);
  const at = (i: number, j: number): number => elementAt(table, i * width + j);
  for (let i = 0; i <= a.length; i++) table[i * width] = i;
  for (let j = 0; j <= b.length; j++) table[j] = j;
  for (let i = 1; i <= a.length; i++) {
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      let best = Math.min(at(i - 1, j) + 1, at(i, j - 1) + 1, at(i - 1, j - 1) + same);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) best = Math.min(best, at(i - 2, j - 2) + 1);
      table[i * width + j] = best;
    }
  }
  return at(a.length, b.length);
}

const sorted = (word: string): string => [...word].sort().join("");
const undigited = (word: string): string => word.replace(/\d/g, "0");
const single = (word: string): string => word.replace(/(.)\1/g, "$1");

/** So many names are few: of a choice that a person has before their eyes, another letter is a slip in short words too. */
const few = 12;

/** How many slips two words may be apart and still be one: one in three letters of the shorter one. */
function slipsAllowed(a: string, b: string, amongFew: boolean): number {
  const shorter = Math.min(a.length, b.length);
  // In short words letters are swapped, doubled or lost; among many another letter makes another word, but no other digit.
  if (shorter === 2) return sorted(a) === sorted(b) || single(a) === single(b) ? 1 : 0;
  if (shorter <= 4 && !amongFew && a.length === b.length && sorted(a) !== sorted(b) && undigited(a) !== undigited(b))
    return 0;
  return Math.floor(shorter / 3);
}

/**
 * The candidate that a misspelt word most likely meant, or nothing where none is near: of a word of one letter nothing is.
 * Case counts for little, and the first letter for more than others.
 */
export function nearest(word: string, candidates: Iterable<string>): string | undefined {
  let found: string | undefined;
  let least = Infinity;
  const small = word.toLowerCase();
  const all = [...candidates];
  for (const candidate of all) {
    if (candidate === word) continue;
    const other = candidate.toLowerCase();
    // Of words too far apart in length, most of them all, nothing is computed.
    const [shorter, longer] = small.length < other.length ? [small, other] : [other, small];
    if (longer.length - shorter.length > Math.max(1, shorter.length / 3)) continue;
    const allowed = slipsAllowed(small, other, all.length <= few);
    const slips = other === small ? 0 : allowed === 0 ? Infinity : editDistance(small, other);
    if (slips > allowed) continue;
    const distance = slips + (other[0] === small[0] ? 0 : 0.5);
    if (distance < least) {
      least = distance;
      found = candidate;
    }
  }
  return found;
}
