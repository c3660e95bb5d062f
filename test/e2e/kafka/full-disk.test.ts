import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import test, { after, before, type TestContext } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { amplified } from '../../support/amplified.js';
import { inFolder } from '../../support/cli.js';
import { assertTheyWait, saysFullDisk, unreadyBecause } from '../../support/held-services.js';
import { type KafkaCluster, kafkaSkip, startKafka } from '../../support/kafka/cluster.js';
import { assertSameRun, writeKafkaConfig } from '../../support/kafka-run.js';
import {
  allEndWell,
  endAll,
  metricOf,
  type StartedService,
  startService,
  untilTrue,
} from '../../support/kafka-services.js';
import { makeSmallDisk, smallDiskSkip } from '../../support/small-disk.js';
import { runWell, writeConfig } from '../../support/small-run.js';

const long = process.env.RMMSTREAM_TEST_LONG === '1';
const holdMs = long ? 60_000 : 10_000;
const events = 240_000;
const diskBytes = 160 << 20;
/** Room for the first files: the disk is full soon after. */
const roomAtFirst = 8 << 20;

const partitions = 2;
/** So small that the flow is several times what all sinks together may hold. */
const kafka = {
  prefix: 'full',
  topics: { partitions },
  fetch_bytes: 1 << 20,
  transaction_messages: 2,
  sink_window_offsets: 2,
  retry_max_ms: 500,
};
/** Messages in memory at most: of each partition the open window, and two fetches of one message each. */
const mostMessages = partitions * (kafka.sink_window_offsets + 2);

/** A sink, the stage whose output it reads, and the services that have something to write then. */
const acts = [
  { folder: 'features', sink: 'feature_files', source: 'featurizer', writers: ['scorer', 'scaler'] },
  { folder: 'scores', sink: 'scorer', source: 'scaler', writers: ['scorer'] },
] as const;

let cluster: KafkaCluster;
before(async () => {
  if (kafkaSkip === false && smallDiskSkip === false) cluster = await startKafka();
});
after(() => cluster?.stop());

test(`sinks on a disk that is full for ${holdMs / 1000} s: memory is bounded, nothing is lost, they go on`, {
  skip: kafkaSkip || smallDiskSkip,
}, async (t) => {
  await inFolder(async (folder) => {
    const file = writeConfig(folder, await amplified(folder, events), {
      features: { min_filled: 50 },
      training: { epochs: 1, megasets: 1, batch_events: 4096, validation_events: 1000 },
      evaluation: { bootstrap_samples: 0 },
      engine: { workers: 2 },
    });
    const embedded = join(folder, 'embedded');
    await runWell(['run', file, '--output', embedded]);
    const disk = await makeSmallDisk(folder, diskBytes);
    const services: StartedService[] = [];
    try {
      const out = join(disk.path, 'out');
      const config = writeKafkaConfig(folder, 'kafka.yaml', cluster.brokers, kafka);
      await runWell(['topics', 'create', config]);
      disk.leave(roomAtFirst);
      for (const name of ['ingest', 'selector', 'featurizer', 'scaler', 'trainer', 'scorer', 'scorer'])
        services.push(startService(name, config, ['--output', out]));
      for (const act of acts) {
        await untilWritten(join(out, act.folder));
        disk.fill();
        await assertHeld(t, act, services);
        disk.empty();
      }
      await allEndWell(services);
      await assertSameRun(out, embedded);
      const left = readdirSync(out, { recursive: true }).map(String);
      assert.deepEqual(
        left.filter((name) => name.endsWith('.tmp') || name.endsWith('.new')),
        [],
      );
      await runWell(['ledger', config, '--output', out]);
    } finally {
      await endAll(services);
      await disk.close();
    }
  });
});

async function untilWritten(folder: string): Promise<void> {
  for (const began = performance.now(); ; await wait(2)) {
    if (existsSync(folder) && readdirSync(folder).some((name) => !name.endsWith('.tmp'))) return;
    if (performance.now() - began > 120_000) throw new Error(`nothing came into ${folder}`);
  }
}

/** The disk is full: sees that the sinks say so and hold what they may, and that everyone waits in peace. */
async function assertHeld(
  t: TestContext,
  { folder, sink, source, writers }: (typeof acts)[number],
  services: readonly StartedService[],
): Promise<void> {
  const isWriter = ({ name }: StartedService) => writers.some((writer) => writer === name);
  for (const service of services.filter(isWriter))
    await untilTrue(`${folder}: ${service.name} says that the disk is full`, () => saysFullDisk(service));
  const scorers = services.filter(({ name }) => name === 'scorer');
  const sinks = (metric: string) => sum(scorers, `rmmstream_${metric}{stage="${sink}"}`);
  const sources = (metric: string) => sum(services, `rmmstream_output_${metric}_total{stage="${source}"}`);
  await untilSteady(() => sources('bytes'));
  const taken = await sinks('input_bytes_total');
  let most = 0;
  const said = await assertTheyWait(services, holdMs, async () => {
    for (const service of services) {
      if (isWriter(service)) assert.ok(await saysFullDisk(service), `${service.name} says that all is well`);
      else assert.deepEqual(await unreadyBecause(service), [], service.name);
    }
    most = Math.max(most, await sinks('queue_batches'));
  });
  t.diagnostic([`${folder}: ${holdMs / 1000} s`, ...said].join('; '));
  assert.equal(await sinks('input_bytes_total'), taken, 'the sinks went on reading');
  assert.ok(
    most >= partitions && most <= partitions * kafka.sink_window_offsets,
    `${most} messages are held`,
  );
  const [bytes, messages] = [await sources('bytes'), await sources('batches')];
  const bound = (bytes / messages) * mostMessages;
  t.diagnostic(
    `${folder}: ${bytes} bytes came, ${bytes - taken} of them wait in Kafka, ${await sinks('queue_bytes')} are held`,
  );
  assert.ok(bytes > 3 * bound, `the flow (${bytes} bytes) is not much more than may be held (${bound})`);
  assert.ok(bytes - taken > bound, `what waits (${bytes - taken} bytes) would fit memory (${bound})`);
}

async function sum(services: readonly StartedService[], series: string): Promise<number> {
  const values = await Promise.all(services.map((service) => metricOf(service, series)));
  return values.reduce<number>((total, value) => total + (value ?? 0), 0);
}

/** What is upstream of the sinks does not wait for them: it comes to its own end, and everything lies in Kafka. */
async function untilSteady(look: () => Promise<number>): Promise<void> {
  let before = -1;
  await untilTrue('the stages before come to their end', async () => {
    const now = await look();
    const isSteady = now > 0 && now === before;
    before = now;
    if (!isSteady) await wait(1000);
    return isSteady;
  });
}
