import type { ColumnKind, FeatureLayout } from '../feature-rows.js';
import { type RmmOptions, rmmDefaults, rmmOptions, type SlotType } from './options.js';

/** The layout of a rapidity-mass matrix: 1 + all slots = size, size x size columns, row by row. */
export interface RmmLayout extends FeatureLayout {
  readonly options: RmmOptions;
  /** Rows of the matrix. */
  readonly size: number;
  /** First slot of each group of options.slots. */
  readonly firstSlots: readonly number[];
  /** "met", "j1", "b1", "e1", "mu1", ... by slot. */
  readonly slotNames: readonly string[];
}

const prefixes: Readonly<Record<SlotType, string>> = {
  jets: 'j',
  bjets: 'b',
  electrons: 'e',
  muons: 'mu',
  photons: 'g',
};

/** Lays out the matrix of the given options. Throws `features_option_invalid`. */
export function rmmLayout(given: Partial<RmmOptions> = {}): RmmLayout {
  const options = rmmOptions(given);
  const slotNames = ['met'];
  const firstSlots: number[] = [];
  const starts = new Set<number>();
  for (const { type, count } of options.slots) {
    firstSlots.push(slotNames.length);
    starts.add(slotNames.length);
    for (let k = 1; k <= count; k++) slotNames.push(`${prefixes[type]}${k}`);
  }
  const size = slotNames.length;
  const names: string[] = [];
  const kinds: ColumnKind[] = [];
  for (let row = 0; row < size; row++) {
    for (let column = 0; column < size; column++) {
      const [name, kind] = cell(slotNames, row, column, starts.has(row));
      names.push(name);
      kinds.push(kind);
    }
  }
  return {
    type: 'rmm',
    id: layoutId(options),
    columns: size * size,
    maskWords: Math.ceil(size / 32),
    names,
    kinds,
    slotGroups: options.slots.map(({ count }, group) => ({ first: firstSlots[group]!, count })),
    options,
    size,
    firstSlots,
    slotNames,
  };
}

function cell(slots: readonly string[], row: number, column: number, first: boolean): [string, ColumnKind] {
  if (row === 0) return column === 0 ? ['met', 'gev'] : [`mT(${slots[column]})`, 'gev'];
  if (column === 0) return [`hL(${slots[row]})`, 'rapidity'];
  if (row === column) return first ? [`eT(${slots[row]})`, 'gev'] : [`imbalance(${slots[row]})`, 'imbalance'];
  return row < column
    ? [`m(${slots[row]},${slots[column]})`, 'gev']
    : [`h(${slots[column]},${slots[row]})`, 'rapidity'];
}

/**
 * "rmm/thesis/T4N5/j6b6e5m5": convention, number of types and smallest multiplicity, the multiplicities;
 * behind them whatever differs from the convention's defaults.
 */
function layoutId(options: RmmOptions): string {
  const { convention, slots } = options;
  const counts = slots
    .map(({ type, count }) => `${type === 'muons' ? 'm' : prefixes[type]}${count}`)
    .join('');
  const smallest = Math.min(...slots.map(({ count }) => count));
  let id = `rmm/${convention}/T${slots.length}N${smallest}/${counts}`;
  const usual = rmmDefaults[convention];
  if (options.rapidityScale !== usual.rapidityScale) id += `/c${options.rapidityScale}`;
  if (options.sqrtSGev !== usual.sqrtSGev) id += `/sqrts${options.sqrtSGev}`;
  if (options.metMinGev !== usual.metMinGev) id += `/met${options.metMinGev}`;
  return id;
}
