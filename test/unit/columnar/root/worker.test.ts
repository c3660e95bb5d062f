import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import test from 'node:test';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { columnReaderFrom, openRootFile, type RootMetadata } from '../../../../lib/columnar/root/index.js';
import { bytesOf, goldenFolder } from '../../../golden/columnar/root/compare.js';

const branches = ['many_float32', 'vector_float64', 'one_int64'];

async function hashColumns(metadata: RootMetadata): Promise<string> {
  const reader = await columnReaderFrom(metadata, 'mini', branches);
  const hash = createHash('sha256');
  for (let first = 0; first < reader.entries; first += 37) {
    for (const column of reader.read(first, Math.min(37, reader.entries - first)))
      hash.update(bytesOf(column.values));
  }
  reader.close();
  return hash.digest('hex');
}

if (isMainThread) {
  for (const codec of ['zlib', 'lz4', 'zstd', 'lzma', 'none']) {
    test(`a worker thread reads ${codec} columns from posted metadata`, async () => {
      const file = await openRootFile(join(goldenFolder, `types-${codec}.root`));
      const metadata = file.metadata({ tree: 'mini', branches });
      file.close();
      const worker = new Worker(new URL(import.meta.url), { workerData: metadata });
      const found = await new Promise<string>((resolve, reject) => {
        worker.once('message', resolve);
        worker.once('error', reject);
      });
      assert.equal(found, await hashColumns(metadata));
      await worker.terminate();
    });
  }
} else parentPort!.postMessage(await hashColumns(workerData as RootMetadata));
