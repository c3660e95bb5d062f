import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { BatchFileWriter } from '../../../lib/columnar/arrow/batch-file.js';
import { toFeatureBatch } from '../../../lib/columnar/arrow/feature-batch.js';
import { createRowColumns, toBatchColumns } from '../../../services/featurizer/row-columns.js';
import { visitFeatures } from '../../../services/report/row-places.js';
import { sampleBatch } from '../../golden/columnar/arrow/sample-batch.js';
import { inFolder } from '../../support/cli.js';

/** A file of batches of three rows of zee.root; entries go on from one to the next. */
function writeFeatures(path: string, batches: number): void {
  const writer = new BatchFileWriter(path);
  for (let number = 0; number < batches; number += 1) {
    const columns = createRowColumns(3);
    for (let row = 0; row < 3; row += 1) columns.entry[row] = BigInt(3 * number + row);
    writer.write(toFeatureBatch({ ...sampleBatch(number, 3), columns: toBatchColumns(columns) }));
  }
  writer.finish();
}

test('files of the other engine are looked through until the rows are found, and no further', () =>
  inFolder(async (folder) => {
    const features = join(folder, 'features');
    mkdirSync(features);
    writeFeatures(join(features, 'a.arrow'), 5);
    writeFileSync(join(features, 'b.arrow'), 'what is read for nothing');
    const seen: number[] = [];
    let batches = 0;
    const entries = [4, 2];
    const found = await visitFeatures(
      [
        {
          scoreFile: join(folder, 'scores', 'window.parquet'),
          sample: 'zee',
          file: 'mc/zee.root',
          first: 7,
          row: Float64Array.of(0, 1),
          entry: Float64Array.from(entries),
        },
      ],
      async (_, rows, wanted) => {
        assert.equal(rows.length, wanted.length);
        seen.push(...wanted);
      },
      new AbortController().signal,
      () => {
        batches += 1;
      },
    );
    assert.deepEqual([found, seen, batches], [2, [8, 7], 2]);
  }));
