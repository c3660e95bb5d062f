import { join } from 'node:path';
import type { AtomicFile } from '../../lib/base/atomic-file.js';
import { columnOf } from '../../lib/columnar/arrow/batch.js';
import { BatchFileReader, BatchFileWriter } from '../../lib/columnar/arrow/batch-file.js';
import { featureSchema } from '../../lib/columnar/arrow/feature-batch.js';
import { featureFiles } from './feature-files.js';

/**
 * Prepares for each feature file one of the same name in another folder with the hashes of its rows, 8 bytes a row: where
 * features are not kept, a run that goes on after a dead letter was re-driven still has to count duplicates among
 * all of its rows.
 */
export function* prepareHashes(features: string, hashes: string): Generator<AtomicFile, void> {
  for (const { name } of featureFiles(features)) {
    const reader = new BatchFileReader(join(features, `${name}.arrow`), featureSchema);
    const writer = new BatchFileWriter(join(hashes, `${name}.arrow`));
    try {
      for (let number = 0; number < reader.batches; number += 1) {
        const batch = reader.batch(number);
        const columns = [columnOf(batch, 'hash_high', 'flat'), columnOf(batch, 'hash_low', 'flat')];
        writer.write({ ...batch, columns });
      }
      yield writer.prepare();
    } catch (error) {
      writer.abort();
      throw error;
    } finally {
      reader.close();
    }
  }
}
