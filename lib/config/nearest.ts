/**
 * Edits (insert, delete, replace, swap of neighbours) that turn `a` into `b`; optimal string alignment.
 * Letter case and the difference between - and _ cost nothing.
 */
export function editDistance(a: string, b: string): number {
  const left = a.toLowerCase().replaceAll('-', '_');
  const right = b.toLowerCase().replaceAll('-', '_');
  let beforeLast: number[] = [];
  let last = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (let i = 1; i <= left.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= right.length; j += 1) {
      const same = left[i - 1] === right[j - 1];
      let best = Math.min(last[j]! + 1, row[j - 1]! + 1, last[j - 1]! + (same ? 0 : 1));
      if (i > 1 && j > 1 && left[i - 1] === right[j - 2] && left[i - 2] === right[j - 1]) {
        best = Math.min(best, beforeLast[j - 2]! + 1);
      }
      row.push(best);
    }
    beforeLast = last;
    last = row;
  }
  return last[right.length]!;
}

/** Up to `count` of `known` that resemble `word`, the nearest first; equal ones in the order given. */
export function nearest(word: string, known: Iterable<string>, count = 1): string[] {
  const short = word.slice(0, 200);
  const limit = Math.max(1, Math.floor(short.length * 0.4));
  const found: { name: string; distance: number }[] = [];
  for (const name of known) {
    const inside = isAbbreviation(short, name) || isAbbreviation(name, short);
    if (!inside && Math.abs(name.length - short.length) > limit) continue;
    const edits = editDistance(short, name.slice(0, 200));
    // Letters left out, as in lep_pt for lepton_pt, are likelier than as many wrong ones; a whole word within
    // another, as met_et in met_et_nominal, is likelier still.
    const isWhole = inside && `_${name}_`.toLowerCase().includes(`_${short}_`.toLowerCase());
    const distance = isWhole ? Math.min(1, edits / 2) : inside ? edits / 2 : edits;
    if (inside || edits <= limit) found.push({ name, distance });
  }
  // Array.prototype.sort is stable, so ties keep their order.
  return found
    .sort((a, b) => a.distance - b.distance)
    .slice(0, count)
    .map((entry) => entry.name);
}

/** Whether `short` stands within `long`, or is made of its letters in their order, from the first one on. */
function isAbbreviation(short: string, long: string): boolean {
  const letters = short.toLowerCase();
  const word = long.toLowerCase();
  if (letters.length < 4 || letters.length >= word.length) return false;
  if (word.includes(letters)) return true;
  if (letters[0] !== word[0]) return false;
  let matched = 0;
  for (const letter of word) if (letter === letters[matched]) matched += 1;
  return matched === letters.length && letters.length * 2 >= word.length;
}

/** `; did you mean "epochs"?`, or nothing when no name is near. */
export function didYouMean(word: string, known: Iterable<string>): string {
  const [best] = nearest(word, known);
  return best === undefined ? '' : `; did you mean ${JSON.stringify(best)}?`;
}
