import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { Worker } from 'node:worker_threads';
import { RmmError } from '../../../lib/base/error.js';
import type { BlockSource } from '../../../lib/flow/block-source.js';
import type { FetchedMessage, OutgoingMessage } from '../../../lib/kafka/client.js';
import { readLetters } from '../../../services/dead-letters/read-letters.js';
import {
  blockLetter,
  eventLetter,
  type Letter,
  letterId,
  letterMessage,
  readLetter,
  wholeLetter,
} from '../../../services/kafka/letters.js';
import { progressMessage } from '../../../services/kafka/progress-records.js';
import { momentsMessage } from '../../../services/scaler/moments-message.js';
import { ControlLetters } from '../../../services/scorer/control-letters.js';
import { prepareLetters } from '../../../services/scorer/finish-letters.js';
import type { PlacedBlock } from '../../../services/scorer/scored-blocks.js';
import { inFolder } from '../../support/cli.js';
import {
  clusterOf,
  fileRecord,
  kafkaConfig,
  openContext,
  put,
  putRecords,
  runRecord,
  tenureOf,
} from '../../support/service-context.js';

const source: BlockSource = {
  sample: 'zee',
  kind: 'background',
  file: 'mc/zee.root',
  fingerprint: 'aa'.repeat(32),
  first: 8192,
  entries: 8192,
};
const never = new AbortController().signal;

function fetched(message: OutgoingMessage, offset = 5): FetchedMessage {
  const { key, value, headers } = message;
  return { offset, timestampMs: 0, key, value, headers: new Map(Object.entries(headers)) };
}

function ofEvent(entry: number, offset = 5): Letter {
  const line = JSON.stringify({ reason: 'weight', stage: 'selector', entry, weight: 'NaN' });
  return eventLetter(line, { topic: 'rmmstream.events', partition: 1, offset }, source, 0.5, 2 ** 20);
}

function ofMessage(offset: number, of: BlockSource | undefined, value = Buffer.from('garbage')): Letter {
  const headers: Record<string, string> =
    of === undefined
      ? { schema: 'x' }
      : {
          sample: of.sample,
          kind: of.kind,
          file: of.file,
          fingerprint: of.fingerprint,
          first: String(of.first),
          entries: String(of.entries),
        };
  const message = fetched({ key: 'k', value, headers }, offset);
  const error = new RmmError('wire_checksum_wrong', 'its checksum is 1');
  return wholeLetter(message, { topic: 'rmmstream.scaled', partition: 0 }, 'scorer', error, 2 ** 20);
}

test('a letter says where the record lay, and comes back from its topic', () => {
  const letter = ofEvent(8192 + 7);
  assert.equal(letter.id, 'rmmstream.events/1/5/7');
  assert.equal(letterId(letter), letter.id);
  assert.deepEqual(readLetter(fetched(letterMessage(letter))), letter);
  const whole = ofMessage(9, source);
  assert.equal(whole.id, 'rmmstream.scaled/0/9/-1');
  assert.deepEqual(whole.source, source);
  assert.equal(whole.message?.bytes, 7);
  assert.equal(Buffer.from(whole.message!.body_base64!, 'base64').toString(), 'garbage');
  assert.deepEqual(readLetter(fetched(letterMessage(whole))), whole);
  assert.equal(ofMessage(9, undefined).source, undefined);
});

test('a large body is named by its checksum, not carried', () => {
  const small = ofMessage(1, source, Buffer.alloc(512 << 10));
  const large = ofMessage(1, source, Buffer.alloc((512 << 10) + 1));
  assert.ok(small.message?.body_base64 !== undefined);
  assert.equal(large.message?.body_base64, undefined);
  assert.match(large.message!.sha256, /^[0-9a-f]{64}$/);
});

test('a block that no message could be made of has a letter with its entries', () => {
  const error = new RmmError('root_corrupt', 'basket 3 is damaged');
  const letter = blockLetter({ topic: 'rmmstream.input', partition: 2, offset: 7 }, source, 'ingest', error);
  assert.equal(letter.id, 'rmmstream.input/2/7/-1');
  assert.deepEqual(
    [letter.reason, letter.stage, letter.error, letter.source],
    ['root_corrupt', 'ingest', 'basket 3 is damaged', source],
  );
  assert.deepEqual(readLetter(fetched(letterMessage(letter))), letter);
});

test('what is no letter is none', () => {
  const good = fetched(letterMessage(ofEvent(8192)));
  for (const change of [
    { headers: new Map() },
    { headers: new Map([...good.headers, ['version', '2']]) },
    { value: null },
    { value: Buffer.from('{') },
    { value: Buffer.from('{"id":"x"}') },
    { value: Buffer.from('null') },
  ])
    assert.equal(readLetter({ ...good, ...change }), undefined);
});

async function inWorld(body: (world: ReturnType<typeof worldIn>) => Promise<void>): Promise<void> {
  await inFolder(async (folder) => {
    const world = worldIn(folder);
    const { sample, file: name, fingerprint } = source;
    const file = fileRecord(0, 8192 * 20_000, { sample, name, fingerprint });
    await putRecords(world.cluster, world.context, [runRecord(world.loaded), file]);
    await world.context.view.catchUp(never);
    await body(world);
  });
}

function worldIn(folder: string) {
  const directory = join(folder, 'out');
  const loaded = kafkaConfig({ output: { directory } }, folder);
  const cluster = clusterOf(loaded);
  const context = openContext(cluster, loaded);
  const letters = join(directory, 'dead-letters');
  const lines = (name: string) =>
    readFileSync(join(letters, name), 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  return { loaded, cluster, context, letters, lines };
}

/** Writes dead-letters/; the entries of which nothing else is known. */
async function lettersOf(...given: Parameters<typeof prepareLetters>): Promise<number> {
  const { folder, lostEntries } = await prepareLetters(...given);
  folder.publish();
  return lostEntries;
}

const place = (of: BlockSource): PlacedBlock =>
  ({ file: 'f', source: of, from: 0, record: { rows: 1 } }) as unknown as PlacedBlock;

test('open letters are written range by range, each once, and those of whole messages apart', async () => {
  await inWorld(async ({ cluster, context, letters, lines }) => {
    const all = [
      ofEvent(8192 + 9),
      ofEvent(8192 + 2),
      ofEvent(8192 + 9),
      ofMessage(4, { ...source, first: 0 }),
    ];
    for (const letter of [...all, ofMessage(6, undefined), ofMessage(4, { ...source, first: 0 })])
      await put(cluster, 'rmmstream.dead-letters', 0, [letterMessage(letter)]);
    await put(cluster, 'rmmstream.dead-letters', 0, [{ key: 'x', value: Buffer.from('x'), headers: {} }]);
    assert.equal((await readLetters(context, never)).letters.length, 4);
    const lost = await lettersOf(context, [place(source)], never);
    assert.equal(lost, 8192);
    assert.deepEqual(readdirSync(letters).sort(), ['messages.jsonl', 'zee.aaaaaaaaaaaa.000000000000.jsonl']);
    assert.deepEqual(
      lines('zee.aaaaaaaaaaaa.000000000000.jsonl').map(({ entry }) => entry),
      [8194, 8201],
    );
    assert.deepEqual(
      lines('messages.jsonl').map(({ id, message }) => [id, 'body_base64' in (message as object)]),
      [
        ['rmmstream.scaled/0/4/-1', false],
        ['rmmstream.scaled/0/6/-1', false],
      ],
    );
    // Re-driven since: what is left is written anew.
    const redriven = [
      place(source),
      place({ ...source, first: 0 }),
      place({ ...source, first: 8201, entries: 1, late: { countedAs: 'weight' } }),
    ];
    assert.equal(await lettersOf(context, redriven, never), 0);
    assert.deepEqual(
      lines('zee.aaaaaaaaaaaa.000000000000.jsonl').map(({ entry }) => entry),
      [8194],
    );
    assert.equal(lines('messages.jsonl').length, 1);
  });
});

test('without an open letter there is no folder', async () => {
  await inWorld(async ({ context, letters }) => {
    assert.equal(await lettersOf(context, [], never), 0);
    assert.equal(existsSync(letters), false);
  });
});

test('many letters and blocks take no time that grows with their square', async () => {
  await inWorld(async ({ cluster, context }) => {
    const count = 20_000;
    const messages = Array.from({ length: count }, (_, entry) =>
      letterMessage(ofEvent(8192 + (entry % 8192), entry)),
    );
    await put(cluster, 'rmmstream.dead-letters', 0, messages);
    const blocks = Array.from({ length: count }, (_, number) => place({ ...source, first: 8192 * number }));
    assert.equal(await lettersOf(context, blocks, never), 0);
  });
});

test('strange messages of control topics become one letter each, whoever holds the role', async () => {
  await inWorld(async ({ loaded, cluster, context }) => {
    const strange = { key: 'x', value: Buffer.from('?'), headers: { schema: 'mine' } };
    const moments = momentsMessage(source, undefined, [0, 0, 0, 0]);
    await put(cluster, 'rmmstream.progress', 0, [
      progressMessage({ type: 'planned', files: 0, blocks: 0 }),
      strange,
    ]);
    await put(cluster, 'rmmstream.scaler-state', 0, [
      moments,
      strange,
      { ...moments, value: Buffer.from('damaged') },
    ]);
    await put(cluster, 'rmmstream.models', 0, [strange]);
    const ids = () =>
      cluster.committed('rmmstream.dead-letters')[0]!.map((message) => readLetter(message)!.id);
    const expected = [
      'rmmstream.progress/0/4/-1',
      'rmmstream.scaler-state/0/1/-1',
      'rmmstream.scaler-state/0/2/-1',
      'rmmstream.models/0/0/-1',
    ];
    const first = new ControlLetters(context, await tenureOf(context, { id: 'finisher' }));
    await first.write();
    await first.write();
    assert.deepEqual(ids(), expected);
    const other = openContext(cluster, loaded);
    const second = new ControlLetters(other, await tenureOf(other, { id: 'finisher' }));
    await second.write();
    assert.deepEqual(ids(), expected);
    await put(cluster, 'rmmstream.models', 0, [strange]);
    await second.write();
    assert.deepEqual(ids(), [...expected, 'rmmstream.models/0/2/-1']);
    // The one that was deposed can write no more.
    await assert.rejects(first.write(), { code: 'kafka_fenced' });
  });
});

test('a message of a control topic that could not be unpacked has a letter that says so', async () => {
  await inWorld(async ({ cluster, context }) => {
    const offset = await put(cluster, 'rmmstream.models', 0, [{ key: null, value: null, headers: {} }]);
    const entry = cluster.log('rmmstream.models', 0)[offset]!;
    entry.message = { ...entry.message!, unreadable: 'packed by snappy' };
    await new ControlLetters(context, await tenureOf(context)).write();
    const [letter] = cluster.committed('rmmstream.dead-letters')[0]!.map((message) => readLetter(message)!);
    assert.equal(letter!.reason, 'wire_batch_unreadable');
    assert.match(letter!.error!, /packed by snappy/);
    assert.match(
      await context.metrics(),
      /^rmmstream_dead_letters_total\{stage="scorer",reason="wire_batch_unreadable"\} 1$/m,
    );
  });
});

test('letters of any number are written out with little memory', async () => {
  await inFolder(async (directory) => {
    const count = 60_000;
    // Their events take 150 MB; a worker that needs more than its limit ends with ERR_WORKER_OUT_OF_MEMORY.
    const worker = new Worker(new URL('./many-letters-worker.js', import.meta.url), {
      workerData: { count, directory },
      resourceLimits: { maxOldGenerationSizeMb: 64 },
    });
    assert.deepEqual(await once(worker, 'exit'), [0]);
    const folder = join(directory, 'dead-letters');
    const entries = readdirSync(folder)
      .sort()
      .flatMap((name) => readFileSync(join(folder, name), 'utf8').trimEnd().split('\n'))
      .map((line) => (JSON.parse(line) as { entry: number }).entry);
    assert.deepEqual(
      entries,
      Array.from({ length: count }, (_, entry) => entry),
    );
  });
});
