import assert from 'node:assert/strict';
import test from 'node:test';
import { systemClock } from '../../../lib/base/clock.js';
import { measureProcess, ownLimit } from '../../../lib/telemetry/process-metrics.js';
import { createMetrics } from '../../../lib/telemetry/prometheus-metrics.js';
import { FakeClock } from '../../support/fake-clock.js';

test('the delay is forgotten after a scrape, but not before ten seconds', async () => {
  const clock = new FakeClock();
  const metrics = createMetrics(clock);
  let resets = 0;
  let stopped = false;
  const delay = {
    read: () => ({ mean: 0.001, p99: 0.01, max: 0.5 }),
    reset: () => {
      resets += 1;
    },
    stop: () => {
      stopped = true;
    },
  };
  const stop = measureProcess(metrics, clock, delay);
  const resetsAfter: number[] = [];
  for (let scrape = 0; scrape < 5; scrape += 1) {
    await clock.advance(4_000);
    assert.match(await metrics.text(), /^rmmstream_event_loop_delay_seconds\{statistic="max"\} 0\.5$/m);
    resetsAfter.push(resets);
  }
  assert.deepEqual(resetsAfter, [0, 0, 1, 1, 1]);
  stop();
  assert.ok(stopped);
});

test('this process has memory, and a held event loop shows', async () => {
  const metrics = createMetrics(systemClock);
  const stop = measureProcess(metrics, systemClock);
  const figures = async (name: string) => {
    const found = (await metrics.text()).matchAll(
      new RegExp(`^rmmstream_${name}\\{\\w+="(\\w+)"\\} (.*)$`, 'gm'),
    );
    return Object.fromEntries([...found].map((match) => [match[1]!, Number(match[2])]));
  };
  await new Promise((resolve) => setTimeout(resolve, 250));
  const until = performance.now() + 300;
  while (performance.now() < until);
  await new Promise((resolve) => setTimeout(resolve, 250));
  const delay = await figures('event_loop_delay_seconds');
  // The loop was held on purpose for 0.3 s: this is no measure of speed.
  assert.ok(delay.max! >= 0.2, `longest delay ${delay.max}`);
  assert.ok(delay.mean! >= 0 && delay.mean! <= delay.max!);
  const memory = await figures('memory_bytes');
  assert.ok(memory.resident! > memory.heap_used! && memory.heap_used! > 1e6);
  stop();
});

test('a process tells when it began, and the limit of its memory while it has one', async () => {
  const clock = new FakeClock(1_700_000_000_500);
  const metrics = createMetrics(clock);
  let limit: number | undefined = 2 ** 30;
  const usage = () => ({ rss: 1, heapUsed: 1, heapTotal: 1, external: 1, arrayBuffers: 1 });
  const delay = { read: () => ({ mean: 0, p99: 0, max: 0 }), reset: () => {}, stop: () => {} };
  measureProcess(metrics, clock, delay, { usage, limit: () => limit }, clock.wallMs());
  await clock.advance(60_000);
  assert.match(await metrics.text(), /^rmmstream_start_time_seconds 1700000000\.5$/m);
  assert.match(await metrics.text(), /^rmmstream_memory_limit_bytes 1073741824$/m);
  limit = undefined;
  assert.doesNotMatch(await metrics.text(), /^rmmstream_memory_limit_bytes /m);
});

test('what a control group without a limit says is no limit', () => {
  const machine = 2 ** 34;
  for (const none of [undefined, 0, 2 ** 64, machine, 2 ** 63])
    assert.equal(ownLimit(none, machine), undefined);
  assert.equal(ownLimit(1.5 * 2 ** 30, machine), 1.5 * 2 ** 30);
});
