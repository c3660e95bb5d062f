import assert from 'node:assert/strict';
import test from 'node:test';
import { RmmError } from '../../../lib/base/error.js';
import { refuseOtherConfiguration, refuseOtherRun } from '../../../services/kafka/same-run.js';
import { stages } from '../../../services/kafka/stages.js';
import {
  createTopics,
  deleteTopics,
  describeTopics,
  groupsOf,
  lagOf,
} from '../../../services/kafka/topic-commands.js';
import { RunNames, topicDifferences, topicKinds, topicSpecs } from '../../../services/kafka/topics.js';
import { manifestOf } from '../../../services/pipeline/manifest.js';
import { FakeKafka } from '../../sim/support/fake-kafka.js';
import { clusterOf, kafkaConfig, openContext, put, runRecord } from '../../support/service-context.js';

const names = new RunNames('mine');

test('everything of a run begins with its prefix, and topics are found again by name', () => {
  assert.equal(names.topic('scaler-state'), 'mine.scaler-state');
  assert.equal(names.group('scorer'), 'mine.scorer');
  assert.equal(names.transactionalId('scorer', 3), 'mine.scorer.3');
  assert.equal(names.transactionalId('planner'), 'mine.planner');
  for (const kind of topicKinds) assert.equal(names.kindOf(names.topic(kind)), kind);
  assert.equal(names.kindOf('mine.other'), undefined);
  assert.equal(names.kindOf('other.events'), undefined);
  assert.equal(names.kindOf(names.input), undefined, 'input files are no topic');
});

test('no two groups and no two transactional ids of a run are the same', () => {
  const groups = groupsOf(names);
  assert.equal(new Set(groups).size, groups.length);
  assert.equal(groups.length, Object.keys(stages).length + 4);
});

test('topics have the settings that decisions.md asks for', () => {
  const { topics } = kafkaConfig({
    kafka: { topics: { partitions: 7, replication: 3, retention_hours: 24, max_message_bytes: 100_000 } },
  }).config.kafka;
  const specs = new Map(topicSpecs(names, topics).map((spec) => [names.kindOf(spec.name)!, spec]));
  assert.equal(specs.size, topicKinds.length);
  for (const kind of ['events', 'selected', 'features', 'scaled'] as const)
    assert.equal(specs.get(kind)!.partitions, 7);
  for (const kind of ['scaler-state', 'models', 'progress', 'dead-letters'] as const)
    assert.equal(specs.get(kind)!.partitions, 1);
  for (const spec of specs.values()) {
    assert.equal(spec.replication, 3);
    assert.equal(spec.settings['max.message.bytes'], '100000');
  }
  for (const kind of ['scaler-state', 'models'] as const)
    assert.equal(specs.get(kind)!.settings['cleanup.policy'], 'compact');
  // Sink topics are never compacted, and what is read again from far back is kept.
  for (const [kind, hours] of [
    ['events', 24],
    ['selected', 24],
    ['scaled', 0],
    ['features', 0],
    ['progress', 0],
    ['dead-letters', 0],
  ] as const) {
    const { settings } = specs.get(kind)!;
    assert.equal(settings['cleanup.policy'], 'delete', kind);
    assert.equal(settings['retention.ms'], hours === 0 ? '-1' : '86400000', kind);
  }
});

test('differences between a topic and what it should be are told in words', () => {
  const [wanted] = topicSpecs(names, kafkaConfig().config.kafka.topics);
  const partitions = (copies: number, count = 4) =>
    Array.from({ length: count }, () => ({ replicas: Array.from({ length: copies }, (_, node) => node) }));
  const found = { partitions: partitions(1), settings: wanted!.settings };
  assert.deepEqual(topicDifferences(wanted!, found), []);
  const other = {
    partitions: partitions(1, 1),
    settings: { ...wanted!.settings, 'cleanup.policy': 'compact', more: '1' },
  };
  assert.deepEqual(topicDifferences(wanted!, other), [
    '1 partitions instead of 4',
    'cleanup.policy compact instead of delete',
  ]);
  // What brokers do not tell is not taken for a difference.
  assert.deepEqual(topicDifferences(wanted!, { ...found, settings: {} }), []);
  const threefold = { ...wanted!, replication: 3 };
  assert.deepEqual(topicDifferences(threefold, found), ['replication 1 instead of 3']);
  assert.deepEqual(topicDifferences(threefold, { ...found, partitions: partitions(4) }), []);
});

test('topics are made where they are missing, and refused where they differ', async () => {
  const cluster = new FakeKafka();
  const client = cluster.client('command');
  const { config } = kafkaConfig({ kafka: { prefix: 'mine', topics: { partitions: 2 } } });
  await assert.rejects(describeTopics(client, config), { code: 'kafka_topic_missing' });
  cluster.createTopic('mine.progress', 1);
  const { made, there } = await createTopics(client, config);
  assert.deepEqual(there, ['mine.progress']);
  assert.equal(made.length, topicKinds.length - 1);
  assert.deepEqual((await createTopics(client, config)).made, []);
  assert.deepEqual(
    (await describeTopics(client, config)).map(({ topic }) => topic.name),
    topicKinds.map((kind) => `mine.${kind}`),
  );
  const other = kafkaConfig({ kafka: { prefix: 'mine', topics: { partitions: 3 } } }).config;
  await assert.rejects(createTopics(client, other), {
    code: 'kafka_topic_differs',
    message: /mine\.events: 2 partitions instead of 3\n/,
  });
});

test('groups are forgotten before topics are deleted: one that is at work keeps both', async () => {
  const cluster = new FakeKafka();
  const client = cluster.client('command');
  const { config } = kafkaConfig({ kafka: { prefix: 'mine' } });
  await createTopics(client, config);
  const admin = client.admin as { deleteGroups: (groups: readonly string[]) => Promise<void> };
  const real = admin.deleteGroups;
  admin.deleteGroups = async () => {
    throw new RmmError('kafka_group_busy', 'mine.scorer has members');
  };
  await assert.rejects(deleteTopics(client, config), { code: 'kafka_group_busy' });
  assert.equal((await client.admin.listTopics()).length, topicKinds.length);
  admin.deleteGroups = real;
  assert.equal((await deleteTopics(client, config)).length, topicKinds.length);
  assert.deepEqual(await client.admin.listTopics(), []);
});

test('lag is what lies behind the committed position, for every stage that reads', async () => {
  const loaded = kafkaConfig({ kafka: { topics: { partitions: 2 } } });
  const cluster = clusterOf(loaded);
  const message = { key: null, value: Buffer.from('x'), headers: {} };
  await put(cluster, 'rmmstream.features', 0, [message, message, message]);
  cluster.offsets.set('rmmstream.scaler/rmmstream.features/0', { offset: 1, metadata: '' });
  const lags = await lagOf(cluster.client('command'), loaded.config);
  const at = (stage: string, partition: number) => {
    const found = lags.find((lag) => lag.stage === stage && lag.partition === partition)!;
    return [found.position, found.end, found.lag];
  };
  assert.deepEqual(at('scaler', 0), [1, 4, 3]);
  assert.deepEqual(at('scaler-moments', 0), [undefined, 4, 4]);
  assert.deepEqual(at('feature-files', 1), [undefined, 0, 0]);
  assert.ok(lags.every(({ stage }) => stage !== 'ingest'));
  assert.equal(lags.length, 6 * 2);
  // Nobody makes feature files that are not kept, so nobody is behind with them.
  const given = { input: { mode: 'continuous' }, output: { keep_features: false } };
  const without = await lagOf(
    cluster.client('command'),
    kafkaConfig({ ...given, kafka: { topics: { partitions: 2 } } }).config,
  );
  assert.deepEqual(
    without,
    lags.filter(({ stage }) => stage !== 'feature-files'),
  );
});

test('a run of another configuration, program, partitions or windows is refused with what differs', () => {
  const loaded = kafkaConfig();
  const manifest = manifestOf(loaded, []);
  const run = {
    ...runRecord(loaded),
    program: manifest.program,
    configuration_hash: manifest.configurationHash,
    configuration: manifest.configuration,
  };
  const context = openContext(clusterOf(loaded), loaded);
  refuseOtherConfiguration(run, context);
  const other = (given: Parameters<typeof kafkaConfig>[0]) => ({ ...context, loaded: kafkaConfig(given) });
  assert.throws(() => refuseOtherConfiguration(run, other({ training: { epochs: 99 } })), {
    code: 'run_changed',
    message: /prefix rmmstream hold another run.*training\.epochs/s,
  });
  assert.throws(() => refuseOtherConfiguration(run, other({ kafka: { topics: { partitions: 5 } } })), {
    code: 'run_changed',
    message: /begun with kafka\.topics\.partitions: 4; .* found 5/,
  });
  assert.throws(() => refuseOtherConfiguration(run, other({ kafka: { sink_window_offsets: 7 } })), {
    code: 'run_changed',
    message: /begun with kafka\.sink_window_offsets: 64; .* found 7/,
  });
  // What does not change results may differ.
  refuseOtherConfiguration(run, other({ kafka: { fetch_bytes: 70_000 } }));
  assert.throws(() => refuseOtherRun({ ...run, program: '0.0.1' }, manifest, 'p'), { code: 'run_changed' });
});
