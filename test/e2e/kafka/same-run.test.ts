import { join } from 'node:path';
import test, { after, before } from 'node:test';
import { inFolder } from '../../support/cli.js';
import { clientNames } from '../../support/kafka/clients.js';
import { type KafkaCluster, kafkaSkip, startKafka } from '../../support/kafka/cluster.js';
import { assertSameRun, writeKafkaConfig } from '../../support/kafka-run.js';
import { manyBlocks } from '../../support/many-blocks.js';
import { runWell, writeConfig } from '../../support/small-run.js';

const long = process.env.RMMSTREAM_TEST_LONG === '1';
const settings = {
  features: { min_filled: 50 },
  training: { epochs: 2, megasets: 3, batch_events: 512, bucket_events: 4096, validation_events: 1000 },
  engine: { workers: 2, range_events: 16_384 },
  // One of each sort: what they are made from is gathered and travels in its own way on each engine.
  scores: [
    'error_normalised',
    'mahalanobis',
    { type: 'knn', reference_events: 1000 },
    { rank_average: ['error_normalised', 'knn', 'error_abs'] },
    { type: 'ensemble', of: 'error', members: 2 },
  ],
} as const;

const wide = { partitions: 4, copies: { ingest: 2, featurizer: 3, scorer: 2 } } as const;
const [usual, ...others] = clientNames;
const shapes = [
  { client: usual, partitions: 1, copies: {} },
  { client: usual, ...wide },
  ...others.map((client) => ({ client, ...wide })),
  ...(long
    ? [
        { client: usual, partitions: 1, copies: { featurizer: 3 } },
        { client: usual, partitions: 4, copies: {} },
      ]
    : []),
];

let cluster: KafkaCluster;
before(async () => {
  if (kafkaSkip === false) cluster = await startKafka();
});
after(() => cluster?.stop());

test('over Kafka, however spread, a run gives the same bytes as in one process', {
  skip: kafkaSkip,
}, async (t) => {
  await inFolder(async (folder) => {
    const file = writeConfig(folder, await manyBlocks(folder), settings);
    const embedded = join(folder, 'embedded');
    await runWell(['run', file, '--output', embedded]);
    for (const [number, { client, partitions, copies }] of shapes.entries()) {
      const shape = `${client}, ${partitions} partitions, ${JSON.stringify(copies)}`;
      await t.test(shape, async () => {
        const kafka = { client, prefix: `same-${number}`, topics: { partitions } };
        const config = writeKafkaConfig(folder, `kafka-${number}.yaml`, cluster.brokers, kafka, { copies });
        const out = join(folder, `kafka-${number}`);
        await runWell(['run', config, '--output', out]);
        await assertSameRun(out, embedded);
      });
    }
  });
});
