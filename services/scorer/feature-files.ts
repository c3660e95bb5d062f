import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { BatchFileReader } from '../../lib/columnar/arrow/batch-file.js';
import { featureSchema } from '../../lib/columnar/arrow/feature-batch.js';
import type { FeatureFile } from '../pipeline/duplicates.js';

/** The feature files of a folder with their numbers of rows, by name. @throws io_failed, arrow_batch_corrupt */
export function featureFiles(folder: string): FeatureFile[] {
  if (!existsSync(folder)) return [];
  const names = readdirSync(folder).filter((name) => name.endsWith('.arrow') && !name.startsWith('.'));
  return names.sort().map((file) => {
    const reader = new BatchFileReader(join(folder, file), featureSchema);
    try {
      return { name: file.slice(0, -'.arrow'.length), rows: reader.rows };
    } finally {
      reader.close();
    }
  });
}
