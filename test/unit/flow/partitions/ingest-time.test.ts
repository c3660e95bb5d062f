import assert from 'node:assert/strict';
import test from 'node:test';
import { ingestTimeOf } from '../../../../lib/flow/partitions/ingest-time.js';
import type { SinkOptions } from '../../../../lib/flow/partitions/sink-options.js';
import { FakeKafka } from '../../../sim/support/fake-kafka.js';
import { hopRunner } from '../../../support/hop-runner.js';
import { put, settled } from '../../../support/service-context.js';
import { letters, sinkWorld, windows } from '../../../support/sink-world.js';

/** Passes everything of topic `in` on, until all three messages are through; the times that messages have then. */
async function timesAfter(ingestedMs?: () => number): Promise<(number | undefined)[]> {
  const cluster = new FakeKafka();
  for (const topic of ['in', 'out', 'dead']) cluster.createTopic(topic, 1);
  const message = (headers: Record<string, string>) => ({ key: 'k', value: new Uint8Array(1), headers });
  await put(cluster, 'in', 0, [
    message({ ingested_ms: '1234' }),
    message({}),
    message({ ingested_ms: 'soon' }),
  ]);
  const client = cluster.client('one');
  const stop = new AbortController();
  let read = 0;
  const runner = hopRunner(client, {
    process: ({ key, value }) => ({
      out: { key, value, headers: { own: 'header' } },
      deadLetters: [],
      eventsIn: 1,
      eventsOut: 1,
    }),
    settle: async (at) => {
      read = at.read;
    },
    ...(ingestedMs === undefined ? {} : { ingestedMs }),
  });
  const ended = runner.run(stop.signal);
  await settled(() => read === 3);
  stop.abort();
  await ended;
  const out = cluster.committed('out')[0]!;
  assert.ok(out.every(({ headers }) => headers.get('own') === 'header'));
  return out.map(({ headers }) => ingestTimeOf(headers));
}

test('the stage that reads events says when; others give that on, and make nothing up', async () => {
  assert.deepEqual(await timesAfter(() => 99.6), [100, 100, 100]);
  assert.deepEqual(await timesAfter(), [1234, undefined, undefined]);
});

test('a time that makes no sense is none', () => {
  for (const text of ['', '-1', '1.5', '1e3', 'x'.repeat(1000), '9'.repeat(16)])
    assert.equal(ingestTimeOf(new Map([['ingested_ms', text]])), undefined);
  assert.equal(ingestTimeOf(new Map([['ingested_ms', '1700000000000']])), 1.7e12);
});

test('a window hears that its files are in place, and which messages are in one already', async () => {
  const { cluster, disk, start, committed, end } = sinkWorld();
  let nowMs = 0;
  const heard: string[] = [];
  const make = windows(disk, [], 8);
  const options: Partial<SinkOptions> = {
    writeAfterMs: 100,
    nowMs: () => nowMs,
    windowOffsets: 8,
    open: (window, tenure) => {
      const writer = make(window, tenure);
      if (window.partition !== 0) return writer;
      return {
        ...writer,
        add(message, isRepeated, waited) {
          heard.push(`${message.key}${isRepeated ? ' again' : ''}`);
          return writer.add(message, isRepeated, waited);
        },
        published: () => heard.push('published'),
      };
    },
  };
  const writtenTo = (offset: number) =>
    settled(() => {
      nowMs += 50;
      return committed()?.offset === offset;
    });
  await letters(cluster, 'ab');
  const first = start('one', options);
  await writtenTo(4);
  await end(first);
  await letters(cluster, 'c');
  const second = start('two', options);
  await writtenTo(6);
  assert.deepEqual(heard, ['a', 'b', 'published', 'a again', 'b again', 'c', 'published']);
  await end(second);
});
