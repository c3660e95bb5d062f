import assert from 'node:assert/strict';
import { join } from 'node:path';
import test from 'node:test';
import { RmmError } from '../../../lib/base/error.js';
import { reasonCount } from '../../../lib/physics/selection/index.js';
import { type RedriveRequest, redrive } from '../../../services/dead-letters/redrive.js';
import { claimDirectory, kafkaLayoutOf } from '../../../services/kafka/claim-directory.js';
import { letterMessage, wholeLetter } from '../../../services/kafka/letters.js';
import type { RunView } from '../../../services/kafka/run-view.js';
import { prepareBlockList } from '../../../services/scorer/block-list.js';
import { encodeEvents } from '../../../services/wire/events.js';
import { FakeKafka } from '../../sim/support/fake-kafka.js';
import { inFolder } from '../../support/cli.js';
import { rawEvents } from '../../support/raw-blocks.js';
import {
  clusterOf,
  fileRecord,
  kafkaConfig,
  openContext,
  put,
  putRecords,
  runRecord,
} from '../../support/service-context.js';

const loaded = kafkaConfig();
const topic = 'rmmstream.events';
const request: RedriveRequest = {
  ids: ['events/0/0/-1'],
  set: [],
  fromSource: false,
  asItIs: true,
  again: false,
  dryRun: false,
};

/** A run whose one block was garbage on events. */
async function withOneLetter(cluster: FakeKafka) {
  clusterOf(loaded, cluster);
  const open = (name: string): RunView => ({
    ...openContext(cluster, loaded, { name }),
    signal: new AbortController().signal,
  });
  const file = fileRecord(0, 100);
  const value = Buffer.from('garbage');
  const { sample, kind, name, fingerprint } = file;
  const source = { sample, kind, file: name, fingerprint, first: '0', entries: '100' };
  const message = {
    offset: 0,
    timestampMs: 0,
    key: `${fingerprint}:0`,
    value,
    headers: new Map(Object.entries(source)),
  };
  const error = new RmmError('wire_checksum_wrong', 'damaged');
  const letter = wholeLetter(message, { topic, partition: 0 }, 'selector', error, 1 << 20);
  const context = open('first');
  await putRecords(cluster, context, [runRecord(loaded), file]);
  await put(cluster, topic, 0, [{ key: message.key, value, headers: source }]);
  await put(cluster, context.names.topic('dead-letters'), 0, [letterMessage(letter)]);
  return { context, open };
}

test('of two who send the same dead letter again at the same time one is refused', async () => {
  let go = () => {};
  const isDone = new Promise<void>((resolve) => {
    go = resolve;
  });
  // The second has looked at the letters, and is about to send.
  let isWaiting = () => {};
  const waits = new Promise<void>((resolve) => {
    isWaiting = resolve;
  });
  const cluster = new FakeKafka(async (client, operation, when) => {
    if (client !== 'second' || operation !== 'init' || when === 'after') return;
    isWaiting();
    await isDone;
  });
  const { context, open } = await withOneLetter(cluster);
  const second = redrive(open('second'), request);
  second.catch(() => {});
  await waits;
  const [sent] = await redrive(context, request);
  assert.equal(sent?.offset, 2);
  go();
  await assert.rejects(second, {
    code: 'letter_settled',
    message: /events\/0\/0\/-1 was sent again meanwhile/,
  });
  assert.equal(cluster.committed(topic)[0]?.length, 2);
  await assert.rejects(redrive(context, request), { code: 'letter_settled' });
  await redrive(context, { ...request, again: true });
  assert.equal(cluster.committed(topic)[0]?.length, 3);
});

test('a letter that does not say which block it is about is not sent as one that is scored', async () => {
  await inFolder(async (folder) => {
    const outputDirectory = join(folder, 'out');
    const cluster = clusterOf(loaded);
    const own = openContext(cluster, { ...loaded, outputDirectory });
    const file = fileRecord(0, 300);
    const { sample, kind, name, fingerprint } = file;
    const source = { sample, kind, file: name, fingerprint, first: 0, entries: 300 };
    const shape = { seed: 1, count: 300, wide: false, amplified: false, tables: false, triggers: 1 };
    const { key, value, headers } = encodeEvents({ source, medianWeight: 1, events: rawEvents(shape) });
    const garbage = { offset: 0, timestampMs: 0, key: null, value: Buffer.from('x'), headers: new Map() };
    const error = new RmmError('wire_header_invalid', 'no headers');
    const letter = wholeLetter(garbage, { topic, partition: 0 }, 'selector', error, 1 << 20);
    await putRecords(cluster, own, [runRecord(loaded), file]);
    await put(cluster, topic, 0, [{ key, value, headers }]);
    await put(cluster, own.names.topic('dead-letters'), 0, [letterMessage(letter)]);
    const asBlock = { ...request, asItIs: false, file: { name: 'bytes', bytes: value } };
    const run = { ...own, signal: new AbortController().signal };
    const [dry] = await redrive(run, { ...asBlock, dryRun: true });
    assert.equal(dry?.outcome, 'taken');
    claimDirectory(outputDirectory, own.names.prefix, runRecord(loaded));
    const raw = new Array<number>(reasonCount).fill(0);
    const flow = { raw, weightHigh: raw, weightLow: raw };
    const record = { rows: 0, flow, unclassifiedJets: 0, surplusObjects: 0, rowsBySplit: [0, 0, 0, 0] };
    prepareBlockList(kafkaLayoutOf(outputDirectory).blocks, 'window', [
      { source, record, from: 0 },
    ]).publish();
    await assert.rejects(redrive(run, asBlock), {
      code: 'letter_settled',
      message: /would go out as mc\/file-0.root:0, which is scored already/,
    });
    assert.equal(cluster.committed(topic)[0]?.length, 1);
    await redrive(run, { ...asBlock, again: true });
    assert.equal(cluster.committed(topic)[0]?.length, 2);
  });
});
