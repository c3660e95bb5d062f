import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import test, { after, before, type TestContext } from 'node:test';
import { inFolder } from '../../support/cli.js';
import { type HeldRun, heldKafka, heldPartitions, prepareHeldRun } from '../../support/held-run.js';
import { assertTheyWait } from '../../support/held-services.js';
import { type KafkaCluster, kafkaSkip, startKafka } from '../../support/kafka/cluster.js';
import { pageOf, type StartedService, untilTrue } from '../../support/kafka-services.js';

const long = process.env.RMMSTREAM_TEST_LONG === '1';
const holdMs = long ? 60_000 : 6_000;
const events = 240_000;

let cluster: KafkaCluster;
before(async () => {
  if (kafkaSkip === false) cluster = await startKafka();
});
after(() => cluster?.stop());

test('a sink that stops dead holds nobody up: all before it come to their end in bounded memory', {
  skip: kafkaSkip,
}, async (t) => {
  await inFolder(async (folder) => {
    const run = await prepareHeldRun(folder, { brokers: cluster.brokers, prefix: 'stopped', events });
    try {
      run.start('ingest', 'selector', 'featurizer', 'scaler', 'trainer', 'scorer');
      const scorer = run.services.at(-1)!;
      const features = join(run.out, 'features');
      await untilTrue(
        'the scorer begins to write',
        async () => existsSync(features) && readdirSync(features).length > 0,
      );
      scorer.child.kill('SIGSTOP');
      await assertUpstreamIsBounded(t, run, run.services.slice(0, -1));
      scorer.child.kill('SIGCONT');
      await run.endsWell();
    } finally {
      await run.stop();
    }
  });
});

/** Stages before the sinks, by what they read. */
const upstream = ['selector', 'featurizer', 'scaler'];

async function assertUpstreamIsBounded(
  t: TestContext,
  run: HeldRun,
  others: readonly StartedService[],
): Promise<void> {
  const most = new Map(upstream.map((stage) => [stage, 0]));
  const trainer = others.find(({ name }) => name === 'trainer')!;
  await untilTrue('the model is made without the sink', async () => {
    for (const stage of upstream)
      most.set(stage, Math.max(most.get(stage)!, await run.sum('queue_bytes', stage, others)));
    return /^rmmstream_model_info\{stage="trainer"/m.test((await pageOf(trainer, '/metrics')).text);
  });
  for (const stage of upstream) {
    const bytes = await run.sum('input_bytes_total', stage, others);
    const message = bytes / (await run.sum('input_batches_total', stage, others));
    // A fetch holds what was asked for, and a message more.
    const bound = heldPartitions * (heldKafka.fetch_bytes + 2 * message);
    const said = `${stage} took ${bytes} bytes and held ${most.get(stage)} at a time`;
    t.diagnostic(`${said}; it may hold ${Math.round(bound)}`);
    assert.ok(most.get(stage)! > 0 && most.get(stage)! <= bound, `${said}, may hold ${bound}`);
    assert.ok(bytes > 3 * bound, `${said}: not much more than it may hold (${bound})`);
    assert.equal(await run.sum('queue_bytes', stage, others), 0, `${stage} has come to its end`);
  }
  const said = await assertTheyWait(others, holdMs, async () => {});
  t.diagnostic(said.join('; '));
}
