import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import test, { after, before, type TestContext } from 'node:test';
import { inFolder } from '../../support/cli.js';
import { EndlessRun } from '../../support/endless-run.js';
import { calmKafka, heldKafka, heldPartitions, untilSteady } from '../../support/held-run.js';
import { assertTheyWait, saysFullDisk, unreadyBecause, untilWell } from '../../support/held-services.js';
import { type KafkaCluster, kafkaSkip, startKafka } from '../../support/kafka/cluster.js';
import { scoreRows } from '../../support/kafka-run.js';
import { endAll, type StartedService, startService, sumOf, untilTrue } from '../../support/kafka-services.js';
import { makeSmallDisk, smallDiskSkip } from '../../support/small-disk.js';
import { runWell } from '../../support/small-run.js';

const holdMs = process.env.RMMSTREAM_TEST_LONG === '1' ? 60_000 : 10_000;
const diskBytes = 160 << 20;

/** Those that write to the output directory, at any time: scores and features, drift.json, megasets. */
const writers = ['scorer', 'scaler', 'trainer'];
/** The scaler reads moments again in each try, the trainer a generation: little, but again and again. */
const garbageOfTries = 64 << 20;
/** Messages that a sink holds at most: the open window of each partition. */
const mostHeld = heldPartitions * heldKafka.sink_window_offsets;

let cluster: KafkaCluster;
before(async () => {
  if (kafkaSkip === false && smallDiskSkip === false) cluster = await startKafka();
});
after(() => cluster?.stop());

test(`a run without end on a disk that is full for ${holdMs / 1000} s waits and goes on by itself`, {
  skip: kafkaSkip || smallDiskSkip,
}, async (t) => {
  await inFolder(async (folder) => {
    const disk = await makeSmallDisk(folder, diskBytes);
    const services: StartedService[] = [];
    try {
      const run = new EndlessRun(folder, cluster.brokers, {
        output: join(disk.path, 'out'),
        kafka: { ...calmKafka, prefix: 'full-endless' },
      });
      await runWell(['topics', 'create', run.config]);
      for (const name of ['ingest', 'selector', 'featurizer', 'scaler', 'trainer', 'scorer'])
        services.push(startService(name, run.config));
      await run.drop('zee-0');
      await run.drop('ttbar-0');
      await closes(run, 2);

      disk.fill();
      // The flow goes on: files as they come, many blocks of them.
      for (const pair of [1, 2, 3]) {
        await run.drop(`zee-${pair}`, { times: 16 });
        await run.drop(`ttbar-${pair}`, { times: 16 });
      }
      await waits(t, services);
      disk.empty();

      for (const service of services) await untilWell(service);
      await closes(run, 8);
      assert.deepEqual(unfinished(run.output), []);
      for (const { child } of services) child.kill('SIGTERM');
      for (const { name, result } of services) {
        const { code, stderr } = await result;
        assert.equal(code, 0, `${name}: ${stderr}`);
      }
      // What was written while they drained is whole as well.
      await closes(run, 8);
    } finally {
      await endAll(services);
      await disk.close();
    }
  });
});

/** The disk is full: every writer says so, holds what it may and waits in peace; the others go on to the end of it. */
async function waits(t: TestContext, services: readonly StartedService[]): Promise<void> {
  const isWriter = ({ name }: StartedService) => writers.includes(name);
  for (const service of services.filter(isWriter))
    await untilTrue(`${service.name} says that the disk is full`, () => saysFullDisk(service));
  const scaled = () => sumOf(services, 'output_batches_total', 'scaler');
  // The first stages may lag behind, so that the scaler pauses before the end of the flow.
  await untilSteady('what ingest to scaler write', async () => {
    const written = ['ingest', 'selector', 'featurizer', 'scaler'].map((stage) =>
      sumOf(services, 'output_batches_total', stage),
    );
    return (await Promise.all(written)).reduce((sum, batches) => sum + batches, 0);
  });
  const taken = () => sumOf(services, 'input_batches_total', 'scorer');
  const before = await taken();
  let most = 0;
  const look = async () => {
    for (const service of services) {
      if (isWriter(service)) assert.ok(await saysFullDisk(service), `${service.name} says that all is well`);
      else assert.deepEqual(await unreadyBecause(service), [], service.name);
    }
    for (const sink of ['scorer', 'feature_files'])
      most = Math.max(most, await sumOf(services, 'queue_batches', sink));
  };
  const said = await assertTheyWait(services, holdMs, look, garbageOfTries);
  t.diagnostic(said.join('; '));
  assert.equal(await taken(), before, 'the scorer went on reading');
  assert.ok(most > 0 && most <= mostHeld, `${most} messages are held, ${mostHeld} at most`);
  const waiting = (await scaled()) - before;
  assert.ok(waiting > 2 * mostHeld, `${waiting} messages wait in Kafka, which is not much more than is held`);
}

/** Waits until the ledger closes over so many files, every row of which is in the scores once. */
async function closes(run: EndlessRun, files: number): Promise<void> {
  let last: Awaited<ReturnType<EndlessRun['ledger']>> | undefined;
  await untilTrue(`the ledger closes over ${files} files`, async () => {
    last = await run.ledger();
    return last.page.files.length >= files && last.result.code === 0;
  }).catch((cause: unknown) => assert.fail(`${String(cause)}: ${last?.result.stderr}${last?.result.stdout}`));
  const { totals, files: each } = last!.page;
  assert.equal(each.length, files);
  assert.equal(totals.entries, totals.scored + totals.cut);
  assert.equal((await scoreRows(run.output)).size, totals.scored);
}

/** Files and folders that somebody began to write and left. */
function unfinished(out: string): string[] {
  if (!existsSync(out)) return [];
  const names = readdirSync(out, { recursive: true }).map(String);
  return names.filter((name) => name.endsWith('.tmp') || name.endsWith('.new'));
}
