import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { after, before } from 'node:test';
import { inFolder } from '../../support/cli.js';
import { openForTest } from '../../support/kafka/clients.js';
import { type KafkaCluster, kafkaSkip, startKafka } from '../../support/kafka/cluster.js';
import { writeKafkaConfig } from '../../support/kafka-run.js';
import { copyRootFile } from '../../support/root-copy.js';
import { quick, sampleFile, shipped, writeConfig } from '../../support/small-run.js';
import { loadFor, partitions } from './dead-letters/commands.js';
import { fillDamaged, largestOthers, runServices } from './dead-letters/damaged-run.js';
import { poisonRun } from './dead-letters/poison-run.js';
import { foundBroken, repaired } from './dead-letters/repaired-run.js';
import { replayed } from './dead-letters/replayed-run.js';

/** Small, so that blocks above it are easily made. */
const maxMessageBytes = 1_048_576;
const settings = {
  ...quick,
  training: { ...quick.training, validation_events: 500 },
  // A distance, so that rows which are sent again have to bring what it is made from.
  scores: [
    'error',
    'error_normalised',
    { type: 'knn', reference_events: 500 },
    { rank_average: ['error', 'knn'] },
  ],
};

/** One block each. */
const background = ['zz', 'ttbar', 'ww', 'zmumu'].map((name) => shipped(`mc/${name}`, 'background'));
const more = ['wz', 'higgs_ww', 'higgs_zz'].map((name) => shipped(`mc/${name}`, 'background'));

let cluster: KafkaCluster;
before(async () => {
  if (kafkaSkip === false) cluster = await startKafka();
});
after(() => cluster?.stop());

function kafkaOf(prefix: string) {
  return {
    prefix,
    topics: { partitions, max_message_bytes: maxMessageBytes },
    sink_window_offsets: 2,
    retry_max_ms: 500,
  };
}

test('poison on every data topic, lost and damaged blocks, broken events: found, repaired, counted once', {
  skip: kafkaSkip,
}, async (t) => {
  await inFolder(async (folder) => {
    const corrupt = join(folder, 'corrupt.root');
    await copyRootFile({
      from: sampleFile('mc/zprime2000_mumu'),
      to: corrupt,
      change: (branch, { values }) => {
        if (branch === 'mcWeight')
          (values as Float32Array).set([Number.NaN, Number.POSITIVE_INFINITY, 1e30, Number.NaN], 5);
      },
    });
    const signal = { name: 'corrupt', kind: 'signal' as const, files: [corrupt] };
    writeConfig(folder, [...background, signal, ...more], settings);
    const first = writeKafkaConfig(folder, 'first.yaml', cluster.brokers, kafkaOf('first'));
    const second = writeKafkaConfig(folder, 'second.yaml', cluster.brokers, kafkaOf('second'));
    const out = { first: join(folder, 'first'), second: join(folder, 'second') };
    for (const [file, directory] of [
      [first, out.first],
      [second, out.second],
    ] as const) {
      const given = JSON.parse(readFileSync(file, 'utf8')) as object;
      writeFileSync(file, JSON.stringify({ ...given, output: { directory } }));
    }
    const client = await openForTest(cluster.brokers, { maxMessageBytes: 4 * maxMessageBytes });

    await t.test('poison: one dead letter each, the flow goes on, the ledger closes', async () => {
      await poisonRun(cluster, client, first, out.first);
    });
    await t.test('blocks that are damaged on any topic, and broken events', async (sub) => {
      const loaded = loadFor(second);
      await fillDamaged(client, second);
      const limit = await largestOthers(client);
      await runServices(client, loaded, second, limit);
      await sub.test('the ledger names what is missing, and where the rest is', () =>
        foundBroken(second, out.second),
      );
      await sub.test('redriven, run again: the ledger closes', () => repaired(folder, second, out));
    });
    await t.test('replay with the own model gives the same bits, and goes on where it stopped', () =>
      replayed(folder, second, out),
    );
  });
});
