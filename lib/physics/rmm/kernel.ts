import type { Events, RaggedColumns } from '../events.js';
import type { FeatureBuffer } from '../feature-buffer.js';
import type { IndexList, Selected } from '../selection/selected.js';
import { halfAngle } from './half-angle.js';
import type { RmmLayout } from './layout.js';
import {
  differenceAt,
  fillObjects,
  firstAt,
  inverseAt,
  longitudinalAt,
  minusAt,
  plusAt,
  ptAt,
  shownAt,
  stride,
  sumAt,
  transverseAt,
  uAt,
  vAt,
} from './object-scratch.js';
import type { SlotType } from './options.js';

type IndexListView = Pick<IndexList, 'offsets' | 'items'>;

/** Our input has no photons: their slots stay empty. */
const photons: IndexListView = { offsets: new Int32Array(0), items: new Int32Array(0) };

/** The matrix featurizer of one layout, with the scratch space it needs. Not shared between threads. */
export class RmmKernel {
  readonly layout: RmmLayout;
  readonly #scratch: Float64Array;
  /** Slot mask of n objects of group g, at ((g * (largest + 1)) + n) * maskWords. */
  readonly #groupMasks: Uint32Array;
  readonly #largest: number;

  constructor(layout: RmmLayout) {
    this.layout = layout;
    this.#scratch = new Float64Array(layout.size * stride);
    const { slots } = layout.options;
    this.#largest = Math.max(...slots.map(({ count }) => count));
    this.#groupMasks = new Uint32Array(slots.length * (this.#largest + 1) * layout.maskWords);
    slots.forEach(({ count }, group) => {
      for (let objects = 0; objects <= count; objects++) {
        const at = (group * (this.#largest + 1) + objects) * layout.maskWords;
        for (let k = 0; k < objects; k++) {
          const slot = layout.firstSlots[group]! + k;
          this.#groupMasks[at + (slot >>> 5)]! |= 1 << (slot & 31);
        }
      }
    });
  }

  /**
   * Writes one row for each selected event into `out` and returns it: slot mask and the (n + 1) x (n + 1)
   * block of its occupied slots, row by row, so that dense columns ascend. Arithmetic in float64, stored float32.
   */
  fill(events: Events, selected: Selected, out: FeatureBuffer): FeatureBuffer {
    const lists = this.layout.options.slots.map(({ type }) => listOf(selected, type));
    this.#fillMasks(selected, lists, out);
    out.reserveValues(out.offsets[out.rows]!);
    this.#fillBlocks(events, selected, lists, out);
    return out;
  }

  /** Masks, offsets and the count of surplus objects. */
  #fillMasks(selected: Selected, lists: readonly IndexListView[], out: FeatureBuffer): void {
    const { columns, maskWords, options } = this.layout;
    const rows = selected.count;
    out.begin(rows, columns, maskWords);
    out.masks.fill(0, 0, rows * maskWords);
    // offsets hold the number of occupied slots first, then the running sum of its square.
    const { masks, offsets } = out;
    offsets.fill(1, 1, rows + 1);
    const groupMasks = this.#groupMasks;
    let surplus = 0;
    for (let group = 0; group < lists.length; group++) {
      const list = lists[group]!;
      if (list === photons) continue;
      const cap = options.slots[group]!.count;
      const base = group * (this.#largest + 1) * maskWords;
      for (let row = 0; row < rows; row++) {
        const found = list.offsets[row + 1]! - list.offsets[row]!;
        const kept = found > cap ? cap : found;
        surplus += found - kept;
        offsets[row + 1]! += kept;
        for (let word = 0; word < maskWords; word++) {
          masks[row * maskWords + word]! |= groupMasks[base + kept * maskWords + word]!;
        }
      }
    }
    for (let row = 0; row < rows; row++) {
      masks[row * maskWords]! |= 1;
      const width = offsets[row + 1]!;
      offsets[row + 1] = offsets[row]! + width * width;
    }
    out.surplus = surplus + unslotted(selected, lists);
  }

  #fillBlocks(events: Events, selected: Selected, lists: readonly IndexListView[], out: FeatureBuffer): void {
    const { slots, convention, sqrtSGev, metMinGev, rapidityScale } = this.layout.options;
    const scratch = this.#scratch;
    const sineEnergy = convention === 'map2rmm';
    const scale = sqrtSGev > 0 ? 1 / sqrtSGev : 1;
    const shape: BlockShape = {
      scale,
      rapidityScale,
      halfRapidity: convention !== 'thesis',
      singleRow: convention === 'thesis-code',
      needsMet: convention === 'map2rmm',
    };
    for (let row = 0; row < out.rows; row++) {
      const event = selected.index[row]!;
      const metSeen = events.met[event]!;
      const met = metSeen < metMinGev ? 0 : metSeen;
      // met is object 0: massless and without longitudinal momentum.
      halfAngle(events.metPhi[event]!, Math.sqrt(2 * met), scratch, uAt);
      let width = 1;
      for (let group = 0; group < lists.length; group++) {
        const list = lists[group]!;
        if (list === photons) continue;
        const type = slots[group]!.type;
        const source: RaggedColumns = type === 'jets' || type === 'bjets' ? events.jets : events.leptons;
        const start = list.offsets[row]!;
        const stop = Math.min(list.offsets[row + 1]!, start + slots[group]!.count);
        width = fillObjects(scratch, width, source, list.items, start, stop, sineEnergy);
      }
      writeBlock(scratch, width, met, shape, out.values, out.offsets[row]!);
    }
  }
}

interface BlockShape {
  readonly scale: number;
  readonly rapidityScale: number;
  /** h with half the rapidity difference. */
  readonly halfRapidity: boolean;
  /** Row 0 holds each object's own transverse mass instead of that with met. */
  readonly singleRow: boolean;
  /** m_T is 0 without met, rather than the object's mass. */
  readonly needsMet: boolean;
}

/** One (n + 1) x (n + 1) block at `base`; `width` = n + 1. */
function writeBlock(
  scratch: Float64Array,
  width: number,
  met: number,
  shape: BlockShape,
  values: Float32Array,
  base: number,
): void {
  const { scale, rapidityScale, halfRapidity } = shape;
  values[base] = met * scale;
  for (let i = 1; i < width; i++) {
    const at = i * stride;
    const rowStart = base + i * width;
    values[base + i] = transverseMass(scratch, at, met, shape);
    values[rowStart] = rapidityScale * scratch[at + longitudinalAt]!;
    const shown = scratch[at + shownAt]!;
    const before = scratch[at - stride + shownAt]!;
    values[rowStart + i] = scratch[at + firstAt] === 1 ? shown * scale : (before - shown) / (before + shown);
    const plus = scratch[at + plusAt]!;
    const minus = scratch[at + minusAt]!;
    const u = scratch[at + uAt]!;
    const v = scratch[at + vAt]!;
    const difference = scratch[at + differenceAt]!;
    const sum = scratch[at + sumAt]!;
    const halfInverse = 0.5 * scratch[at + inverseAt]!;
    let other = at + stride;
    let below = rowStart + width + i;
    for (let j = i + 1; j < width; j++) {
      const along = plus * scratch[other + minusAt]! - minus * scratch[other + plusAt]!;
      const across = u * scratch[other + vAt]! - v * scratch[other + uAt]!;
      const alongSquared = along * along;
      const squared =
        (difference + scratch[other + differenceAt]!) * (sum + scratch[other + sumAt]!) +
        alongSquared +
        across * across;
      values[rowStart + j] = squared > 0 ? Math.sqrt(squared) * scale : 0;
      // cosh(dy) - 1; and from it cosh(dy/2) - 1, by cosh(dy) + 1 = 2 cosh^2(dy/2).
      const rapidity = halfInverse * scratch[other + inverseAt]! * alongSquared;
      values[below] =
        rapidityScale * (halfRapidity ? (0.5 * rapidity) / (Math.sqrt(1 + 0.5 * rapidity) + 1) : rapidity);
      other += stride;
      below += width;
    }
  }
}

/** Row 0 of the object at `at`. */
function transverseMass(scratch: Float64Array, at: number, met: number, shape: BlockShape): number {
  if (shape.singleRow) return scratch[at + transverseAt]! * shape.scale;
  if (shape.needsMet && met === 0) return 0;
  const shown = scratch[at + shownAt]!;
  const pt = scratch[at + ptAt]!;
  const across = scratch[uAt]! * scratch[at + vAt]! - scratch[vAt]! * scratch[at + uAt]!;
  const squared = (shown - pt) * (shown + pt + 2 * met) + across * across;
  return squared > 0 ? Math.sqrt(squared) * shape.scale : 0;
}

function listOf(selected: Selected, type: SlotType): IndexListView {
  switch (type) {
    case 'jets':
      return selected.lightJets;
    case 'bjets':
      return selected.bJets;
    case 'electrons':
      return selected.electrons;
    case 'muons':
      return selected.muons;
    case 'photons':
      return photons;
  }
}

/** Objects of types that have no slot at all. */
function unslotted(selected: Selected, lists: readonly IndexListView[]): number {
  let count = 0;
  for (const list of [selected.lightJets, selected.bJets, selected.electrons, selected.muons]) {
    if (!lists.includes(list)) count += list.offsets[selected.count]!;
  }
  return count;
}
