import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import test from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { RmmError } from '../../../lib/base/error.js';
import type { LoadedConfig } from '../../../lib/config/index.js';
import type { RecordOf } from '../../../services/kafka/progress-records.js';
import { roles, stages } from '../../../services/kafka/stages.js';
import { RunNames } from '../../../services/kafka/topics.js';
import { serveKafka } from '../../../services/live/kafka/live-kafka.js';
import type { Frame, Snapshot } from '../../../services/live/shared/snapshot.js';
import { manifestOf } from '../../../services/pipeline/manifest.js';
import { FakeKafka, type Trouble } from '../../sim/support/fake-kafka.js';
import { inFolder } from '../../support/cli.js';
import { clusterOf, fileRecord, kafkaConfig, putRecords, runRecord } from '../../support/service-context.js';

/** The record of a run of this configuration, on topics with that id. */
function recordOf(loaded: LoadedConfig, topics: string): RecordOf<'run'> {
  const { program, configurationHash, configuration } = manifestOf(loaded, []);
  return { ...runRecord(loaded), topics, program, configuration_hash: configurationHash, configuration };
}

interface World {
  readonly loaded: LoadedConfig;
  readonly cluster: FakeKafka;
  /** What services answer at /metrics. */
  readonly metrics: { text: string };
  /** Puts a run on record. */
  begin(topics: string, entries: number): Promise<void>;
  /** Waits for what the page shows, ten seconds at most. */
  until(what: string, holds: (seen: Snapshot) => boolean): Promise<Snapshot>;
}

/** A dashboard on a cluster in memory, with one address of a service. */
async function watched(trouble: Trouble, body: (world: World) => Promise<void>): Promise<void> {
  const metrics = { text: '' };
  const service = createServer((_, response) => response.end(metrics.text));
  await new Promise<void>((listening) => service.listen(0, '127.0.0.1', listening));
  const stop = new AbortController();
  try {
    await inFolder(async (folder) => {
      const loaded = kafkaConfig(
        {
          kafka: { topics: { partitions: 1 } },
          live: { services: [`127.0.0.1:${(service.address() as AddressInfo).port}`] },
          output: { directory: join(folder, 'out') },
        },
        folder,
      );
      const cluster = clusterOf(loaded, new FakeKafka(trouble));
      const names = new RunNames(loaded.config.kafka.prefix);
      let told = (_: string) => {};
      const address = new Promise<string>((resolve) => {
        told = (text) => {
          const found = /http:\/\/[\d.]+:\d+\//.exec(text);
          if (found !== null) resolve(found[0]);
        };
      });
      const served = serveKafka({
        loaded,
        client: cluster.client('page'),
        title: 'a.yaml',
        address: { host: '127.0.0.1', port: 0 },
        token: { text: 'a-token-of-twenty-five-ch', isNew: false },
        signal: stop.signal,
        say: (text) => told(text),
      });
      const look = async () =>
        ((await (await fetch(`${await address}snapshot`)).json()) as Frame).sections as Snapshot;
      await body({
        loaded,
        cluster,
        metrics,
        begin: (topics, entries) =>
          putRecords(cluster, { names }, [recordOf(loaded, topics), fileRecord(0, entries)]),
        async until(what, holds) {
          let seen = await look();
          for (let tries = 0; tries < 100 && !holds(seen); tries += 1) {
            await wait(100);
            seen = await look();
          }
          assert.ok(holds(seen), `waited in vain for ${what}: ${JSON.stringify(seen)}`);
          return seen;
        },
      });
      stop.abort();
      cluster.wake();
      await served;
    });
  } finally {
    stop.abort();
    service.close();
  }
}

test('a run that takes the place of another one is shown from its own beginning', async () => {
  await watched(
    async () => {},
    async ({ loaded, cluster, metrics, begin, until }) => {
      metrics.text = `
rmmstream_input_batches_total{stage="trainer"} 7
rmmstream_input_events_total{stage="trainer"} 700
rmmstream_training_epochs_total{stage="trainer"} 3
rmmstream_training_loss{stage="trainer"} 0.5
rmmstream_validation_loss{stage="trainer"} 0.75
rmmstream_dead_letters_total{stage="trainer",reason="wire_message_invalid"} 4
`;
      await until('the run to be missed', ({ run }) => run.message !== '');
      await begin('0123abcd', 9_000);
      const first = await until(
        'the run',
        ({ run, training }) => run.state === 'running' && training.epochs.length > 0,
      );
      assert.deepEqual(
        first.training.epochs.map(({ number, loss, validationLoss }) => [number, loss, validationLoss]),
        [[3, 0.5, 0.75]],
      );
      assert.deepEqual(first.letters, [{ stage: 'trainer', reason: 'wire_message_invalid', count: 4 }]);
      assert.equal(first.phases[0]!.total, 9_000);

      // As `rmmstream run --fresh` has it: topics are deleted and made again, services begin anew.
      metrics.text = 'rmmstream_input_batches_total{stage="trainer"} 0\n';
      cluster.logs.clear();
      cluster.offsets.clear();
      clusterOf(loaded, cluster);
      await begin('ffffffff', 200);
      cluster.wake();
      const second = await until('the other run', ({ phases }) => phases[0]!.total === 200);
      assert.deepEqual([second.training.epochs, second.letters], [[], []]);
      assert.equal(second.flow.stages.find(({ stage }) => stage === 'trainer')!.eventsIn, 0);
    },
  );
});

test('the page joins no group and writes nothing', async () => {
  const operations = new Set<string>();
  await watched(
    async (client, operation) => {
      if (client === 'page') operations.add(operation);
    },
    async ({ loaded, cluster, begin, until }) => {
      await begin('0123abcd', 9_000);
      await until('the run', ({ run }) => run.state === 'running');
      const names = new RunNames(loaded.config.kafka.prefix);
      for (const { role } of [...Object.values(stages), ...Object.values(roles)])
        assert.equal(cluster.membersOf(names.group(role)), 0, role);
    },
  );
  assert.deepEqual([...operations].sort(), ['committed', 'fetch', 'members', 'offsets']);
});

test('brokers that do not answer for a while end nothing; the page says so above, and what it shows stands', async () => {
  let isDown = false;
  await watched(
    async (_, operation) => {
      if (isDown && operation !== 'fetch') throw new RmmError('kafka_unreachable', 'no broker answers');
    },
    async ({ begin, until }) => {
      await begin('0123abcd', 9_000);
      await until('the run', ({ run }) => run.state === 'running');
      isDown = true;
      const lost = await until('the trouble', ({ run }) => run.message !== '');
      assert.match(lost.run.message, /^Brokers do not answer.*no broker answers/);
      assert.equal(lost.phases[0]!.total, 9_000);
      isDown = false;
      await until('the answer', ({ run }) => run.state === 'running' && run.message === '');
    },
  );
});
