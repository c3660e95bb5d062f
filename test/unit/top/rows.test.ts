import assert from 'node:assert/strict';
import test from 'node:test';
import { fitting, topTable } from '../../../cli/top-page.js';
import { systemClock } from '../../../lib/base/clock.js';
import { parseMetrics } from '../../../lib/telemetry/metrics-text.js';
import { createMetrics } from '../../../lib/telemetry/prometheus-metrics.js';
import { stageMetrics } from '../../../lib/telemetry/stage-metrics.js';
import { stageSamples } from '../../../services/live/kafka/stage-samples.js';
import { topRows } from '../../../services/top/rows.js';
import type { Scrape } from '../../../services/top/scrape.js';

/** A service of one stage with its real metrics, looked at whenever asked. */
function service(stage: 'selector' | 'scorer') {
  const metrics = createMetrics(systemClock);
  const own = stageMetrics(metrics, stage, systemClock);
  metrics.set('serviceState', { state: 'running' }, 1);
  metrics.set('serviceReady', {}, 1);
  metrics.set('memory', { area: 'resident' }, 150e6);
  const look = async (atMs: number): Promise<Scrape> => ({
    address: 'a:1',
    atMs,
    samples: parseMetrics(await metrics.text()),
    problem: undefined,
  });
  return { metrics, own, look };
}

const lost: Scrape = { address: 'a:1', atMs: 0, samples: [], problem: 'no answer: ECONNREFUSED' };

test('rates are what two looks differ by, over the time between them', async () => {
  const { own, look } = service('selector');
  own.assigned([0, 1]);
  own.batchIn(1000, 4000);
  own.progress(0, { position: 3, end: 10 });
  own.progress(1, { position: 3, end: 8 });
  const first = await look(10_000);
  const [alone] = topRows([], [first]);
  assert.deepEqual([alone!.eventsInPerSecond, alone!.busy, alone!.lagRecords], [undefined, undefined, 12]);

  own.batchIn(500, 2000);
  own.batchOut(200, 900);
  own.busy(3);
  own.deadLetters('weight_absurd', 2);
  own.error('io_failed');
  const [row] = topRows([first], [await look(12_000)]);
  assert.deepEqual(
    [
      row!.stage,
      row!.state,
      row!.eventsInPerSecond,
      row!.eventsOutPerSecond,
      row!.bytesInPerSecond,
      row!.busy,
    ],
    ['selector', 'running', 250, 100, 1000, 1.5],
  );
  assert.deepEqual([row!.deadLetters, row!.errors, row!.residentBytes], [2, 1, 150e6]);
  assert.match(topTable([row!]), /^selector +a:1 +running +250 \/s +100 \/s +12 +150 % +150 MB /m);
});

test('a page of very many series is a page like any other', () => {
  const samples = parseMetrics(
    Array.from(
      { length: 200_000 },
      (_, partition) => `rmmstream_lag_seconds{stage="scorer",partition="${partition}"} ${partition % 7}\n`,
    )
      .concat('rmmstream_input_batches_total{stage="scorer"} 1\n')
      .join(''),
  );
  const [row] = topRows([], [{ address: 'a:1', atMs: 0, samples, problem: undefined }]);
  assert.equal(row!.lagSeconds, 6);
  assert.equal(stageSamples([samples], 'scorer', 0)?.totals.lagSeconds, 6);
});

test('a process that was started again counts from 0, and one that was away has no rate at first', async () => {
  const before = service('scorer');
  before.own.batchIn(1000, 1);
  const after = service('scorer');
  after.own.batchIn(300, 1);
  const [row] = topRows([await before.look(0)], [await after.look(1000)]);
  assert.equal(row!.eventsInPerSecond, 300);
  const [back] = topRows([lost], [await after.look(1000)]);
  assert.equal(back!.eventsInPerSecond, undefined);
});

test('an address that does not answer is a row, and a service that is not ready says so', async () => {
  const { metrics, look } = service('selector');
  metrics.set('serviceReady', {}, 0);
  const rows = topRows([], [await look(0), { ...lost, address: 'b\u001b[2J:1' }]);
  assert.equal(rows[0]!.state, 'not ready');
  assert.deepEqual([rows[1]!.isAnswering, rows[1]!.stage], [false, undefined]);
  const table = topTable(rows);
  assert.match(table, /b\\u001b\[2J:1 +no answer: ECONNREFUSED/);
  assert.doesNotMatch(table, /(?!\n)\p{Cc}/u);
});

test('a table that is higher than the terminal is cut, so that it can be drawn again in its place', () => {
  const text = Array.from({ length: 30 }, (_, number) => `line ${number}`).join('\n');
  assert.equal(fitting(text, 40).length, 30);
  const cut = fitting(text, 10);
  assert.equal(cut.length, 9);
  assert.equal(cut.at(-1), '... 22 more');
});
