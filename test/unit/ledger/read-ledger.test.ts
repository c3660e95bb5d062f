import assert from 'node:assert/strict';
import { join } from 'node:path';
import test from 'node:test';
import { RmmError } from '../../../lib/base/error.js';
import { createProgress } from '../../../lib/telemetry/progress.js';
import { claimDirectory } from '../../../services/kafka/claim-directory.js';
import { letterMessage, wholeLetter } from '../../../services/kafka/letters.js';
import type { DataTopic } from '../../../services/kafka/topics.js';
import { readLedger } from '../../../services/ledger/read-ledger.js';
import type { FakeKafka } from '../../sim/support/fake-kafka.js';
import { inFolder } from '../../support/cli.js';
import {
  clusterOf,
  fileRecord,
  kafkaConfig,
  type OpenedContext,
  openContext,
  put,
  putRecords,
  runRecord,
} from '../../support/service-context.js';

const loaded = kafkaConfig({ kafka: { topics: { partitions: 1, retention_hours: 1 } } });
const file = fileRecord(0, 100);
const source = {
  sample: file.sample,
  kind: file.kind,
  file: file.name,
  fingerprint: file.fingerprint,
  first: '0',
  entries: '100',
};

interface World {
  readonly context: OpenedContext;
  readonly cluster: FakeKafka;
  /** A stage has read the first message of a topic. */
  passed(role: string, topic: DataTopic): void;
  ledger(): ReturnType<typeof readLedger>;
}

/** A run of one block. */
async function inWorld(body: (world: World) => Promise<void>): Promise<void> {
  await inFolder(async (folder) => {
    const cluster = clusterOf(loaded);
    const own = { ...loaded, outputDirectory: join(folder, 'out') };
    const context = openContext(cluster, own);
    claimDirectory(own.outputDirectory, context.names.prefix, runRecord(loaded));
    await putRecords(cluster, context, [runRecord(loaded), file]);
    const signal = new AbortController().signal;
    await context.view.catchUp(signal);
    const progress = createProgress({ style: 'none', write: () => undefined, nowMs: () => 0 });
    const { names } = context;
    await body({
      context,
      cluster,
      passed: (role, topic) =>
        cluster.offsets.set(`${names.group(role)}/${names.topic(topic)}/0`, { offset: 1, metadata: '' }),
      ledger: () => readLedger({ ...context, loaded: own, signal }, progress),
    });
  });
}

/** Takes away everything before an offset, as brokers do after the time for which a topic is kept. */
function forget({ context, cluster }: World, topic: DataTopic, first: number): void {
  const name = context.names.topic(topic);
  for (const entry of cluster.log(name, 0).slice(0, first)) entry.message = undefined;
  const { admin } = context.client;
  const { offsets } = admin;
  Object.assign(admin, {
    offsets: async (asked: string) =>
      (await offsets(asked)).map((found) => (asked === name ? { ...found, first } : found)),
  });
}

async function refuse({ context, cluster }: World, topic: DataTopic): Promise<void> {
  const name = context.names.topic(topic);
  const offset = await put(cluster, name, 0, [{ key: null, value: Buffer.from('garbage'), headers: source }]);
  const message = cluster.committed(name)[0]!.find((found) => found.offset === offset)!;
  const error = new RmmError('wire_checksum_wrong', 'damaged');
  const letter = wholeLetter(message, { topic: name, partition: 0 }, 'stage', error, 1 << 20);
  await put(cluster, context.names.topic('dead-letters'), 0, [letterMessage(letter)]);
}

test('a block stays a dead letter when its topic no longer has the message', async () => {
  await inWorld(async (world) => {
    const { passed, ledger } = world;
    passed('ingest', 'events');
    await refuse(world, 'events');
    passed('selector', 'events');
    assert.equal((await ledger()).totals.dead, 100);
    forget(world, 'events', 1);
    const { totals, cut } = await ledger();
    assert.deepEqual(cut, ['events']);
    assert.deepEqual([totals.dead, totals.missing], [100, 0]);
    // It was sent again: now it has to be somewhere.
    const redriven = { type: 'redriven', topic: 'events', partition: 0, offset: 0, letters: 2 } as const;
    await putRecords(world.cluster, world.context, [{ ...redriven, letter: 'rmmstream.events/0/0/-1' }]);
    assert.equal((await ledger()).totals.missing, 100);
  });
});
