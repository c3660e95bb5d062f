import { isAbortMarker, type RecordBatch } from './record-batch.js';

/** A transaction in a fetched range that was aborted, as the broker lists it. */
export interface AbortedTransaction {
  readonly producerId: number;
  readonly firstOffset: number;
}

/**
 * The batches of messages that count: without control records and without what aborted transactions wrote.
 * @param batches in the order of the log
 */
export function committedBatches(
  batches: readonly RecordBatch[],
  aborted: readonly AbortedTransaction[],
): RecordBatch[] {
  const waiting = [...aborted].sort((a, b) => a.firstOffset - b.firstOffset);
  const open = new Set<number>();
  let next = 0;
  return batches.filter((batch) => {
    for (; next < waiting.length && waiting[next]!.firstOffset <= batch.lastOffset; next += 1)
      open.add(waiting[next]!.producerId);
    if (batch.isControl) {
      if (isAbortMarker(batch)) open.delete(batch.producerId);
      return false;
    }
    return !(batch.isTransactional && open.has(batch.producerId));
  });
}
