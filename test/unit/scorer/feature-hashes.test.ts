import assert from 'node:assert/strict';
import { readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { prepareAll } from '../../../lib/base/prepared.js';
import { BatchFileWriter } from '../../../lib/columnar/arrow/batch-file.js';
import { toFeatureBatch } from '../../../lib/columnar/arrow/feature-batch.js';
import { batchSource } from '../../../services/featurizer/batch-source.js';
import { toBatchColumns } from '../../../services/featurizer/row-columns.js';
import { countDuplicates } from '../../../services/pipeline/duplicates.js';
import { featureFiles } from '../../../services/scorer/feature-files.js';
import { prepareHashes } from '../../../services/scorer/feature-hashes.js';
import { decodeFeatures } from '../../../services/wire/features.js';
import { chainMessages } from '../../support/chain-messages.js';
import { inFolder } from '../../support/cli.js';
import { received } from '../../support/message-chain.js';

test('hashes of feature files are enough to count duplicates, also when only some files are there again', async () => {
  await inFolder(async (folder) => {
    const features = join(folder, 'features');
    const hashes = join(folder, 'hashes');
    const { chain, messages } = chainMessages();
    const block = decodeFeatures(received(messages.features), chain.expected);
    const batch = toFeatureBatch({
      ...block,
      source: batchSource(block.source),
      columns: toBatchColumns(block.columns),
    });
    const write = (name: string) => {
      const writer = new BatchFileWriter(join(features, `${name}.arrow`));
      writer.write(batch);
      writer.finish();
    };
    write('a');
    write('b');
    const { signal } = new AbortController();
    const expected = await countDuplicates(featureFiles(features), features, signal);
    assert.ok(expected >= batch.rows, 'every row is there twice');
    for (const file of prepareAll(prepareHashes(features, hashes))) file.publish();
    assert.equal(await countDuplicates(featureFiles(hashes), hashes, signal), expected);
    const size = (of: string) => statSync(join(of, 'a.arrow')).size;
    assert.ok(size(hashes) < size(features) / 3);
    rmSync(features, { recursive: true });
    write('b');
    for (const file of prepareAll(prepareHashes(features, hashes))) file.publish();
    assert.deepEqual(readdirSync(hashes).sort(), ['a.arrow', 'b.arrow']);
    assert.equal(await countDuplicates(featureFiles(hashes), hashes, signal), expected);
  });
});
