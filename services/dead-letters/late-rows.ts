import { split } from '../../lib/physics/identity.js';
import { type BlockRecord, countSplits } from '../featurizer/block-record.js';
import type { RowColumns } from '../featurizer/row-columns.js';

/** Rows as the featurizer gives them where their block is late: tested with, where they fall into that part, never trained on. */
export function lateRows<Block extends { readonly record: BlockRecord; readonly columns: RowColumns }>(
  block: Block,
): Block {
  const { record, columns } = block;
  const splits = columns.split.map((code) => (code === split.test ? code : split.none));
  return {
    ...block,
    record: { ...record, rowsBySplit: countSplits(splits) },
    columns: {
      ...columns,
      split: splits,
      megaset: new Int16Array(columns.megaset.length).fill(-1),
      late: new Uint8Array(columns.late.length).fill(1),
    },
  };
}
