import { RecordStore } from '../../lib/flow/record-store.js';
import type { BlockRecord } from '../featurizer/block-record.js';
import { inOrder } from './fixed-order.js';
import type { RunLayout } from './layout.js';

/** What is known of a range whose features are written; stored last, so its presence means that it is done. */
export interface RangeRecord extends BlockRecord {
  readonly name: string;
  readonly sample: string;
  readonly kind: string;
  readonly file: string;
  readonly fingerprint: string;
  readonly first: number;
  readonly entries: number;
  /** Normalisation and limits that the range was made with: another one makes it stale. */
  readonly basis: string;
}

/** What is known of a range whose scores are written. */
export interface ScoredRecord {
  readonly name: string;
  readonly model: string;
  readonly rows: number;
}

/** The ranges of a run whose features are written, or that were scored in one go, in the fixed order. */
export function recordedRanges({ ranges }: Pick<RunLayout, 'ranges'>): RangeRecord[] {
  return inOrder(new RecordStore<RangeRecord>(ranges).readAll().values());
}
