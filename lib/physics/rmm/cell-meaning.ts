import type { RmmLayout } from './layout.js';
import type { SlotType } from './options.js';

const singular: Readonly<Record<SlotType, string>> = {
  jets: 'light jet',
  bjets: 'b-jet',
  electrons: 'electron',
  muons: 'muon',
  photons: 'photon',
};

/** "MET", "light jet 1", "muon 2" by slot. */
export function slotMeanings({ options }: RmmLayout): string[] {
  const meanings = ['MET'];
  for (const { type, count } of options.slots)
    for (let number = 1; number <= count; number++) meanings.push(`${singular[type]} ${number}`);
  return meanings;
}

/** What every cell of a matrix measures, in words, row by row: "mass of electron 1 and muon 1". */
export function cellMeanings(layout: RmmLayout): string[] {
  const slots = slotMeanings(layout);
  const starts = new Set(layout.firstSlots);
  const meanings: string[] = [];
  for (let row = 0; row < layout.size; row++)
    for (let column = 0; column < layout.size; column++)
      meanings.push(cellMeaning(slots, row, column, starts, layout.options.convention === 'thesis-code'));
  return meanings;
}

function cellMeaning(
  slots: readonly string[],
  row: number,
  column: number,
  starts: ReadonlySet<number>,
  isThesisCode: boolean,
): string {
  if (row === 0 && column === 0) return 'missing transverse momentum';
  if (row === 0)
    return isThesisCode
      ? `transverse energy of ${slots[column]} (thesis code)`
      : `transverse mass of ${slots[column]} and MET`;
  if (column === 0) return `rapidity of ${slots[row]}`;
  if (row === column)
    return starts.has(row)
      ? `transverse energy of ${slots[row]}`
      : `imbalance of ${slots[row - 1]} and ${slots[row]}`;
  return row < column
    ? `mass of ${slots[row]} and ${slots[column]}`
    : `rapidity difference of ${slots[column]} and ${slots[row]}`;
}
