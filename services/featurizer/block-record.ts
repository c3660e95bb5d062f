import { invariant } from '../../lib/base/error.js';
import { type BlockSource, newEntries } from '../../lib/flow/block-source.js';
import { split } from '../../lib/physics/identity.js';
import { type FlowRecord, mergeFlows } from '../selector/flow-record.js';

/** What became of the entries of a block, as far as the selector knows. */
export interface SelectedRecord {
  /** Selected events. */
  readonly rows: number;
  readonly flow: FlowRecord;
  /** Jets of selected events that are neither light nor b. */
  readonly unclassifiedJets: number;
}

/** What became of the entries of a block or of many. */
export interface BlockRecord extends SelectedRecord {
  /** Objects of selected events that found no slot. */
  readonly surplusObjects: number;
  /** Rows by split code. */
  readonly rowsBySplit: readonly number[];
}

export function countSplits(splits: Uint8Array): number[] {
  const counts = new Array<number>(Object.keys(split).length).fill(0);
  for (let row = 0; row < splits.length; row += 1) counts[splits[row]!]! += 1;
  return counts;
}

/** Sums the records of at least one block, in their order: that of weighted sums is part of the result. */
export function mergeRecords(records: readonly BlockRecord[]): BlockRecord {
  const [first] = records;
  invariant(first !== undefined, 'there is a record to merge');
  const sum = (of: (record: BlockRecord) => number) =>
    records.reduce((total, record) => total + of(record), 0);
  return {
    rows: sum(({ rows }) => rows),
    flow: mergeFlows(records.map(({ flow }) => flow))!,
    unclassifiedJets: sum(({ unclassifiedJets }) => unclassifiedJets),
    surplusObjects: sum(({ surplusObjects }) => surplusObjects),
    rowsBySplit: first.rowsBySplit.map((_, code) => sum(({ rowsBySplit }) => rowsBySplit[code] ?? 0)),
  };
}

/** A range of a file with what became of its entries. */
export interface MergedRange extends BlockRecord {
  /** Of its first block. */
  readonly source: BlockSource;
  readonly entries: number;
}

/**
 * Merges the blocks of a run range by range, as the embedded engine does it; the ranges stand in the order in
 * which they are met. Late blocks are ranges of their own: their place in the file was merged without them.
 * @param blocks those of each file in the order of their entries
 */
export function mergeBlocks(
  blocks: Iterable<{ readonly source: BlockSource; readonly record: BlockRecord }>,
  rangeEntries: number,
): MergedRange[] {
  const ranges = new Map<string, { source: BlockSource; entries: number; records: BlockRecord[] }>();
  for (const { source, record } of blocks) {
    const { fingerprint, first, late } = source;
    const place = late === undefined ? Math.floor(first / rangeEntries) : `late ${first}`;
    const key = `${fingerprint} ${place}`;
    const range = ranges.get(key) ?? { source, entries: 0, records: [] };
    range.entries += newEntries(source);
    range.records.push(record);
    ranges.set(key, range);
  }
  return [...ranges.values()].map(({ source, entries, records }) => ({
    source,
    entries,
    ...mergeRecords(records),
  }));
}
