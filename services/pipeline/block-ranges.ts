import type { BlockSource } from '../../lib/flow/block-source.js';
import { type BlockRecord, mergeBlocks } from '../featurizer/block-record.js';
import { inOrder } from './fixed-order.js';
import { rangeName } from './layout.js';
import type { RangeRecord } from './records.js';

/**
 * The range records of a run from the records of its blocks, in the fixed order: the same, bit for bit, as the
 * embedded engine writes them, so that cut flow and report come out the same.
 * @param blocks those of each file in the order of their entries
 * @param basis what the results depend on beside file and configuration
 */
export function rangesOfBlocks(
  blocks: Iterable<{ readonly source: BlockSource; readonly record: BlockRecord }>,
  rangeEntries: number,
  basis: string,
): RangeRecord[] {
  const ranges = mergeBlocks(blocks, rangeEntries).map(({ source, ...merged }): RangeRecord => {
    const { sample, kind, file, fingerprint, first, late } = source;
    const name = rangeName(sample, fingerprint, first);
    return {
      name: late === undefined ? name : `${name}.late`,
      sample,
      kind,
      file,
      fingerprint,
      first,
      basis,
      ...merged,
    };
  });
  return inOrder(ranges);
}
