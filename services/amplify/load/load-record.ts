import type { RecordOf } from '../../kafka/progress-records.js';
import { type CopiedFile, copiedFingerprint, copiedName } from './copied-file.js';

/** What is known of a parent: its record as that of a file of an ordinary run. */
export type ParentRecord = RecordOf<'file'>;

/**
 * The record of a file of copies. Its weights are the parent's, divided by how often each event is made, so that
 * yields stay (decisions.md 19).
 * @param index number of the file in the plan
 * @param times how often the parent's events are made
 */
export function loadRecord(
  parent: ParentRecord,
  copied: CopiedFile,
  { seed, index, times }: { readonly seed: number; readonly index: number; readonly times: number },
): RecordOf<'file'> {
  const { entries } = copied;
  const share = parent.entries === 0 ? 0 : entries / parent.entries;
  const { weights } = parent;
  return {
    ...parent,
    index,
    name: copiedName(seed, copied, parent.name),
    fingerprint: copiedFingerprint(seed, copied, parent.fingerprint),
    bytes: Math.round(parent.bytes * share),
    entries,
    median_weight: parent.median_weight / times,
    sums: parent.sums.map(([channel, sum]) => [channel, sum * times]),
    ...(weights === undefined
      ? {}
      : {
          weights: {
            ...weights,
            entries,
            medianPerPb: weights.medianPerPb / times,
            corruptRows: Math.round(weights.corruptRows * share),
            productions: weights.productions.map((production) => ({
              ...production,
              sumOfWeights: production.sumOfWeights * times,
            })),
          },
        }),
  };
}
