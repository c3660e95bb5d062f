import assert from 'node:assert/strict';
import test from 'node:test';
import { inFolder } from '../../support/cli.js';
import { prepareHeldRun } from '../../support/held-run.js';
import { assertTheyWait, unreadyBecause, untilWell } from '../../support/held-services.js';
import { kafkaSkip, startKafka } from '../../support/kafka/cluster.js';
import { untilTrue } from '../../support/kafka-services.js';

const long = process.env.RMMSTREAM_TEST_LONG === '1';
const holdMs = long ? 60_000 : 10_000;
const events = 120_000;

test(`with every broker dead for ${holdMs / 1000} s services say so, wait, and go on by themselves`, {
  skip: kafkaSkip,
}, async (t) => {
  const cluster = await startKafka();
  try {
    await inFolder(async (folder) => {
      const run = await prepareHeldRun(folder, { brokers: cluster.brokers, prefix: 'dead', events });
      try {
        run.start('ingest', 'selector', 'featurizer', 'scaler', 'trainer', 'scorer');
        await untilTrue(
          'features come',
          async () => (await run.sum('output_batches_total', 'featurizer')) > 2,
        );
        await cluster.kill(1);
        const isUnready = async (service: (typeof run.services)[number]) =>
          (await unreadyBecause(service)).some((reason) => reason.includes(cluster.brokers[0]!));
        for (const service of run.services)
          await untilTrue(`${service.name} names the broker that is dead`, () => isUnready(service));
        const before = await run.sum('output_batches_total', 'featurizer');
        assert.ok(before < events / 8192, 'the flow was over before the broker died');
        const said = await assertTheyWait(run.services, holdMs, async () => {
          for (const service of run.services)
            assert.ok(await isUnready(service), `${service.name} says that all is well`);
        });
        t.diagnostic([`${holdMs / 1000} s`, ...said].join('; '));
        assert.equal(await run.sum('output_batches_total', 'featurizer'), before);
        await cluster.restart(1);
        for (const service of run.services) await untilWell(service);
        await run.endsWell();
      } finally {
        await run.stop();
      }
    });
  } finally {
    await cluster.stop();
  }
});
