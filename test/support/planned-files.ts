import { blockEntries } from '../../lib/flow/ranges.js';
import type { PlannedFile } from '../../services/kafka/run-state.js';

/** Files of a plan with these numbers of entries. */
export function plannedFiles(...entries: readonly number[]): PlannedFile[] {
  let firstBlock = 0;
  return entries.map((count, index) => {
    const blocks = Math.ceil(count / blockEntries);
    const file: PlannedFile = {
      type: 'file',
      index,
      sample: `sample${index}`,
      kind: 'background',
      name: `file${index}.root`,
      fingerprint: String(index + 1).padStart(64, '0'),
      bytes: 1,
      entries: count,
      data: false,
      median_weight: 1,
      sums: [],
      firstBlock,
      plannedMs: 0,
      blocks,
    };
    firstBlock += blocks;
    return file;
  });
}
