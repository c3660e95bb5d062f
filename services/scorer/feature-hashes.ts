import { join } from 'node:path';
import { columnOf } from '../../lib/columnar/arrow/batch.js';
import { BatchFileReader, BatchFileWriter } from '../../lib/columnar/arrow/batch-file.js';
import { featureSchema } from '../../lib/columnar/arrow/feature-batch.js';
import { featureFiles } from './feature-files.js';

/**
 * Keeps of each feature file the hashes of its rows, 8 bytes a row, under the same name in another folder: where
 * features are not kept, a run that goes on after a dead letter was re-driven still has to count duplicates among
 * all of its rows.
 */
export function keepHashes(features: string, hashes: string): void {
  for (const { name } of featureFiles(features)) {
    const reader = new BatchFileReader(join(features, `${name}.arrow`), featureSchema);
    const writer = new BatchFileWriter(join(hashes, `${name}.arrow`));
    try {
      for (let number = 0; number < reader.batches; number += 1) {
        const batch = reader.batch(number);
        const columns = [columnOf(batch, 'hash_high', 'flat'), columnOf(batch, 'hash_low', 'flat')];
        writer.write({ ...batch, columns });
      }
      writer.finish();
    } catch (error) {
      writer.abort();
      throw error;
    } finally {
      reader.close();
    }
  }
}
