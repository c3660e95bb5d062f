import type { Events } from '../events.js';
import type { FeatureBuffer } from '../feature-buffer.js';
import type { Selected } from '../selection/selected.js';
import { type BlockShape, fillMet, fillObjects, makeScratch, writeBlock } from './block.js';
import type { RmmLayout } from './layout.js';
import { groupMasks, type Source, sourcesOf, unslottedObjects } from './sources.js';

/** The matrix featurizer of one layout, with the scratch space it needs. Not shared between threads. */
export class RmmKernel {
  readonly layout: RmmLayout;
  readonly #scratch: Float64Array;
  readonly #groupMasks: readonly Uint32Array[];
  readonly #shape: BlockShape;

  constructor(layout: RmmLayout) {
    const { convention, sqrtSGev, rapidityScale } = layout.options;
    this.layout = layout;
    this.#scratch = makeScratch(layout.size);
    this.#groupMasks = groupMasks(layout);
    this.#shape = {
      scale: sqrtSGev > 0 ? 1 / sqrtSGev : 1,
      rapidityScale,
      halfRapidity: convention !== 'thesis',
      singleRow: convention === 'thesis-code',
      needsMet: convention === 'map2rmm',
    };
  }

  /**
   * Writes one row for each selected event into `out` and returns it: slot mask and the (n + 1) x (n + 1)
   * block of its occupied slots, row by row, so that dense columns ascend. Arithmetic in float64, stored float32.
   */
  fill(events: Events, selected: Selected, out: FeatureBuffer): FeatureBuffer {
    const { layout } = this;
    const sources = sourcesOf(layout, this.#groupMasks, events, selected);
    out.begin(selected.count, layout.columns, layout.maskWords);
    out.surplus = fillMasks(sources, out) + unslottedObjects(layout, selected);
    out.reserveValues(out.offsets[out.rows]!);
    this.#fillBlocks(events, selected, sources, out);
    return out;
  }

  #fillBlocks(events: Events, selected: Selected, sources: readonly Source[], out: FeatureBuffer): void {
    const { convention, metMinGev } = this.layout.options;
    const scratch = this.#scratch;
    const shape = this.#shape;
    const sineEnergy = convention === 'map2rmm';
    for (let row = 0; row < out.rows; row++) {
      const event = selected.index[row]!;
      const metSeen = events.met[event]!;
      const met = metSeen < metMinGev ? 0 : metSeen;
      fillMet(scratch, met, events.metPhi[event]!);
      let width = 1;
      for (let group = 0; group < sources.length; group++) {
        const { offsets, items, columns, cap } = sources[group]!;
        const start = offsets[row]!;
        const found = offsets[row + 1]! - start;
        if (found === 0) continue;
        const kept = found > cap ? cap : found;
        fillObjects(scratch, width, columns, items, start, start + kept, sineEnergy);
        width += kept;
      }
      writeBlock(scratch, width, met, shape, out.values, out.offsets[row]!);
    }
  }
}

/** Fills masks and offsets of all rows; returns the number of surplus objects. */
function fillMasks(sources: readonly Source[], out: FeatureBuffer): number {
  const { rows, maskWords, masks, offsets } = out;
  masks.fill(0, 0, rows * maskWords);
  // offsets hold the number of occupied slots first, then the running sum of its square.
  offsets.fill(1, 1, rows + 1);
  let surplus = 0;
  for (const { offsets: listOffsets, cap, masks: kindMasks } of sources) {
    for (let row = 0; row < rows; row++) {
      const found = listOffsets[row + 1]! - listOffsets[row]!;
      const kept = found > cap ? cap : found;
      surplus += found - kept;
      offsets[row + 1]! += kept;
      for (let word = 0; word < maskWords; word++) {
        masks[row * maskWords + word]! |= kindMasks[kept * maskWords + word]!;
      }
    }
  }
  for (let row = 0; row < rows; row++) {
    masks[row * maskWords]! |= 1;
    const width = offsets[row + 1]!;
    offsets[row + 1] = offsets[row]! + width * width;
  }
  return surplus;
}
