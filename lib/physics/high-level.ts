import { invariant } from '../base/error.js';
import type { FeatureRows } from './feature-rows.js';
import { PatternTable } from './patterns.js';
import type { RmmLayout } from './rmm/layout.js';
import type { SlotType } from './rmm/options.js';

/** Types in the order of the names below; photons, of which inputs have none, are left out everywhere. */
const types: readonly SlotType[] = ['jets', 'bjets', 'electrons', 'muons'];

/** What `HighLevelKernel` writes, in its order: log(1 + x) of each of these. */
export const highLevelNames: readonly string[] = [
  'met',
  'mll',
  'eT(j1)',
  'eT(b1)',
  'eT(e1)',
  'eT(mu1)',
  'max_mT',
  'max_lepton_mT',
  'max_m',
  '10_max_h',
  '10_max_hL',
  'n_j',
  'n_b',
  'n_e',
  'n_mu',
];
export const highLevelCount = highLevelNames.length;

/** Where in its block a row of one slot mask has its objects. */
interface BlockPlan {
  /** Rows of the block: the occupied slots and met. */
  readonly width: number;
  /** Objects of each type. */
  readonly counts: Int32Array;
  /** Row of the first object of each type in the block, 0 where there is none. */
  readonly firsts: Int32Array;
  /** Rows of all objects, those of leptons behind `leptons`. */
  readonly objects: Int32Array;
  readonly leptons: number;
}

/**
 * The 15 high-level features of matrix rows (docs/physics.md, 5): what neighbours and distances are
 * measured in. Read from the block form, with one plan for each slot mask; nothing is allocated per event.
 */
export class HighLevelKernel {
  readonly #layout: RmmLayout;
  readonly #patterns: PatternTable;
  readonly #plans: BlockPlan[] = [];
  readonly #gev: number;

  constructor(layout: RmmLayout) {
    this.#layout = layout;
    this.#patterns = new PatternTable(layout.columns, layout.maskWords);
    this.#gev = layout.options.sqrtSGev > 0 ? layout.options.sqrtSGev : 1;
  }

  /**
   * Writes rows x 15 values, row by row, from out[at] on. Computed in float64, stored as float32.
   * @param mll invariant mass of the two hardest good leptons in GeV, one a row; NaN counts as 0
   */
  fill(features: FeatureRows, mll: Float32Array, out: Float32Array, at = 0): void {
    const { rows, columns, maskWords, masks, offsets, values } = features;
    invariant(
      columns === this.#layout.columns && maskWords === this.#layout.maskWords,
      `rows of ${columns} columns met a high-level kernel of ${this.#layout.columns}`,
    );
    invariant(
      mll.length >= rows && out.length >= at + rows * highLevelCount,
      'mll or the output is too short',
    );
    for (let row = 0; row < rows; row++) {
      const pattern = this.#patterns.id(masks, row * maskWords);
      this.#plans[pattern] ??= planOf(this.#layout, masks, row * maskWords);
      const to = at + row * highLevelCount;
      writeRow(this.#plans[pattern]!, values, offsets[row]!, mll[row]!, this.#gev, out, to);
    }
  }
}

function planOf({ options, firstSlots }: RmmLayout, masks: Uint32Array, at: number): BlockPlan {
  const counts = new Int32Array(types.length);
  const firsts = new Int32Array(types.length);
  const rows: number[][] = types.map(() => []);
  let width = 1;
  options.slots.forEach(({ type, count }, group) => {
    const which = types.indexOf(type);
    for (let k = 0; k < count; k++) {
      const slot = firstSlots[group]! + k;
      if (((masks[at + (slot >>> 5)]! >>> (slot & 31)) & 1) === 0) continue;
      if (which >= 0) rows[which]!.push(width);
      width += 1;
    }
  });
  rows.forEach((found, which) => {
    counts[which] = found.length;
    firsts[which] = found[0] ?? 0;
  });
  const objects = Int32Array.from(rows.flat());
  return { width, counts, firsts, objects, leptons: counts[0]! + counts[1]! };
}

function writeRow(
  { width, counts, firsts, objects, leptons }: BlockPlan,
  values: Float32Array,
  base: number,
  mll: number,
  gev: number,
  out: Float32Array,
  to: number,
): void {
  let transverse = 0;
  let leptonTransverse = 0;
  let mass = 0;
  let rapidity = 0;
  let longitudinal = 0;
  for (let i = 0; i < objects.length; i++) {
    const row = objects[i]!;
    const mT = values[base + row]!;
    if (mT > transverse) transverse = mT;
    if (i >= leptons && mT > leptonTransverse) leptonTransverse = mT;
    const hL = values[base + row * width]!;
    if (hL > longitudinal) longitudinal = hL;
    for (let j = 0; j < i; j++) {
      const other = objects[j]!;
      // Masses are above the diagonal and h below it, whatever the order of the types.
      const low = row < other ? row : other;
      const high = row < other ? other : row;
      const m = values[base + low * width + high]!;
      if (m > mass) mass = m;
      const h = values[base + high * width + low]!;
      if (h > rapidity) rapidity = h;
    }
  }
  out[to] = Math.log1p(gev * values[base]!);
  out[to + 1] = mll > 0 ? Math.log1p(mll) : 0;
  for (let type = 0; type < types.length; type++) {
    const first = firsts[type]!;
    out[to + 2 + type] = first === 0 ? 0 : Math.log1p(gev * values[base + first * (width + 1)]!);
    out[to + 11 + type] = Math.log1p(counts[type]!);
  }
  out[to + 6] = Math.log1p(gev * transverse);
  out[to + 7] = Math.log1p(gev * leptonTransverse);
  out[to + 8] = Math.log1p(gev * mass);
  out[to + 9] = Math.log1p(10 * rapidity);
  out[to + 10] = Math.log1p(10 * longitudinal);
}
