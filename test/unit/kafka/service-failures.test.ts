import assert from 'node:assert/strict';
import test from 'node:test';
import { RmmError } from '../../../lib/base/error.js';
import type { ServiceDefinition } from '../../../services/kafka/run-service.js';
import { FakeKafka } from '../../sim/support/fake-kafka.js';
import { loaded, run, startOn } from '../../support/fake-services.js';
import { clusterOf, kafkaConfig, openContext, putRecords } from '../../support/service-context.js';

test('missing topics are named with the command that makes them', async () => {
  const cluster = new FakeKafka();
  cluster.createTopic('rmmstream.events', 1);
  const { exit, error } = await startOn(cluster).ended;
  assert.equal(exit, 1);
  assert.equal((error as RmmError).code, 'kafka_topic_missing');
  assert.match((error as RmmError).message, /lacks rmmstream\.selected, .*topics create/);
});

test('an error that no retry mends is told to all, and ends them with its words', async () => {
  const cluster = clusterOf(loaded);
  const writer = openContext(cluster, loaded);
  await putRecords(cluster, writer, [run]);
  const other = startOn(cluster, {}, { name: 'scorer' });
  await other.until('running');
  const broken = startOn(cluster, {
    parts: () => [
      {
        name: 'part',
        run: async () => {
          throw new RmmError('no_training_events', 'none was selected');
        },
      },
    ],
  });
  const first = await broken.ended;
  assert.deepEqual([first.exit, (first.error as RmmError).code], [1, 'no_training_events']);
  const second = await other.ended;
  assert.deepEqual(
    [second.exit, (second.error as RmmError).code, (second.error as RmmError).message],
    [1, 'service_failed', 'selector failed: none was selected'],
  );
  assert.deepEqual(
    cluster.committed('rmmstream.progress')[0]!.map(({ key }) => key),
    ['run', 'failed'],
    'whoever ends because of another does not tell it again',
  );
  // Started again, they go on: that failure is of an earlier attempt.
  const again = startOn(cluster);
  await again.until('running');
  again.signal();
  assert.equal((await again.ended).exit, 0);
});

test('a defect is told as internal', async () => {
  const cluster = clusterOf(loaded);
  const writer = openContext(cluster, loaded);
  await putRecords(cluster, writer, [run]);
  const broken = startOn(cluster, {
    parts: () => [
      {
        name: 'part',
        run: async () => {
          throw new TypeError('x is not a function');
        },
      },
    ],
  });
  assert.equal((await broken.ended).exit, 1);
  const record = JSON.parse(cluster.committed('rmmstream.progress')[0]![1]!.value!.toString()) as {
    code: string;
    message: string;
  };
  assert.deepEqual([record.code, record.message], ['internal', 'TypeError: x is not a function']);
});

test('a copy that is refused ends alone; the run goes on', async () => {
  const cluster = clusterOf(loaded);
  const writer = openContext(cluster, loaded);
  await putRecords(cluster, writer, [run]);
  const healthy = startOn(cluster, {}, { name: 'scorer' });
  await healthy.until('running');
  const refused = async (
    code: string,
    ...how: [Partial<ServiceDefinition>, Parameters<typeof startOn>[2]?]
  ) => {
    const { exit, error } = await startOn(cluster, ...how).ended;
    assert.deepEqual([exit, (error as RmmError).code], [1, code]);
  };
  const other = kafkaConfig({ kafka: { topics: { partitions: 2 }, retry_max_ms: 100 } });
  await refused('run_changed', {}, { given: other });
  await refused('not_a_run', {
    parts: () => {
      throw new RmmError('not_a_run', 'the directory holds other files');
    },
  });
  await refused(
    'run_changed',
    {
      atOnce: () => [
        {
          name: 'planner',
          run: async () => {
            throw new RmmError('run_changed', 'other settings');
          },
        },
      ],
    },
    { given: other },
  );
  healthy.signal();
  assert.equal((await healthy.ended).exit, 0);
  assert.deepEqual(
    cluster.committed('rmmstream.progress')[0]!.map(({ key }) => key),
    ['run'],
  );
});

test('what keeps a run from getting on record is told: the others would wait for it for ever', async () => {
  const cluster = clusterOf(loaded);
  const other = startOn(cluster, {}, { name: 'scorer' });
  await other.until('running');
  const planner = {
    name: 'planner',
    run: async () => {
      throw new RmmError('root_file_missing', 'mc/zee.root is not there');
    },
  };
  const broken = startOn(cluster, { atOnce: () => [planner] }, { name: 'ingest' });
  assert.equal((await broken.ended).exit, 1);
  assert.equal(((await other.ended).error as RmmError).message, 'ingest failed: mc/zee.root is not there');
});
