import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import test from 'node:test';
import { fileMessages, readFiles } from '../../../services/kafka/model-store.js';
import { FakeKafka } from '../../sim/support/fake-kafka.js';
import { put, waitInVain } from '../../support/service-context.js';

const never = new AbortController().signal;

function world() {
  const cluster = new FakeKafka();
  cluster.createTopic('models', 1);
  const read = (name: string, from?: number) =>
    readFiles(cluster.client('reader'), 'models', name, never, from);
  return { cluster, read };
}

/** A file of three chunks, an empty one, and one of exactly one chunk. */
const files = [
  { name: 'weights.bin', bytes: new Uint8Array(randomBytes((1 << 20) + 5)) },
  { name: 'empty', bytes: new Uint8Array(0) },
  { name: 'one', bytes: new Uint8Array(randomBytes(512 << 10)) },
];

test('files of any size come back as they were, by their name', async () => {
  const { cluster, read } = world();
  await put(cluster, 'models', 0, fileMessages('model/a', files));
  await put(cluster, 'models', 0, fileMessages('model/ab', [{ name: 'x', bytes: Buffer.from('other') }]));
  const found = await read('model/a');
  assert.deepEqual([...found!.keys()], ['weights.bin', 'empty', 'one']);
  for (const { name, bytes } of files) assert.ok(Buffer.from(found!.get(name)!).equals(bytes), name);
  assert.equal((await read('model/ab'))!.get('x')!.toString(), 'other');
  assert.equal(await read('model'), undefined);
});

test('the newest files under a name count, also when only they are left and looked for from where they begin', async () => {
  const { cluster, read } = world();
  await put(cluster, 'models', 0, fileMessages('checkpoint', files));
  const from = await put(
    cluster,
    'models',
    0,
    fileMessages('checkpoint', [{ name: 'weights.bin', bytes: Buffer.from('newer') }]),
  );
  assert.equal((await read('checkpoint'))!.get('weights.bin')!.toString(), 'newer');
  assert.equal((await read('checkpoint', from))!.get('weights.bin')!.toString(), 'newer');
  cluster.compact('models');
  assert.equal((await read('checkpoint'))!.get('weights.bin')!.toString(), 'newer');
  assert.equal((await read('checkpoint', from))!.get('weights.bin')!.toString(), 'newer');
});

test('files that are on record before they can be read are waited for', async () => {
  const { cluster, read } = world();
  const from = await put(cluster, 'models', 0, fileMessages('checkpoint', files));
  const release = cluster.holdBack('models');
  const newer = [{ name: 'weights.bin', bytes: Buffer.from('newer') }];
  const next = await put(cluster, 'models', 0, fileMessages('checkpoint', newer));
  assert.equal((await read('checkpoint', from))!.size, 3, 'what is there is not waited for');
  let isRead = false;
  const found = read('checkpoint', next).finally(() => {
    isRead = true;
  });
  await waitInVain(cluster);
  assert.equal(isRead, false);
  release();
  assert.equal((await found)!.get('weights.bin')!.toString(), 'newer');
});

test('a name that is on no topic is not waited for longer than for open transactions', async () => {
  const { cluster, read } = world();
  const release = cluster.holdBack('models');
  await put(cluster, 'models', 0, fileMessages('other', files));
  const found = read('model/a');
  release();
  assert.equal(await found, undefined);
});

test('messages of others are passed over', async () => {
  const { cluster, read } = world();
  await put(cluster, 'models', 0, fileMessages('a', files));
  await put(cluster, 'models', 0, [
    { key: 'a', value: Buffer.from('{"files":[]}'), headers: {} },
    { key: 'a/one/0', value: Buffer.from('x'), headers: { schema: 'rmmstream.files', version: '9' } },
    { key: 'a', value: null, headers: { schema: 'rmmstream.files', version: '1' } },
    { key: null, value: Buffer.from('x'), headers: { schema: 'rmmstream.files', version: '1' } },
  ]);
  assert.equal((await read('a'))!.size, 3);
});

for (const [what, spoil, words] of [
  [
    'lacks a chunk',
    (all: ReturnType<typeof fileMessages>) => all.filter(({ key }) => key !== 'a/weights.bin/1'),
    /lacks part 1 of weights.bin/,
  ],
  [
    'has a changed byte',
    (all: ReturnType<typeof fileMessages>) =>
      all.map((one) =>
        one.key === 'a/one/0' ? { ...one, value: Buffer.from(one.value!).fill(7, 3, 4) } : one,
      ),
    /one with 524288 bytes and another checksum/,
  ],
  [
    'has an index that is none',
    (all: ReturnType<typeof fileMessages>) =>
      all.map((one) => (one.key === 'a' ? { ...one, value: Buffer.from('{"files":[{"name":1}]}') } : one)),
    /index that cannot be read/,
  ],
  [
    'has an index that is no JSON',
    (all: ReturnType<typeof fileMessages>) =>
      all.map((one) => (one.key === 'a' ? { ...one, value: Buffer.from('{') } : one)),
    /index that cannot be read/,
  ],
] as const) {
  test(`what ${what} is refused by name`, async () => {
    const { cluster, read } = world();
    await put(cluster, 'models', 0, spoil(fileMessages('a', files)));
    await assert.rejects(read('a'), { code: 'model_corrupt', message: words });
  });
}
