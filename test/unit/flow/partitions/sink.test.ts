import assert from 'node:assert/strict';
import test from 'node:test';
import { RmmError } from '../../../../lib/base/error.js';
import type { PartitionState } from '../../../../lib/flow/partitions/partition-runner.js';
import { PartitionRunner } from '../../../../lib/flow/partitions/partition-runner.js';
import { sinkBody } from '../../../../lib/flow/partitions/sink.js';
import { totalOf } from '../../../../lib/flow/partitions/sink-counts.js';
import type { SinkOptions } from '../../../../lib/flow/partitions/sink-options.js';
import type { FetchedMessage, OutgoingMessage } from '../../../../lib/kafka/client.js';
import { FakeKafka, type Trouble } from '../../../sim/support/fake-kafka.js';
import { put, settled, soon } from '../../../support/service-context.js';

const message = (key: string): OutgoingMessage => ({ key, value: Buffer.from(key), headers: {} });

const stops = new Set<AbortController>();
// Of a test that fails nothing goes on.
test.afterEach(() => {
  for (const stop of stops) stop.abort();
  stops.clear();
});

function world(trouble?: Trouble) {
  const cluster = new FakeKafka(trouble);
  cluster.createTopic('in', 2);
  cluster.createTopic('dead', 1);
  cluster.createTopic('record', 1);
  const files = new Map<string, string>();
  const start = (name: string, more: Partial<SinkOptions> = {}) => {
    const client = cluster.client(name);
    const stop = new AbortController();
    stops.add(stop);
    const states: PartitionState[] = [];
    const added: (string | null)[] = [];
    const blocked: (string | undefined)[] = [];
    const runner = new PartitionRunner({
      client,
      group: 'sink',
      topic: 'in',
      transactionalId: (partition) => `sink.${partition}`,
      pause: () => soon(),
      onPartition: (_, state) => states.push(state),
      body: sinkBody({
        client,
        group: 'sink',
        topic: 'in',
        deadLetterTopic: 'dead',
        windowOffsets: 4,
        fetchBytes: 2,
        maxWaitMs: 2,
        endOfInput: () => undefined,
        isSettled: () => false,
        settlement: async (partition, end, { messages, events }) => ({
          topic: 'record',
          messages: [message(`${partition}:${end}:${messages}:${events}`)],
        }),
        pause: () => soon(),
        nowMs: () => 0,
        observe: {
          added: (_, __, ___) => {},
          blocked: (_, error) => blocked.push(error?.code),
        },
        open: windows(files, added),
        ...more,
      }),
    });
    const ended = runner.run(stop.signal);
    ended.catch(() => {});
    return { client, runner, states, stop, ended, added, blocked };
  };
  const committed = (partition = 0) => cluster.offsets.get(`sink/in/${partition}`);
  const end = async (copies: { stop: AbortController; ended: Promise<void> }) => {
    copies.stop.abort();
    await copies.ended;
  };
  return { cluster, files, start, committed, end };
}

/** Windows that keep every key but "?", which is a dead letter. */
function windows(
  files: Map<string, string>,
  added: (string | null)[] = [],
  windowOffsets = 4,
): SinkOptions['open'] {
  return ({ partition, number, firstOffset }) => {
    assert.equal(firstOffset, number * windowOffsets);
    const held: string[] = [];
    const letters: OutgoingMessage[] = [];
    return {
      add: ({ key }: FetchedMessage) => {
        added.push(key);
        if (key === '?') letters.push(message('bad'));
        else held.push(key!);
        return 10;
      },
      write: () => {
        files.set(`${partition}.${number}`, held.join(''));
        return held.length;
      },
      deadLetters: () => letters,
    };
  };
}

/** Each letter as a transaction: it takes two offsets, so that a window of four holds two. */
async function letters(cluster: FakeKafka, text: string, partition = 0): Promise<void> {
  for (const key of text) await put(cluster, 'in', partition, [message(key)]);
}

test('a window is written once the position is behind it, and its position committed after that', async () => {
  const { cluster, files, start, committed, end } = world();
  await letters(cluster, 'abcde');
  const copy = start('one');
  await settled(() => committed()?.offset === 8);
  assert.deepEqual(
    [...files],
    [
      ['0.0', 'ab'],
      ['0.1', 'cd'],
    ],
  );
  assert.deepEqual(totalOf(committed()!.metadata), { messages: 4, events: 40 });
  await letters(cluster, 'f');
  await settled(() => committed()?.offset === 12);
  assert.equal(files.get('0.2'), 'ef');
  await end(copy);
});

test('an unfinished window is read again from its beginning', async () => {
  const { cluster, files, start, committed, end } = world();
  await letters(cluster, 'abc');
  const first = start('one');
  await settled(() => first.added.includes('c'));
  await end(first);
  await letters(cluster, 'd');
  const second = start('two');
  await settled(() => committed()?.offset === 8);
  assert.deepEqual(second.added, ['c', 'd']);
  assert.equal(files.get('0.1'), 'cd');
  await end(second);
});

test('windows without a message leave no file, only a position', async () => {
  const { cluster, files, start, committed, end } = world();
  const producer = await cluster.client('empty').producer('empty');
  for (let round = 0; round < 6; round += 1)
    await producer
      .transaction(async (transaction) => {
        await transaction.send('in', 0, [message('x')]);
        throw new Error('aborted');
      })
      .catch(() => {});
  await letters(cluster, 'a');
  const copy = start('one');
  await settled(() => committed()?.offset === 12);
  assert.deepEqual([...files], []);
  await letters(cluster, 'bcd');
  await settled(() => committed()?.offset === 20);
  assert.deepEqual(
    [...files],
    [
      ['0.3', 'ab'],
      ['0.4', 'cd'],
    ],
  );
  await end(copy);
});

test('at the end of the input the last window is written and the end put on record with the position', async () => {
  const { cluster, files, start, committed, end } = world();
  await letters(cluster, 'abc');
  let endOfInput = 5;
  const copy = start('one', { endOfInput: (partition) => (partition === 0 ? endOfInput : 0) });
  const recorded = () => cluster.committed('record')[0]!.map(({ key }) => key);
  await settled(() => recorded().length === 2);
  assert.equal(files.get('0.1'), 'c');
  assert.ok(recorded().includes('0:5:3:30') && recorded().includes('1:0:0:0'));
  assert.deepEqual(totalOf(committed()!.metadata), { messages: 3, events: 30 });
  // A dead letter was re-driven: the end moves, and the window is made again with what was added.
  await letters(cluster, 'd');
  endOfInput = 7;
  await settled(() => recorded().length === 3);
  assert.equal(files.get('0.1'), 'cd');
  assert.equal(recorded()[2], '0:7:4:40');
  await end(copy);
});

test('a copy that comes when all is settled writes nothing', async () => {
  const { cluster, start, end } = world();
  await letters(cluster, 'abc');
  const endOfInput = (partition: number) => (partition === 0 ? 5 : 0);
  const first = start('one', { endOfInput });
  await settled(() => cluster.committed('record')[0]!.length === 2);
  await end(first);
  const before = cluster.log('record', 0).length;
  const second = start('two', { endOfInput, isSettled: () => true });
  for (let turn = 0; turn < 200; turn += 1) await soon();
  assert.deepEqual(second.added, []);
  assert.equal(cluster.log('record', 0).length, before);
  await end(second);
});

test('where input stays away an open window is written after a while, and grows with what comes later', async () => {
  const { cluster, files, start, committed, end } = world();
  let nowMs = 0;
  const more: Partial<SinkOptions> = { writeAfterMs: 100, nowMs: () => nowMs };
  await letters(cluster, 'abc?');
  const looks: number[] = [];
  const news: number[] = [];
  const copy = start('one', {
    ...more,
    observe: {
      looked: (partition, position) => partition === 0 && looks.push(position),
      written: (_, events) => news.push(events),
    },
  });
  // Two windows of two messages each; one more stands open.
  await letters(cluster, '?');
  await settled(() => looks.filter((position) => position === 10).length > 3);
  assert.deepEqual([...files.keys()], ['0.0', '0.1'], 'not before its time');
  nowMs = 100;
  await settled(() => committed()?.offset === 10);
  assert.equal(files.get('0.2'), '');
  assert.equal(cluster.committed('dead')[0]!.length, 2);
  assert.deepEqual(totalOf(committed()!.metadata), { messages: 5, events: 50 });
  // With nothing new nothing is written.
  nowMs = 1000;
  const before = looks.length;
  await settled(() => looks.length > before + 3);
  assert.deepEqual(news, [20, 20, 10]);
  await letters(cluster, 'd');
  await settled(() => committed()?.offset === 12);
  assert.equal(files.get('0.2'), 'd');
  assert.deepEqual(news, [20, 20, 10, 10]);
  assert.equal(cluster.committed('dead')[0]!.length, 2);
  assert.deepEqual(totalOf(committed()!.metadata), { messages: 6, events: 60 });
  await end(copy);
});

test('another copy reads a window that was written open from its beginning and writes it once it has more', async () => {
  const { cluster, files, start, committed, end } = world();
  let nowMs = 0;
  const more: Partial<SinkOptions> = { writeAfterMs: 100, nowMs: () => nowMs };
  // Windows of eight offsets here: four messages.
  const wide = { ...more, windowOffsets: 8, open: windows(files, [], 8) };
  await letters(cluster, 'a?');
  const first = start('one', wide);
  await settled(() => {
    nowMs += 50;
    return committed()?.offset === 4;
  });
  assert.equal(files.get('0.0'), 'a');
  await letters(cluster, 'b');
  await settled(() => {
    nowMs += 50;
    return committed()?.offset === 6;
  });
  assert.equal(files.get('0.0'), 'ab');
  await end(first);
  files.delete('0.0');
  const looks: number[] = [];
  const news: number[] = [];
  const second = start('two', {
    ...wide,
    observe: {
      looked: (partition, position) => partition === 0 && looks.push(position),
      written: (_, events) => news.push(events),
    },
  });
  await settled(() => {
    nowMs += 50;
    return looks.filter((position) => position === 6).length > 3;
  });
  assert.deepEqual([...files], [], 'what is in files already is not written again');
  await letters(cluster, 'c');
  await settled(() => committed()?.offset === 8);
  assert.equal(files.get('0.0'), 'abc');
  assert.equal(cluster.committed('dead')[0]!.length, 1, 'the dead letter went out with the first copy');
  assert.deepEqual(news, [10], 'what the first copy wrote is no news');
  assert.deepEqual(totalOf(committed()!.metadata), { messages: 4, events: 40 });
  await end(second);
});

test('messages that cannot be used go out with the position behind their window', async () => {
  const { cluster, files, start, committed, end } = world();
  await letters(cluster, 'a?b');
  const copy = start('one');
  await settled(() => committed()?.offset === 4);
  assert.equal(files.get('0.0'), 'a');
  assert.equal(cluster.committed('dead')[0]!.length, 1);
  await end(copy);
});

test('where the disk is full nothing more is read, it says so, and goes on by itself', async () => {
  const { cluster, start, committed, end } = world();
  await letters(cluster, 'abcdefgh');
  let isFull = true;
  const written: string[] = [];
  const copy = start('one', {
    open: ({ number }) => {
      const held: string[] = [];
      return {
        add: ({ key }) => held.push(key!),
        write: () => {
          if (isFull) throw new RmmError('disk_full', 'no room');
          written.push(`${number}:${held.join('')}`);
          return held.length;
        },
        deadLetters: () => [],
      };
    },
  });
  await settled(() => copy.blocked.length > 20);
  assert.deepEqual(written, []);
  assert.equal(committed()?.offset ?? 0, 0);
  assert.ok(copy.blocked.every((code) => code === 'disk_full'));
  isFull = false;
  await settled(() => committed()?.offset === 16);
  assert.deepEqual(written, ['0:ab', '1:cd', '2:ef', '3:gh']);
  assert.equal(copy.blocked.at(-1), undefined);
  assert.ok(copy.states.every(({ kind }) => kind !== 'retrying'));
  await end(copy);
});

test('a partition that is taken away while the disk is full is no longer the trouble of this copy', async () => {
  const { cluster, start, end } = world();
  await letters(cluster, 'abc', 0);
  await letters(cluster, 'abc', 1);
  const full = {
    open: () => ({
      add: () => 1,
      write: () => {
        throw new RmmError('disk_full', 'no room');
      },
      deadLetters: () => [],
    }),
  } satisfies Partial<SinkOptions>;
  const trouble = new Map<number, string | undefined>();
  const blocked = (partition: number, error: RmmError | undefined) => trouble.set(partition, error?.code);
  const one = start('one', { ...full, observe: { blocked } });
  await settled(() => trouble.get(0) === 'disk_full' && trouble.get(1) === 'disk_full');
  const two = start('two', full);
  await settled(() => one.runner.partitions.length === 1 && trouble.get(1) === undefined);
  assert.equal(trouble.get(0), 'disk_full');
  await end(one);
  assert.equal(trouble.get(0), undefined);
  await end(two);
});

test('a write error that no retry mends ends the stage', async () => {
  const { cluster, start } = world();
  await letters(cluster, 'abc');
  const { ended } = start('one', {
    open: () => ({
      add: () => 1,
      write: () => {
        throw new RmmError('output_unwritable', 'read-only');
      },
      deadLetters: () => [],
    }),
  });
  await assert.rejects(ended, { code: 'output_unwritable' });
});

test('a copy that was taken for dead does not write over the files of the one that has its partition now', async () => {
  const { cluster, files, start, committed, end } = world();
  await letters(cluster, 'ab');
  const wait: { go: () => void } = { go: () => {} };
  const old = start('old', {
    open: () => ({
      add: ({ key }) =>
        key === 'b'
          ? new Promise<number>((resolve) => {
              wait.go = () => resolve(1);
            })
          : 1,
      write: () => {
        files.set('0.0', 'written by the dead');
        return 1;
      },
      deadLetters: () => [],
    }),
  });
  await letters(cluster, 'c');
  await settled(() => old.runner.partitions.length === 2 && cluster.log('in', 0).length === 6);
  for (let turn = 0; turn < 50; turn += 1) await soon();
  // It hangs in the middle of a block; its group takes it for dead.
  old.client.freeze();
  const heir = start('new');
  await settled(() => committed()?.offset === 4);
  wait.go();
  old.client.thaw();
  for (let turn = 0; turn < 200; turn += 1) await soon();
  assert.equal(files.get('0.0'), 'ab');
  await end(heir);
  old.client.kill();
});

test('what is about to be written is announced before, once for each window', async () => {
  const { cluster, files, start, committed, end } = world();
  await letters(cluster, 'abc');
  let isFull = true;
  const asked: number[] = [];
  const copy = start('one', {
    announce: (partition, to) => {
      if (partition === 0) asked.push(to);
      const key = `${partition}:${to}`;
      const known = cluster.committed('record')[0]!.some((record) => record.key === key);
      return known ? undefined : { topic: 'record', messages: [message(key)] };
    },
    open: () => ({
      add: () => 1,
      write: () => {
        const recorded = cluster.committed('record')[0]!.map(({ key }) => key);
        assert.ok(recorded.includes('0:4'), 'on record before the file is there');
        if (isFull) throw new RmmError('disk_full', 'no room');
        files.set('0.0', 'written');
        return 1;
      },
      deadLetters: () => [],
    }),
  });
  await settled(() => asked.length > 3);
  isFull = false;
  await settled(() => committed()?.offset === 4);
  assert.equal(cluster.committed('record')[0]!.length, 1);
  assert.ok(asked.every((to) => to === 4));
  await end(copy);
});
