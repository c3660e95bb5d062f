import type { FeatureRows } from '../feature-rows.js';
import type { PatternTable } from '../patterns.js';
import type { RmmLayout } from '../rmm/layout.js';
import type { ScaledFlavours } from './scale-leptons.js';

/**
 * The thesis' reduced form of pT scaling: only e_T of the first electron and of the first muon is multiplied,
 * and the imbalance of the second of each follows; masses, m_T, h and all else stay as they were. Changes the values.
 * @param patterns of the layout; kept from block to block
 */
export function scaleLeptonCells(
  rows: FeatureRows,
  patterns: PatternTable,
  layout: RmmLayout,
  flavours: ScaledFlavours,
  factor: number,
): void {
  const wanted = ['electrons', 'muons'].filter((type) => flavours === 'both' || type === `${flavours}s`);
  const firsts = layout.options.slots
    .map(({ type, count }, group) => ({ type, count, slot: layout.firstSlots[group]! }))
    .filter(({ type }) => wanted.includes(type))
    .map(({ count, slot }) => ({
      first: cellOf(layout, slot),
      second: count > 1 ? cellOf(layout, slot + 1) : -1,
    }));
  const { offsets, values } = rows;
  for (let row = 0; row < rows.rows; row++) {
    const columns = patterns.patterns[patterns.id(rows.masks, row * rows.maskWords)]!;
    for (const { first, second } of firsts) {
      const place = columns.indexOf(first);
      if (place < 0) continue;
      values[offsets[row]! + place]! *= factor;
      const next = columns.indexOf(second);
      if (next >= 0) values[offsets[row]! + next] = scaledImbalance(values[offsets[row]! + next]!, factor);
    }
  }
}

function cellOf({ size }: RmmLayout, slot: number): number {
  return slot * size + slot;
}

/** (f E1 - E2) / (f E1 + E2) from (E1 - E2) / (E1 + E2), which gives E2 / E1. */
function scaledImbalance(imbalance: number, factor: number): number {
  const ratio = (1 - imbalance) / (1 + imbalance);
  return (factor - ratio) / (factor + ratio);
}
