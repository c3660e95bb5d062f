import type { FeatureLayout, FeatureRows } from '../../lib/physics/feature-rows.js';

/**
 * What no featurizer of that layout writes as slot masks and block sizes; the answer names the first such row.
 * Tables of patterns grow with every mask they meet, so one that cannot be never reaches them.
 * @param isWhole true where a row holds its whole block, false where it may hold a part of it (scaled rows)
 */
export function slotProblem(layout: FeatureLayout, rows: FeatureRows, isWhole: boolean): string | undefined {
  const { offsets, masks } = rows;
  const { maskWords, slotGroups, columns } = layout;
  for (let row = 0; row < rows.rows; row++) {
    const found = offsets[row + 1]! - offsets[row]!;
    let expected = columns;
    if (maskWords > 0) {
      const objects = occupiedSlots(masks, row * maskWords, maskWords, slotGroups);
      if (objects < 0) return `row ${row} has a slot mask that no event has`;
      expected = (objects + 1) ** 2;
    }
    if (isWhole ? found !== expected : found > expected)
      return `row ${row} holds ${found} values of ${expected}`;
  }
  return undefined;
}

/** Occupied slots beside met; -1 where met is missing, a type is filled with a gap or a slot is none. */
function occupiedSlots(
  masks: Uint32Array,
  at: number,
  words: number,
  groups: FeatureLayout['slotGroups'],
): number {
  let objects = 0;
  for (let g = 0; g < groups.length; g++) {
    const { first, count } = groups[g]!;
    let filled = 0;
    while (filled < count && isSet(masks, at, first + filled)) filled++;
    objects += filled;
  }
  let bits = 0;
  for (let word = 0; word < words; word++) bits += bitCount(masks[at + word]!);
  return isSet(masks, at, 0) && bits === objects + 1 ? objects : -1;
}

function isSet(masks: Uint32Array, at: number, slot: number): boolean {
  return ((masks[at + (slot >>> 5)]! >>> (slot & 31)) & 1) === 1;
}

function bitCount(word: number): number {
  let bits = word - ((word >>> 1) & 0x55555555);
  bits = (bits & 0x33333333) + ((bits >>> 2) & 0x33333333);
  return Math.imul((bits + (bits >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
