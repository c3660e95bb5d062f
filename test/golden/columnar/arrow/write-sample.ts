// Writes the golden file anew: node dist/test/golden/columnar/arrow/write-sample.js features.arrows;
// then python read-sample.py features.arrows features.json says what pyarrow finds in it.
import { BatchFileWriter } from '../../../../lib/columnar/arrow/batch-file.js';
import { toFeatureBatch } from '../../../../lib/columnar/arrow/feature-batch.js';
import { sampleBatch } from './sample-batch.js';

export const sampleSizes = [40, 7, 0, 25];

export function writeSample(path: string): void {
  const writer = new BatchFileWriter(path);
  sampleSizes.forEach((rows, number) => {
    writer.write(toFeatureBatch(sampleBatch(number, rows)));
  });
  writer.finish();
}

const path = process.argv[2];
if (path !== undefined && process.argv[1]?.endsWith('write-sample.js')) writeSample(path);
