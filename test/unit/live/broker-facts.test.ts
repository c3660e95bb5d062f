import assert from 'node:assert/strict';
import test from 'node:test';
import { countsMetadata } from '../../../lib/flow/partitions/sink-counts.js';
import { brokerCode } from '../../../lib/kafka/broker-codes.js';
import type { KafkaAdmin } from '../../../lib/kafka/client.js';
import { brokerFailure } from '../../../lib/kafka/failures.js';
import { type Stage, stages, stagesOf } from '../../../services/kafka/stages.js';
import { brokerFacts } from '../../../services/live/kafka/broker-facts.js';
import { clusterOf, kafkaConfig, openContext, put } from '../../support/service-context.js';

async function world() {
  const loaded = kafkaConfig({ kafka: { topics: { partitions: 2 } } });
  const cluster = clusterOf(loaded);
  const context = openContext(cluster, loaded);
  const { names, client } = context;
  const commit = ({ role, topic }: Stage, partition: number, offset: number, metadata: string) =>
    cluster.offsets.set(`${names.group(role)}/${names.topic(topic)}/${partition}`, { offset, metadata });
  const asked: string[] = [];
  const hidden = new Set<string>();
  const positions: Pick<KafkaAdmin, 'committed'> = {
    committed: async (group, topic) => {
      asked.push(`${group} ${topic}`);
      if (hidden.has(group))
        throw brokerFailure(brokerCode.unstableOffsetCommit, { doing: 'asking', broker: 'b' });
      return client.admin.committed(group, topic);
    },
  };
  const { signal } = new AbortController();
  const look = () => brokerFacts({ ...context, signal }, 0, positions);
  return { loaded, cluster, names, commit, asked, hidden, look };
}

test('lag and events of a stage over all its partitions, as its positions say', async () => {
  const { cluster, names, commit, look } = await world();
  const message = { key: 'k', value: Buffer.from('v'), headers: {} };
  for (const partition of [0, 1])
    await put(
      cluster,
      names.topic('events'),
      partition,
      Array.from({ length: 99 }, () => message),
    );
  // Output, read, written, and events in and out; the end of the transaction takes offset 99.
  commit(stages.selector, 0, 10, '[5,10,5,1000,800]');
  commit(stages.selector, 1, 100, '[50,99,50,9000,7000]');
  const within = { messages: 1, events: 20 };
  commit(
    stages.scorer,
    1,
    3,
    countsMetadata({ before: { messages: 2, events: 300 }, within, refused: new Set() }),
  );
  const facts = await look();
  assert.deepEqual(facts.get('selector'), {
    members: 0,
    lag: 90,
    whole: { eventsIn: 10_000, eventsOut: 7800 },
  });
  assert.deepEqual(facts.get('scorer')!.whole, { eventsIn: 320, eventsOut: 320 });
  assert.deepEqual(facts.get('featurizer'), { members: 0, lag: 0, whole: { eventsIn: 0, eventsOut: 0 } });
  assert.deepEqual(facts.get('trainer'), { members: 0, lag: undefined, whole: undefined });
});

test('brokers are asked once for the positions of a stage', async () => {
  const { loaded, names, asked, look } = await world();
  await look();
  const expected = stagesOf(loaded.config).map(
    ({ role, topic }) => `${names.group(role)} ${names.topic(topic)}`,
  );
  assert.deepEqual([...asked].sort(), [...expected].sort());
});

test('positions behind an open transaction are not known, and those of other stages are', async () => {
  const { names, commit, hidden, look } = await world();
  for (const stage of [stages.selector, stages.featurizer]) commit(stage, 0, 1, '[1,1,1,7,6]');
  hidden.add(names.group(stages.selector.role));
  const facts = await look();
  assert.deepEqual(facts.get('selector'), { members: 0, lag: undefined, whole: undefined });
  assert.deepEqual(facts.get('featurizer')!.whole, { eventsIn: 7, eventsOut: 6 });
});
