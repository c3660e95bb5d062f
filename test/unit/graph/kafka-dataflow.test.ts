import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { loadConfig } from '../../../lib/config/index.js';
import { dotOf } from '../../../services/graph/dot.js';
import { kafkaDataflow } from '../../../services/graph/kafka-dataflow.js';
import { mermaidOf } from '../../../services/graph/mermaid.js';
import { definitionOf } from '../../../services/kafka/definitions.js';
import { serviceNames } from '../../../services/kafka/stages.js';
import { groupsOf } from '../../../services/kafka/topic-commands.js';
import { RunNames, topicKinds, topicSpecs } from '../../../services/kafka/topics.js';
import type { FakeClient } from '../../sim/support/fake-client.js';
import { FakeKafka } from '../../sim/support/fake-kafka.js';
import { startOn } from '../../support/fake-services.js';
import { clusterOf, kafkaConfig } from '../../support/service-context.js';
import { quick, smallSamples, writeConfig } from '../../support/small-run.js';
import { readMermaid } from './read-mermaid.js';

test('every topic and group of a configuration is in the graph, with its settings', () => {
  const { config } = kafkaConfig({
    kafka: { prefix: 'mine', topics: { partitions: 6, replication: 3, retention_hours: 24 } },
    engine: { type: 'kafka', brokers: ['b:1'], copies: { featurizer: 3 } },
  });
  const names = new RunNames('mine');
  const flow = kafkaDataflow(config);
  const texts = flow.nodes.flatMap(({ lines }) => lines);
  for (const { name } of topicSpecs(names, config.kafka.topics)) assert.ok(texts.includes(name), name);
  for (const group of groupsOf(names)) assert.ok(texts.includes(`group ${group}`), group);
  assert.ok(texts.includes('6 partitions x 3, kept 24 h'));
  assert.ok(texts.includes('1 partition x 3, compacted'));
  assert.ok(flow.boxes.some(({ title }) => title === 'featurizer, 3 copies'));
  for (const text of [mermaidOf(flow), dotOf(flow)])
    for (const kind of topicKinds) assert.ok(text.includes(`mine.${kind}`));
  const { nodes, edges } = readMermaid(mermaidOf(flow));
  assert.equal(nodes.size, flow.nodes.length);
  assert.equal(edges.length, flow.edges.length);
});

test('a run without end has no files of a finished run, and none of features that are not kept', () => {
  const { config } = kafkaConfig({ input: { mode: 'continuous' }, output: { keep_features: false } });
  const ids = kafkaDataflow(config).nodes.map(({ id }) => id);
  assert.ok(ids.includes('files_drift_json'));
  for (const id of ['files_run_json', 'files_features', 'stage_feature_files'])
    assert.ok(!ids.includes(id), id);
});

/** Who reads and writes which topic, by what the services of a run do on a cluster in memory. */
class WatchedKafka extends FakeKafka {
  readonly reads = new Set<string>();
  readonly writes = new Set<string>();

  override client(name: string): FakeClient {
    const client = super.client(name);
    const { reader, producer } = client;
    client.reader = (topic, partition) => {
      this.reads.add(`${name} ${topic}`);
      return reader.call(client, topic, partition);
    };
    client.producer = async (id) => {
      const own = await producer.call(client, id);
      return {
        ...own,
        transaction: (body) =>
          own.transaction((transaction) =>
            body({
              ...transaction,
              send: (topic, partition, messages) => {
                this.writes.add(`${id} ${topic}`);
                return transaction.send(topic, partition, messages);
              },
            }),
          ),
      };
    };
    return client;
  }
}

test('the services of a run read and write what the graph shows, and nothing else', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'rmmstream-graph-'));
  try {
    const file = writeConfig(folder, smallSamples, {
      ...quick,
      engine: { type: 'kafka', brokers: ['fake:1'] },
      kafka: { prefix: 'p', topics: { partitions: 1 }, retry_max_ms: 100 },
      output: { directory: join(folder, 'out') },
    });
    const given = loadConfig({ file, environment: {}, currentDirectory: folder, needs: 'background' });
    const cluster = new WatchedKafka();
    clusterOf(given, cluster);
    const started = await Promise.all(
      serviceNames.map(async (name) => startOn(cluster, await definitionOf(name), { name, given })),
    );
    for (const service of started) assert.equal((await service.ended).exit, 0, service.events().join(' '));

    const { nodes, edges } = kafkaDataflow(given.config);
    const node = (id: string) => nodes.find((found) => found.id === id)!;
    const drawn = (from: string, to: string) =>
      edges.filter((edge) => edge.from.startsWith(from) && edge.to.startsWith(to));
    // A stage has an id for each partition, a role one for all; both say the group's name.
    const owner = (id: string) => node(id).lines[1]!.replace('group ', '');
    const topicOf = (id: string) => node(id).lines[0]!;
    const writes = ['stage', 'role'].flatMap((kind) =>
      drawn(kind, 'topic').map(({ from, to }) => `${owner(from)} ${topicOf(to)}`),
    );
    const done = [...cluster.writes].map((line) => line.replace(/\.0 /, ' '));
    // Nothing was at fault, so nobody wrote a dead letter.
    const expected = writes.filter((line) => !line.endsWith('dead-letters'));
    assert.deepEqual([...new Set(done)].sort(), [...new Set(expected)].sort());

    const reads = ['stage', 'role'].flatMap((kind) =>
      drawn('topic', kind).map(({ from, to }) => `${node(to).box!.replace('service_', '')} ${topicOf(from)}`),
    );
    const everybody = serviceNames.map((name) => `${name} p.progress`);
    const expectedReads = new Set([...reads, ...everybody]);
    for (const line of expectedReads) assert.ok(cluster.reads.has(line), `${line} is drawn and not so`);
    // What is left is output of their own, where they find their place again.
    const own = ['stage', 'role'].flatMap((kind) =>
      drawn(kind, 'topic').map(({ from, to }) => `${node(from).box!.replace('service_', '')} ${topicOf(to)}`),
    );
    const others = [...cluster.reads].filter((line) => !expectedReads.has(line) && !own.includes(line));
    assert.deepEqual(others, []);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
