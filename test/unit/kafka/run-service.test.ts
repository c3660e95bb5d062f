import assert from 'node:assert/strict';
import test from 'node:test';
import { systemClock } from '../../../lib/base/clock.js';
import { RmmError } from '../../../lib/base/error.js';
import { createLog } from '../../../lib/telemetry/log.js';
import type { ProgressRecord } from '../../../services/kafka/progress-records.js';
import { runService, type ServiceDefinition } from '../../../services/kafka/run-service.js';
import { untilAborted } from '../../../services/kafka/service-part.js';
import { manifestOf } from '../../../services/pipeline/manifest.js';
import { FakeKafka, type Trouble } from '../../sim/support/fake-kafka.js';
import {
  clusterOf,
  kafkaConfig,
  leaveOpen,
  openContext,
  putRecords,
  runRecord,
} from '../../support/service-context.js';

const loaded = kafkaConfig({ kafka: { topics: { partitions: 1 }, retry_max_ms: 100 } });
const manifest = manifestOf(loaded, []);
const run = {
  ...runRecord(loaded),
  program: manifest.program,
  configuration_hash: manifest.configurationHash,
  configuration: manifest.configuration,
};
const finished: ProgressRecord[] = [
  ...(['events', 'selected', 'features', 'scaled', 'scores'] as const).map(
    (of) => ({ type: 'end', of, partition: 0, offset: 1, messages: 1, input: 1 }) as const,
  ),
  { type: 'finished', ends: [1] },
];

const signals = new Set<() => void>();
test.afterEach(() => {
  // Twice: whatever hangs is forced.
  for (const signal of signals) signal();
  for (const signal of signals) signal();
  signals.clear();
});

/** A service on a cluster in memory. */
function start(
  cluster: FakeKafka,
  definition: Partial<ServiceDefinition> = {},
  { name = 'selector' as ServiceDefinition['name'], given = loaded, connect = 0 } = {},
) {
  const lines: Record<string, unknown>[] = [];
  let signal = () => {};
  let failures = connect;
  const ended = runService(
    { name, parts: () => [{ name: 'part', run: untilAborted }], ...definition },
    {
      loaded: given,
      host: '127.0.0.1',
      port: 0,
      clock: systemClock,
      random: () => 0.5,
      log: createLog({
        service: name,
        style: 'json',
        clock: systemClock,
        write: (line) => lines.push(JSON.parse(line) as Record<string, unknown>),
        repeatIntervalMs: 0,
      }),
      onSignal(listener) {
        signal = listener;
        signals.add(listener);
        return () => signals.delete(listener);
      },
      connect: async () => {
        if (failures-- > 0) throw new RmmError('kafka_unreachable', 'no broker answers');
        return cluster.client(name);
      },
    },
  );
  const events = () => lines.map(({ event }) => event);
  const until = async (event: string) => {
    for (let turn = 0; turn < 2000 && !events().includes(event); turn += 1)
      await new Promise((resolve) => setTimeout(resolve, 5));
    assert.ok(events().includes(event), `${event} in ${events().join(' ')}`);
    return lines.find((line) => line.event === event)!;
  };
  const ready = async () => {
    const { port } = await until('starting');
    const response = await fetch(`http://127.0.0.1:${String(port)}/ready`);
    return (await response.json()) as { ready: boolean; reasons: { key: string; text: string }[] };
  };
  return { ended, events, until, ready, signal: () => signal(), lines };
}

test('parts that need a run start with it; those that make it, at once; all end at a signal', async () => {
  const cluster = clusterOf(loaded);
  const started: string[] = [];
  const part = (name: string) => ({
    name,
    run: async (signal: AbortSignal) => {
      started.push(name);
      await untilAborted(signal);
      started.push(`${name} ended`);
    },
  });
  const service = start(cluster, { atOnce: () => [part('planner')], parts: () => [part('reader')] });
  await service.until('running');
  assert.deepEqual(started, ['planner']);
  const writer = openContext(cluster, loaded);
  await putRecords(cluster, writer, [run]);
  while (started.length < 2) await new Promise((resolve) => setTimeout(resolve, 1));
  assert.equal((await service.ready()).ready, true);
  service.signal();
  const { exit, error } = await service.ended;
  assert.deepEqual([exit, error], [0, undefined]);
  assert.deepEqual(started.slice(2).sort(), ['planner ended', 'reader ended']);
});

test('a finished run ends the service by itself, at its start too', async () => {
  const cluster = clusterOf(loaded);
  const service = start(cluster);
  const writer = openContext(cluster, loaded);
  await putRecords(cluster, writer, [run, ...finished]);
  assert.equal((await service.ended).exit, 0);
  assert.equal((await start(cluster).ended).exit, 0);
});

test('brokers that do not answer are waited for, and readiness says so', async () => {
  const cluster = clusterOf(loaded);
  const service = start(cluster, {}, { connect: 4 });
  const fault = await service.until('fault');
  assert.equal(fault.reason, 'no broker answers');
  const { ready, reasons } = await service.ready();
  assert.equal(ready, false);
  assert.ok(reasons.some(({ key }) => key === 'kafka' || key === 'state'));
  await service.until('running');
  assert.ok(service.events().includes('fault_over'));
  service.signal();
  assert.equal((await service.ended).exit, 0);
});

test('a directory on a full disk is waited for, and readiness says so', async () => {
  const cluster = clusterOf(loaded);
  const writer = openContext(cluster, loaded);
  await putRecords(cluster, writer, [run]);
  let isFull = true;
  let tries = 0;
  const parts = () => {
    tries += 1;
    if (isFull) throw new RmmError('disk_full', 'no room left on the disk');
    return [{ name: 'part', run: untilAborted }];
  };
  const service = start(cluster, { parts });
  await service.until('running');
  await service.until('fault');
  while (tries < 3) await new Promise((resolve) => setTimeout(resolve, 1));
  const { ready, reasons } = await service.ready();
  assert.equal(ready, false);
  assert.deepEqual(
    reasons.map(({ text }) => text),
    ['no room left on the disk'],
  );
  isFull = false;
  await service.until('fault_over');
  assert.equal((await service.ready()).ready, true);
  service.signal();
  assert.equal((await service.ended).exit, 0);
  // Nothing was told to the others.
  assert.deepEqual(
    cluster.committed('rmmstream.progress')[0]!.map(({ key }) => key),
    ['run'],
  );
});

test('a service that waits for room ends at a signal', async () => {
  const cluster = clusterOf(loaded);
  const writer = openContext(cluster, loaded);
  await putRecords(cluster, writer, [run]);
  const service = start(cluster, {
    parts: () => {
      throw new RmmError('disk_full', 'no room left on the disk');
    },
  });
  await service.until('fault');
  service.signal();
  assert.equal((await service.ended).exit, 0);
});

test('missing topics are named with the command that makes them', async () => {
  const cluster = new FakeKafka();
  cluster.createTopic('rmmstream.events', 1);
  const { exit, error } = await start(cluster).ended;
  assert.equal(exit, 1);
  assert.equal((error as RmmError).code, 'kafka_topic_missing');
  assert.match((error as RmmError).message, /lacks rmmstream\.selected, .*topics create/);
});

test('an error that no retry mends is told to all, and ends them with its words', async () => {
  const cluster = clusterOf(loaded);
  const writer = openContext(cluster, loaded);
  await putRecords(cluster, writer, [run]);
  const other = start(cluster, {}, { name: 'scorer' });
  await other.until('running');
  const broken = start(cluster, {
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
  const again = start(cluster);
  await again.until('running');
  again.signal();
  assert.equal((await again.ended).exit, 0);
});

test('a transaction that a dead copy left open does not keep its successor from starting', async () => {
  const cluster = clusterOf(loaded);
  const writer = openContext(cluster, loaded);
  await putRecords(cluster, writer, [run]);
  await leaveOpen(cluster, 'rmmstream.progress', 'rmmstream.selector.0');
  // A failure of the attempt before, which cannot be read until the dead copy's transaction is ended.
  await putRecords(cluster, writer, [{ type: 'failed', service: 'scorer', code: 'internal', message: 'x' }]);
  const service = start(cluster, {
    parts: ({ client }) => [
      {
        name: 'part',
        run: async (signal) => {
          await client.producer('rmmstream.selector.0');
          await untilAborted(signal);
        },
      },
    ],
  });
  await service.until('running');
  await cluster.changed(50);
  service.signal();
  assert.equal((await service.ended).exit, 0);
});

test('a defect is told as internal', async () => {
  const cluster = clusterOf(loaded);
  const writer = openContext(cluster, loaded);
  await putRecords(cluster, writer, [run]);
  const broken = start(cluster, {
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
  const healthy = start(cluster, {}, { name: 'scorer' });
  await healthy.until('running');
  const refused = async (
    code: string,
    ...how: [Partial<ServiceDefinition>, Parameters<typeof start>[2]?]
  ) => {
    const { exit, error } = await start(cluster, ...how).ended;
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
  const other = start(cluster, {}, { name: 'scorer' });
  await other.until('running');
  const planner = {
    name: 'planner',
    run: async () => {
      throw new RmmError('root_file_missing', 'mc/zee.root is not there');
    },
  };
  const broken = start(cluster, { atOnce: () => [planner] }, { name: 'ingest' });
  assert.equal((await broken.ended).exit, 1);
  assert.equal(((await other.ended).error as RmmError).message, 'ingest failed: mc/zee.root is not there');
});

test('a part that gives up in the middle of a drain does not make it a failure', async () => {
  const cluster = clusterOf(loaded);
  const writer = openContext(cluster, loaded);
  await putRecords(cluster, writer, [run]);
  const service = start(cluster, {
    parts: () => [
      {
        name: 'part',
        run: async (signal) => {
          await untilAborted(signal);
        },
      },
    ],
  });
  await service.until('running');
  service.signal();
  assert.equal((await service.ended).exit, 0);
  assert.deepEqual(
    cluster.committed('rmmstream.progress')[0]!.map(({ key }) => key),
    ['run'],
  );
});

test('an outage of the log makes the service unready, and passes', async () => {
  let isOut = false;
  const trouble: Trouble = async (client, operation) => {
    if (isOut && client === 'selector' && operation === 'fetch')
      throw new RmmError('kafka_unreachable', 'no broker answers');
  };
  const cluster = clusterOf(loaded, new FakeKafka(trouble));
  const writer = openContext(cluster, loaded);
  await putRecords(cluster, writer, [run]);
  const service = start(cluster);
  await service.until('running');
  isOut = true;
  cluster.wake();
  await service.until('fault');
  const { ready, reasons } = await service.ready();
  assert.equal(ready, false);
  assert.deepEqual(
    reasons.map(({ key, text }) => [key, text]),
    [['progress', 'no broker answers']],
  );
  isOut = false;
  await service.until('fault_over');
  assert.equal((await service.ready()).ready, true);
  service.signal();
  await service.ended;
});
