import assert from 'node:assert/strict';
import test from 'node:test';
import { RmmError } from '../../../../lib/base/error.js';
import { byBytes, type HopOptions, type HopResult, hopBody } from '../../../../lib/flow/partitions/hop.js';
import { type HopPosition, positionOf } from '../../../../lib/flow/partitions/hop-position.js';
import type { PartitionFeed } from '../../../../lib/flow/partitions/partition-feed.js';
import { PartitionRunner } from '../../../../lib/flow/partitions/partition-runner.js';
import type { FetchedMessage, OutgoingMessage } from '../../../../lib/kafka/client.js';
import { FakeKafka, type Trouble } from '../../../sim/support/fake-kafka.js';
import { hopRunner } from '../../../support/hop-runner.js';
import { put, settled, soon } from '../../../support/service-context.js';

const message = (key: string, bytes = 1): OutgoingMessage => ({
  key,
  value: new Uint8Array(bytes),
  headers: {},
});
const passOn = ({ key, value }: FetchedMessage): HopResult => ({
  out: { key, value, headers: {} },
  deadLetters: [],
  eventsIn: 2,
  eventsOut: 1,
});

const stops = new Set<AbortController>();
// Of a test that fails nothing goes on.
test.afterEach(() => {
  for (const stop of stops) stop.abort();
  stops.clear();
});

function world(trouble?: Trouble, cluster = new FakeKafka(trouble)) {
  for (const topic of ['in', 'out', 'dead']) cluster.createTopic(topic, 2);
  const start = (name: string, more: Partial<HopOptions> = {}) => {
    const client = cluster.client(name);
    const settles: HopPosition[] = [];
    const stop = new AbortController();
    stops.add(stop);
    const runner = hopRunner(client, {
      process: passOn,
      settle: async (at, { partition }) => {
        if (partition === 0) settles.push(at);
      },
      ...more,
    });
    const ended = runner.run(stop.signal);
    ended.catch(() => {});
    return { client, runner, settles, stop, ended };
  };
  const out = (partition = 0) =>
    cluster
      .committed('out')
      [partition]!.map(({ key }) => key)
      .join('');
  return { cluster, start, out };
}

test('messages go through in order, several in a transaction, with the position beside them', async () => {
  const { cluster, start, out } = world();
  await put(
    cluster,
    'in',
    0,
    ['a', 'b', 'c', 'd', 'e', 'f', 'g'].map((key) => message(key)),
  );
  const { stop, ended, settles } = start('one');
  await settled(() => settles.at(-1)?.read === 7);
  stop.abort();
  await ended;
  assert.equal(out(), 'abcdefg');
  const committed = cluster.offsets.get('hop/in/0')!;
  assert.deepEqual(positionOf(committed), {
    input: 7,
    output: 9,
    read: 7,
    written: 7,
    eventsIn: 14,
    eventsOut: 7,
  });
  // Three transactions: a control record behind each.
  assert.equal(cluster.log('out', 0).length, 10);
});

/** Somebody else writes to `out` between the messages of each request. */
class Interleaving extends FakeKafka {
  override append(...[id, epoch, topic, partition, messages]: Parameters<FakeKafka['append']>): number {
    const [first, ...others] = messages;
    if (topic !== 'out' || others.length === 0) return super.append(id, epoch, topic, partition, messages);
    super.append(id, epoch, topic, partition, [first!]);
    this.log(topic, partition).push({ message: undefined, state: 'committed' });
    return super.append(id, epoch, topic, partition, others);
  }
}

test('the output ends behind the last message, also where others write between', async () => {
  const { cluster, start } = world(undefined, new Interleaving());
  await put(
    cluster,
    'in',
    0,
    ['a', 'b', 'c'].map((key) => message(key)),
  );
  const { stop, ended, settles } = start('one');
  await settled(() => settles.at(-1)?.read === 3);
  stop.abort();
  await ended;
  assert.equal(settles.at(-1)!.output, 4);
  assert.equal(cluster.log('out', 0)[3]!.message?.key, 'c');
});

test('a message that becomes a dead letter goes out with the position, and no message in its place', async () => {
  const { cluster, start, out } = world();
  await put(
    cluster,
    'in',
    0,
    ['a', 'b', 'c'].map((key) => message(key)),
  );
  const { stop, ended, settles } = start('one', {
    process: (given) =>
      given.key === 'b'
        ? { out: undefined, deadLetters: [message('B1'), message('B2')], eventsIn: 2, eventsOut: 0 }
        : passOn(given),
  });
  await settled(() => settles.at(-1)?.read === 3);
  stop.abort();
  await ended;
  assert.equal(out(), 'ac');
  assert.deepEqual(
    cluster.committed('dead')[0]!.map(({ key }) => key),
    ['B1', 'B2'],
  );
  assert.equal(settles.at(-1)?.written, 2);
});

test('a failure in the middle of a transaction leaves nothing of it behind', async () => {
  let sends = 0;
  const { cluster, start, out } = world(async (client, operation, when) => {
    // The second transaction of the hop fails once after its message was written.
    if (client === 'one' && operation === 'send' && when === 'after' && ++sends === 2)
      throw new RmmError('kafka_request_failed', 'no answer');
  });
  await put(
    cluster,
    'in',
    0,
    ['a', 'b', 'c', 'd', 'e', 'f'].map((key) => message(key)),
  );
  const { stop, ended, settles } = start('one');
  await settled(() => settles.at(-1)?.read === 6);
  stop.abort();
  await ended;
  assert.equal(out(), 'abcdef');
  assert.equal(cluster.log('out', 0).filter(({ state }) => state === 'aborted').length, 3);
});

test('behind a closed gate nothing is taken, while copies come and go and partitions change hands', async () => {
  const { cluster, start, out } = world();
  await put(cluster, 'in', 0, [message('a')]);
  await put(cluster, 'in', 1, [message('b')]);
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  const gate = (signal: AbortSignal) =>
    Promise.race([
      opened,
      new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true })),
    ]);
  const processed: (string | null)[] = [];
  const process = (given: FetchedMessage) => {
    processed.push(given.key);
    return passOn(given);
  };
  let copies = [start('one', { gate, process })];
  for (const name of ['two', 'three', 'four']) {
    copies.push(start(name, { gate, process }));
    await settled(() => copies.every(({ runner }) => runner.partitions.length === 1));
    const [first, ...rest] = copies;
    first!.stop.abort();
    await first!.ended;
    copies = rest;
    await settled(() => copies[0]!.runner.partitions.length === 2);
  }
  assert.deepEqual(processed, []);
  assert.equal(cluster.offsets.size, 0);
  open();
  await settled(() => out(0) === 'a' && out(1) === 'b');
  assert.deepEqual(processed.sort(), ['a', 'b']);
  for (const { stop, ended } of copies) {
    stop.abort();
    await ended;
  }
});

test('an idle hop looks for the end of its input, and counts what failed before as over', async () => {
  let isOut = true;
  const attempts: number[] = [];
  const cluster = new FakeKafka(async (client, operation) => {
    if (client === 'one' && operation === 'fetch' && isOut) {
      isOut = false;
      throw new RmmError('kafka_unreachable', 'gone');
    }
  });
  for (const topic of ['in', 'out', 'dead']) cluster.createTopic(topic, 1);
  const client = cluster.client('one');
  let looks = 0;
  const stop = new AbortController();
  stops.add(stop);
  const runner = new PartitionRunner({
    client,
    group: 'hop',
    topic: 'in',
    transactionalId: String,
    pause: async (attempt) => {
      attempts.push(attempt);
    },
    body: hopBody({
      client,
      group: 'hop',
      inputTopic: 'in',
      outputTopic: 'out',
      deadLetterTopic: 'dead',
      process: passOn,
      fetchBytes: 100,
      maxWaitMs: 1,
      transactionMessages: 3,
      requestBytes: 1000,
      nowMs: () => 0,
      settle: async () => {
        looks += 1;
        // Every third look the brokers are away again.
        isOut = looks % 3 === 0;
      },
    }),
  });
  const ended = runner.run(stop.signal);
  await settled(() => attempts.length === 4);
  stop.abort();
  await ended;
  assert.deepEqual(attempts, [1, 1, 1, 1]);
});

test('a partition that is taken away during a long poll is not looked at any more', async () => {
  const { cluster, start } = world();
  const looks: number[] = [];
  const answers: (() => void)[] = [];
  const { stop, ended } = start('one', {
    observe: { looked: (partition) => looks.push(partition) },
    feed: () => ({
      next: () =>
        new Promise((resolve) => answers.push(() => resolve({ messages: [], nextOffset: 0, endOffset: 9 }))),
      close: async () => {},
    }),
  });
  await settled(() => answers.length === 2);
  stop.abort();
  for (const answer of answers) answer();
  await ended;
  assert.deepEqual(looks, []);
  assert.deepEqual(cluster.committed('out'), [[], []]);
});

test('an error that is not of the data ends the stage', async () => {
  const { cluster, start } = world();
  await put(cluster, 'in', 0, [message('a')]);
  const { ended } = start('one', {
    process: () => {
      throw new RmmError('kafka_message_too_large', 'too large');
    },
  });
  await assert.rejects(ended, { code: 'kafka_message_too_large' });
});

test('messages are cut into requests, and one that is too large goes alone', () => {
  const sizes = (list: readonly number[], limit: number) =>
    byBytes(
      list.map((bytes, index) => message(String(index), bytes)),
      limit,
    ).map((part) => part.map(({ key }) => key).join(''));
  assert.deepEqual(sizes([], 4000), []);
  assert.deepEqual(sizes([1000, 900, 100, 9000, 1, 1], 4000), ['01', '2', '3', '45']);
});

/** So many positions for partition 0 in one go, and nothing else. */
function feedOf(end: number, isPlan: boolean): NonNullable<HopOptions['feed']> {
  return (partition, from): PartitionFeed => {
    let offset = from;
    return {
      isPlan,
      async next() {
        const messages: FetchedMessage[] = [];
        for (; partition === 0 && offset < end; offset += 1)
          messages.push({ offset, timestampMs: 0, key: null, value: new Uint8Array(7), headers: new Map() });
        await soon();
        return { messages, nextOffset: offset, endOffset: offset };
      },
      close: async () => {},
    };
  };
}

test('of messages all are held from the fetch on, of a plan only what was made of it', async () => {
  for (const [isPlan, expected] of [
    [
      false,
      [
        [5, 35],
        [0, 0],
      ],
    ],
    [
      true,
      [
        [1, 2],
        [2, 4],
        [3, 6],
        [1, 2],
        [2, 4],
        [0, 0],
      ],
    ],
  ] as const) {
    const { start } = world();
    const held: [number, number][] = [];
    const { stop, ended, settles } = start('one', {
      feed: feedOf(5, isPlan),
      process: () => ({ out: message('x', 2), deadLetters: [], eventsIn: 1, eventsOut: 1 }),
      observe: {
        held: (partition, messages, bytes) => {
          if (partition === 0) held.push([messages, bytes]);
        },
      },
    });
    await settled(() => settles.at(-1)?.read === 5);
    stop.abort();
    await ended;
    assert.deepEqual(held.slice(0, expected.length), expected);
  }
});
