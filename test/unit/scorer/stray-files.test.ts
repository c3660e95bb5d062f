import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { kafkaLayoutOf } from '../../../services/kafka/claim-directory.js';
import type { ServiceContext } from '../../../services/kafka/context.js';
import type { ServicePart } from '../../../services/kafka/service-part.js';
import { layoutOf } from '../../../services/pipeline/layout.js';
import { featureSinkPart } from '../../../services/scorer/feature-sink.js';
import { scoreSinkPart } from '../../../services/scorer/score-sink.js';
import { windowName } from '../../../services/scorer/window-names.js';
import { inFolder } from '../../support/cli.js';
import {
  clusterOf,
  kafkaConfig,
  openContext,
  putRecords,
  runRecord,
  settled,
} from '../../support/service-context.js';

const temporary = '0123456789ab.tmp';
const never = new AbortController().signal;

async function withPart(
  make: (context: ServiceContext) => ServicePart,
  body: (directory: string, run: () => Promise<() => Promise<void>>) => Promise<void>,
): Promise<void> {
  await inFolder(async (folder) => {
    const loaded = kafkaConfig(
      { kafka: { topics: { partitions: 2 } }, output: { directory: join(folder, 'out') } },
      folder,
    );
    const cluster = clusterOf(loaded);
    const context = openContext(cluster, loaded);
    await putRecords(cluster, context, [runRecord(loaded)]);
    await context.view.catchUp(never);
    const run = async () => {
      const stop = new AbortController();
      const ended = make(context).run(stop.signal);
      return async () => {
        stop.abort();
        await ended;
      };
    };
    await body(join(folder, 'out'), run);
    await context.close();
  });
}

for (const [what, topic, ending, foldersOf, part] of [
  [
    'scores',
    'scaled',
    'm1.parquet',
    (directory: string) => [layoutOf(directory).scores, kafkaLayoutOf(directory).blocks],
    scoreSinkPart,
  ],
  ['features', 'features', 'arrow', (directory: string) => [layoutOf(directory).features], featureSinkPart],
] as const) {
  test(`whoever takes a partition of ${what} sweeps what earlier owners have not published`, async () => {
    await withPart(part, async (directory, run) => {
      const name = (partition: number, topicsId: string) =>
        `.${windowName(topic, topicsId, { partition, firstOffset: 64 })}.${ending}.${temporary}`;
      const others = [name(7, '0123abcd'), name(0, 'ffffffff'), '.mine.tmp'];
      const folders = foldersOf(directory);
      for (const folder of folders) {
        mkdirSync(folder, { recursive: true });
        for (const file of [...others, name(0, '0123abcd'), name(1, '0123abcd')])
          writeFileSync(join(folder, file), '');
      }
      const stop = await run();
      await settled(() => folders.every((folder) => readdirSync(folder).length === others.length));
      for (const folder of folders) assert.deepEqual(readdirSync(folder).sort(), [...others].sort());
      await stop();
    });
  });
}
