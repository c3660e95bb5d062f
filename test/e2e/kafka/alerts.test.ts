import assert from 'node:assert/strict';
import { join } from 'node:path';
import test, { after, before } from 'node:test';
import { inFolder } from '../../support/cli.js';
import { EndlessRun } from '../../support/endless-run.js';
import { calmKafka } from '../../support/held-run.js';
import { openForTest } from '../../support/kafka/clients.js';
import { type KafkaCluster, kafkaSkip, startKafka } from '../../support/kafka/cluster.js';
import { writeMessages } from '../../support/kafka/poison.js';
import { endAll, type StartedService, startService, sumOf, untilTrue } from '../../support/kafka-services.js';
import { prometheusSkip, type StartedPrometheus, startPrometheus } from '../../support/prometheus.js';
import { makeSmallDisk, smallDiskSkip } from '../../support/small-disk.js';
import { runWell } from '../../support/small-run.js';

const skip = kafkaSkip || prometheusSkip || smallDiskSkip;

let cluster: KafkaCluster;
before(async () => {
  if (skip === false) cluster = await startKafka();
});
after(() => cluster?.stop());

test('alerts fire for a stopped scorer, a poisoned topic and a full disk, and clear when it is over', {
  skip,
}, async () => {
  await inFolder(async (folder) => {
    const disk = await makeSmallDisk(folder, 160 << 20);
    const services = new Map<string, StartedService>();
    let prometheus: StartedPrometheus | undefined;
    try {
      const prefix = 'drill';
      const run = new EndlessRun(folder, cluster.brokers, {
        output: join(disk.path, 'out'),
        kafka: { ...calmKafka, prefix },
      });
      await runWell(['topics', 'create', run.config]);
      const start = (name: string) => services.set(name, startService(name, run.config));
      const ports = async () => {
        const found: Record<string, number[]> = {};
        for (const [name, { port }] of services) found[name] = [await port];
        return found;
      };
      for (const name of ['ingest', 'selector', 'featurizer', 'scaler', 'trainer', 'scorer']) start(name);
      prometheus = await startPrometheus(folder, 'prometheus.yml', await ports());
      const { untilFiring, untilClear, firing } = prometheus;
      const all = () => [...services.values()];
      const scored = () => sumOf(all(), 'output_events_total', 'scorer');
      await run.drop('zee-0');
      await run.drop('ttbar-0');
      await untilTrue('events are scored', async () => (await scored()) > 0);
      for (const name of ['RmmstreamStageMissing', 'RmmstreamDeadLetters', 'RmmstreamDiskFull'])
        assert.deepEqual(await firing(name), [], name);

      services.get('scorer')!.child.kill('SIGKILL');
      await untilFiring('RmmstreamStageMissing', { service: 'scorer' });
      start('scorer');
      prometheus.setTargets(await ports());
      await untilClear('RmmstreamStageMissing');

      const garbage = { key: null, value: Buffer.from('garbage'), headers: {} };
      await writeMessages(await openForTest(cluster.brokers), `${prefix}.selected`, 0, [garbage]);
      const letters = await untilFiring('RmmstreamDeadLetters', { stage: 'featurizer' });
      assert.equal(letters.labels.reason, 'wire_header_invalid');
      await untilClear('RmmstreamDeadLetters');

      disk.fill();
      await untilFiring('RmmstreamDiskFull', { service: 'scorer' });
      for (const pair of [1, 2, 3]) {
        await run.drop(`zee-${pair}`, { times: 16 });
        await run.drop(`ttbar-${pair}`, { times: 16 });
      }
      // The scorer holds what it may and takes nothing more: from outside, lag without progress.
      await untilFiring('RmmstreamNotReady', { service: 'scorer' });
      await untilFiring('RmmstreamNoProgress', { stage: 'scorer' });
      const before = await scored();
      disk.empty();
      for (const name of ['RmmstreamDiskFull', 'RmmstreamNotReady', 'RmmstreamNoProgress'])
        await untilClear(name);
      assert.ok((await scored()) > before);
    } finally {
      await endAll([...services.values()]);
      await prometheus?.stop();
      await disk.close();
    }
  });
});
