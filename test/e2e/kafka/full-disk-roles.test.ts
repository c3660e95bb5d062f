import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import test, { after, before } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { inFolder } from '../../support/cli.js';
import { saysFullDisk } from '../../support/held-services.js';
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
import { runWell, smallSamples, writeConfig } from '../../support/small-run.js';

const diskBytes = 64 << 20;
/** Several tries are made meanwhile: kafka.retry_max_ms is shorter. */
const holdMs = 3_000;

let cluster: KafkaCluster;
before(async () => {
  if (kafkaSkip === false && smallDiskSkip === false) cluster = await startKafka();
});
after(() => cluster?.stop());

/** Resolves as soon as a path is there: what comes right after it is to meet the full disk. */
async function untilThere(what: string, isThere: () => boolean): Promise<void> {
  for (const began = performance.now(); !isThere(); await wait(1))
    if (performance.now() - began > 120_000) throw new Error(`${what} was never there`);
}

/** Whether megasets are whole, in the folder of whoever trains. */
function isCollected(trainer: string): boolean {
  if (!existsSync(trainer)) return false;
  return readdirSync(trainer).some((owner) => existsSync(join(trainer, owner, 'megasets', 'plan.json')));
}

test('the first, the trainer’s and the last write to an output directory wait for room on its disk', {
  skip: kafkaSkip || smallDiskSkip,
}, async () => {
  await inFolder(async (folder) => {
    const file = writeConfig(folder, smallSamples, {
      features: { min_filled: 20 },
      // Long enough that the disk is full before the last checkpoint.
      training: { epochs: 60, megasets: 2, batch_events: 256, early_stopping: { patience_epochs: 1000 } },
      engine: { workers: 2 },
    });
    const embedded = join(folder, 'embedded');
    await runWell(['run', file, '--output', embedded]);
    const disk = await makeSmallDisk(folder, diskBytes);
    const services: StartedService[] = [];
    try {
      const out = join(disk.path, 'out');
      const config = writeKafkaConfig(folder, 'kafka.yaml', cluster.brokers, {
        prefix: 'roles',
        topics: { partitions: 1 },
        retry_max_ms: 500,
      });
      await runWell(['topics', 'create', config]);
      const start = (name: string) => {
        services.push(startService(name, config, ['--output', out]));
        return services.at(-1)!;
      };
      /** @param still what does not go on meanwhile */
      const held = async (
        what: string,
        waiting: readonly StartedService[],
        still: () => Promise<number | undefined> = async () => 0,
      ) => {
        for (const service of waiting)
          await untilTrue(`${what}: ${service.name} says that the disk is full`, () => saysFullDisk(service));
        const before = await still();
        assert.ok(before !== undefined);
        // Between its tries too.
        for (const began = performance.now(); performance.now() - began < holdMs; await wait(50))
          for (const service of waiting) assert.ok(await saysFullDisk(service), `${what}: ${service.name}`);
        assert.equal(await still(), before, `${what}: work is done again`);
        disk.empty();
      };

      disk.fill();
      for (const name of ['ingest', 'selector', 'featurizer']) start(name);
      const [scaler, trainer, scorer] = ['scaler', 'trainer', 'scorer'].map(start);
      await held('at the start', [scaler!, trainer!, scorer!]);

      await untilThere('the plan', () => isCollected(join(out, '.work', 'kafka', 'trainer')));
      disk.fill();
      const trained = () => metricOf(trainer!, 'rmmstream_input_events_total{stage="trainer"}');
      await held('in training', [trainer!], trained);

      await untilThere('cutflow.json', () => existsSync(join(out, 'cutflow.json')));
      disk.fill();
      await held('at the end', [scorer!]);

      await allEndWell(services);
      await assertSameRun(out, embedded);
      await runWell(['ledger', config, '--output', out]);
    } finally {
      await endAll(services);
      await disk.close();
    }
  });
});
