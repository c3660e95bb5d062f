import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import test, { after, before, type TestContext } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { inFolder } from '../../support/cli.js';
import {
  calmKafka,
  type HeldRun,
  heldKafka,
  heldPartitions,
  prepareHeldRun,
  untilSteady,
} from '../../support/held-run.js';
import { assertTheyWait, saysFullDisk, unreadyBecause } from '../../support/held-services.js';
import { type KafkaCluster, kafkaSkip, startKafka } from '../../support/kafka/cluster.js';
import { type StartedService, untilTrue } from '../../support/kafka-services.js';
import { makeSmallDisk, smallDiskSkip } from '../../support/small-disk.js';

const long = process.env.RMMSTREAM_TEST_LONG === '1';
const holdMs = long ? 60_000 : 10_000;
const events = 240_000;
const diskBytes = 160 << 20;
/** Room for the first files: the disk is full soon after. */
const roomAtFirst = 8 << 20;
/** What a try to write leaves until it is collected: a share of what waits in Kafka. */
const garbageOfTries = 16 << 20;

/** Messages in memory at most: of each partition the open window, and two fetches of one message each. */
const mostMessages = heldPartitions * (heldKafka.sink_window_offsets + 2);

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
    const disk = await makeSmallDisk(folder, diskBytes);
    try {
      const out = join(disk.path, 'out');
      const { brokers } = cluster;
      const run = await prepareHeldRun(folder, { brokers, prefix: 'full', events, out, kafka: calmKafka });
      try {
        disk.leave(roomAtFirst);
        run.start('ingest', 'selector', 'featurizer', 'scaler', 'trainer', 'scorer', 'scorer');
        for (const act of acts) {
          await untilWritten(join(out, act.folder));
          disk.fill();
          await assertHeld(t, act, run);
          disk.empty();
        }
        await run.endsWell();
        assert.deepEqual(unfinished(out), []);
      } finally {
        await run.stop();
      }
    } finally {
      await disk.close();
    }
  });
});

/** Files and folders that somebody began to write and left. */
function unfinished(out: string): string[] {
  const names = readdirSync(out, { recursive: true }).map(String);
  return names.filter((name) => name.endsWith('.tmp'));
}

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
  run: HeldRun,
): Promise<void> {
  const { services } = run;
  const isWriter = ({ name }: StartedService) => writers.some((writer) => writer === name);
  for (const service of services.filter(isWriter))
    await untilTrue(`${folder}: ${service.name} says that the disk is full`, () => saysFullDisk(service));
  const sinks = (metric: string) => run.sum(metric, sink);
  const sources = (metric: string) => run.sum(`output_${metric}_total`, source);
  await untilSteady(`what ${source} writes`, () => sources('bytes'));
  const [taken, tries] = [await sinks('input_bytes_total'), await sinks('stage_errors_total')];
  let most = 0;
  const said = await assertTheyWait(
    services,
    holdMs,
    async () => {
      for (const service of services) {
        if (isWriter(service))
          assert.ok(await saysFullDisk(service), `${service.name} says that all is well`);
        else assert.deepEqual(await unreadyBecause(service), [], service.name);
      }
      most = Math.max(most, await sinks('queue_batches'));
    },
    garbageOfTries,
  );
  t.diagnostic([`${folder}: ${holdMs / 1000} s`, ...said].join('; '));
  assert.equal(await sinks('input_bytes_total'), taken, 'the sinks went on reading');
  assert.ok(
    most >= heldPartitions && most <= heldPartitions * heldKafka.sink_window_offsets,
    `${most} messages are held`,
  );
  // A pause is half its longest at least, so a partition cannot try more often; that they try at all is seen as well.
  const tried = (await sinks('stage_errors_total')) - tries;
  const mostTries = (heldPartitions * 2 * (holdMs + 1000)) / heldKafka.retry_max_ms;
  assert.ok(tried > 0 && tried <= mostTries, `${tried} tries to write, ${mostTries} at most`);
  const [bytes, messages] = [await sources('bytes'), await sources('batches')];
  const bound = (bytes / messages) * mostMessages;
  t.diagnostic(
    `${folder}: ${bytes} bytes came, ${bytes - taken} of them wait in Kafka, ${await sinks('queue_bytes')} are held, ${tried} tries to write`,
  );
  assert.ok(bytes > 3 * bound, `the flow (${bytes} bytes) is not much more than may be held (${bound})`);
  assert.ok(bytes - taken > bound, `what waits (${bytes - taken} bytes) would fit memory (${bound})`);
}
