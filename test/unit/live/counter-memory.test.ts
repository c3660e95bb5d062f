import assert from 'node:assert/strict';
import test from 'node:test';
import { parseMetrics } from '../../../lib/telemetry/metrics-text.js';
import { CounterMemory } from '../../../services/live/kafka/counter-memory.js';

const page = (address: string, letters: number, queue = 0) => ({
  address,
  atMs: 0,
  problem: undefined,
  samples: parseMetrics(`
rmmstream_dead_letters_total{stage="scorer",reason="weight_absurd"} ${letters}
rmmstream_queue_batches{stage="scorer"} ${queue}
`),
});
const silent = (address: string) => ({ address, atMs: 0, samples: [], problem: 'no answer' });

function sums(pages: ReturnType<CounterMemory['take']>) {
  const of = (name: string) =>
    pages.flat().reduce((sum, sample) => sum + (sample.name === name ? sample.value : 0), 0);
  return [of('rmmstream_dead_letters_total'), of('rmmstream_queue_batches')];
}

test('counts stay where a process begins again, does not answer, or is gone; what is now is of those that answer', () => {
  const memory = new CounterMemory();
  assert.deepEqual(sums(memory.take([page('a:1', 5, 1), page('b:1', 2, 1)])), [7, 2]);
  assert.deepEqual(sums(memory.take([page('a:1', 1, 3), page('b:1', 2, 1)])), [8, 4], 'a has begun again');
  assert.deepEqual(sums(memory.take([silent('a:1'), page('b:1', 3, 1)])), [9, 1]);
  assert.deepEqual(sums(memory.take([page('b:1', 3, 1)])), [9, 1], 'a is asked no more');
  assert.deepEqual(sums(memory.take([page('a:1', 2, 0), page('b:1', 3, 0)])), [10, 0], 'a is back');
});

test('a page that is none of ours cannot fill the memory with series', () => {
  const memory = new CounterMemory();
  for (let look = 0; look < 20; look += 1) {
    const lines = Array.from(
      { length: 1_000 },
      (_, at) => `rmmstream_dead_letters_total{stage="scorer",reason="made-up-${look}-${at}"} 1`,
    );
    memory.take([{ address: 'x:1', atMs: 0, problem: undefined, samples: parseMetrics(lines.join('\n')) }]);
  }
  assert.ok(memory.take([]).flat().length <= 4_000);
});

const process = (address: string, began: number, letters: number) => ({
  ...page(address, letters),
  samples: parseMetrics(`
rmmstream_start_time_seconds ${began}
rmmstream_dead_letters_total{stage="scorer",reason="weight_absurd"} ${letters}
`),
});

test('a process is counted once, at whatever address it answers', () => {
  const memory = new CounterMemory();
  assert.equal(sums(memory.take([process('127.0.0.1:1', 7.0001, 5)]))[0], 5);
  assert.equal(sums(memory.take([process('[::1]:1', 7.0001, 6)]))[0], 6);
  assert.equal(sums(memory.take([process('[::1]:1', 7.0002, 2)]))[0], 8, 'another one has begun there');
});

test('what is kept of processes that are gone does not grow without end', () => {
  const memory = new CounterMemory();
  const pages = Array.from({ length: 700 }, (_, began) => {
    const lines = Array.from(
      { length: 100 },
      (_, at) => `rmmstream_dead_letters_total{stage="scorer",reason="made-up-${began}-${at}"} 1`,
    );
    return { address: `x:${began}`, atMs: 0, problem: undefined, samples: parseMetrics(lines.join('\n')) };
  });
  assert.equal(memory.take(pages).at(-1)!.length, 4_000);
});

test('addresses that come and go without end are not remembered one by one, and their counts stay', () => {
  const memory = new CounterMemory();
  for (let copy = 0; copy < 2_000; copy += 1) memory.take([page(`copy-${copy}:1`, 1)]);
  const pages = memory.take([]);
  assert.equal(sums(pages)[0], 2_000);
  assert.ok(pages.length < 600, `${pages.length} pages`);
});
