import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { columnOf } from '../../lib/columnar/arrow/batch.js';
import { BatchFileReader } from '../../lib/columnar/arrow/batch-file.js';
import { featureSchema } from '../../lib/columnar/arrow/feature-batch.js';

/** A feature file, by its name without the ending. */
export interface FeatureFile {
  readonly name: string;
  readonly rows: number;
}

/** Hashes held at a time: 64 MB. */
const most = 8_000_000;

/**
 * Number of selected events whose split key (run, luminosity block, event, channel) another selected event has
 * too, by their 64-bit hash: a chance match is expected once in 2^64 pairs. More events than fit memory are
 * looked at in several passes, by slices of the hash.
 */
export async function countDuplicates(
  records: readonly FeatureFile[],
  featureFolder: string,
  signal: AbortSignal,
): Promise<number> {
  const rows = records.reduce((sum, record) => sum + record.rows, 0);
  const passes = Math.max(1, Math.ceil((rows * 1.1) / most));
  let duplicates = 0;
  for (let pass = 0; pass < passes; pass += 1)
    duplicates += await duplicatesInSlice(records, featureFolder, { pass, passes, rows }, signal);
  return duplicates;
}

async function duplicatesInSlice(
  records: readonly FeatureFile[],
  folder: string,
  { pass, passes, rows }: { readonly pass: number; readonly passes: number; readonly rows: number },
  signal: AbortSignal,
): Promise<number> {
  let hashes = new BigUint64Array(passes === 1 ? rows : most);
  let halves = new Uint32Array(hashes.buffer);
  let found = 0;
  for (const { name, rows: rowsOfRange } of records) {
    if (rowsOfRange === 0) continue;
    const reader = new BatchFileReader(join(folder, `${name}.arrow`), featureSchema);
    try {
      for (let number = 0; number < reader.batches; number += 1) {
        const batch = reader.batch(number);
        const high = columnOf(batch, 'hash_high', 'flat').data as Uint32Array;
        const low = columnOf(batch, 'hash_low', 'flat').data as Uint32Array;
        for (let row = 0; row < batch.rows; row += 1) {
          if (passes > 1 && Math.floor((high[row]! * passes) / 0x100000000) !== pass) continue;
          if (found === hashes.length) {
            // Few different events, each very often: the slices are not equal.
            const larger = new BigUint64Array(2 * found);
            larger.set(hashes);
            hashes = larger;
            halves = new Uint32Array(hashes.buffer);
          }
          halves[2 * found] = low[row]!;
          halves[2 * found + 1] = high[row]!;
          found += 1;
        }
        // Lets heartbeats and signals through between batches.
        await setImmediate();
        signal.throwIfAborted();
      }
    } finally {
      reader.close();
    }
  }
  const sorted = hashes.subarray(0, found).sort();
  let duplicates = 0;
  for (let index = 1; index < found; index += 1) if (sorted[index] === sorted[index - 1]) duplicates += 1;
  return duplicates;
}
