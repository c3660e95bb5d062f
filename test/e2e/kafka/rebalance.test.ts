import assert from 'node:assert/strict';
import { join } from 'node:path';
import test, { after, before } from 'node:test';
import { inFolder } from '../../support/cli.js';
import { type KafkaCluster, kafkaSkip, startKafka } from '../../support/kafka/cluster.js';
import { assertSameRun, writeKafkaConfig } from '../../support/kafka-run.js';
import {
  metricOf,
  pageOf,
  type StartedService,
  startService,
  untilTrue,
} from '../../support/kafka-services.js';
import { manyBlocks } from '../../support/many-blocks.js';
import { runWell, writeConfig } from '../../support/small-run.js';

let cluster: KafkaCluster;
before(async () => {
  if (kafkaSkip === false) cluster = await startKafka();
});
after(() => cluster?.stop());

test('copies of a service come, go and are killed: work moves on, nothing is lost or doubled', {
  skip: kafkaSkip,
}, async (t) => {
  await inFolder(async (folder) => {
    const file = writeConfig(folder, await manyBlocks(folder), {
      features: { min_filled: 50 },
      training: { epochs: 1, megasets: 2, batch_events: 512 },
      engine: { workers: 2 },
    });
    const embedded = join(folder, 'embedded');
    await runWell(['run', file, '--output', embedded]);
    const out = join(folder, 'out');
    const config = writeKafkaConfig(folder, 'kafka.yaml', cluster.brokers, {
      prefix: 'moving',
      topics: { partitions: 4 },
    });
    await runWell(['topics', 'create', config]);
    const more = ['--output', out];
    const start = (name: string) => startService(name, config, more);
    const holds = (service: StartedService, partitions: number) => async () =>
      (await metricOf(service, 'rmmstream_assigned_partitions{stage="featurizer"}')) === partitions;
    const seconds: string[] = [];
    const moved = async (what: string, ...looks: (() => Promise<boolean>)[]) => {
      let longest = 0;
      for (const look of looks) longest = Math.max(longest, await untilTrue(what, look));
      seconds.push(`${what}: ${longest.toFixed(1)} s`);
    };

    const ingest = start('ingest');
    const first = start('featurizer');
    await moved('the first copy has all partitions', holds(first, 4));
    assert.equal((await pageOf(first, '/ready')).status, 200);
    const second = start('featurizer');
    await moved('a second copy has its share', holds(second, 2), holds(first, 2));
    const selector = start('selector');
    second.child.kill('SIGKILL');
    await moved('the share of a killed copy is back', holds(first, 4));
    const third = start('featurizer');
    await moved('a third copy has its share', holds(third, 2));
    first.child.kill('SIGTERM');
    assert.equal((await first.result).code, 0, 'a drained copy ends well');
    await moved('the share of a drained copy has moved', holds(third, 4));

    const rest = [ingest, selector, third, ...['scaler', 'trainer', 'scorer'].map(start)];
    for (const service of rest) {
      const { code, stderr } = await service.result;
      assert.equal(code, 0, `${service.name}: ${stderr}`);
    }
    t.diagnostic(seconds.join('; '));
    await assertSameRun(out, embedded);
  });
});
