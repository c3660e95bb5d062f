import assert from 'node:assert/strict';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { type DiskRoom, measureDisk } from '../../../lib/telemetry/disk-metrics.js';
import { createMetrics } from '../../../lib/telemetry/prometheus-metrics.js';
import { FakeClock } from '../../support/fake-clock.js';

const figures = (text: string) =>
  ['free', 'size'].map((what) => {
    const found = new RegExp(`^rmmstream_disk_${what}_bytes (.*)$`, 'm').exec(text)?.[1];
    return found === undefined ? undefined : Number(found);
  });

test('a disk that is real has room, also where the folder is not made yet', async () => {
  for (const folder of [tmpdir(), join(tmpdir(), 'rmmstream-not-there', 'out')]) {
    const clock = new FakeClock();
    const metrics = createMetrics(clock);
    measureDisk(metrics, folder, clock);
    const deadline = performance.now() + 10_000;
    let [free, size] = figures(await metrics.text());
    while (free === undefined && performance.now() < deadline) [free, size] = figures(await metrics.text());
    assert.ok(free! > 0 && free! <= size!, `${free} of ${size}`);
  }
});

test('a scrape does not wait for the disk, asks it once at a time, and shows nothing where it fails', async () => {
  const clock = new FakeClock();
  const metrics = createMetrics(clock);
  const asked: { resolve: (room: DiskRoom) => void; reject: (error: Error) => void }[] = [];
  const room = () => new Promise<DiskRoom>((resolve, reject) => asked.push({ resolve, reject }));
  // Whoever starts does not wait either.
  measureDisk(metrics, '/out', clock, room);
  assert.deepEqual(figures(await metrics.text()), [undefined, undefined]);
  asked[0]!.resolve({ free: 10, size: 100 });
  await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(figures(await metrics.text()), [10, 100]);
  assert.deepEqual(figures(await metrics.text()), [10, 100]);
  assert.equal(asked.length, 2);
  asked[1]!.resolve({ free: 5, size: 100 });
  await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(figures(await metrics.text()), [5, 100]);
  asked[2]!.reject(new Error('gone'));
  await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(figures(await metrics.text()), [undefined, undefined]);
});

test('a file system that hangs has no figures until it answers again', async () => {
  const clock = new FakeClock();
  const metrics = createMetrics(clock);
  const asked: ((room: DiskRoom) => void)[] = [];
  measureDisk(metrics, '/out', clock, () => new Promise((resolve) => asked.push(resolve)));
  asked[0]!({ free: 10, size: 100 });
  await clock.advance(60_000);
  // The look that is made beside this scrape comes back no more.
  assert.deepEqual(figures(await metrics.text()), [10, 100]);
  await clock.advance(29_999);
  assert.deepEqual(figures(await metrics.text()), [10, 100]);
  await clock.advance(1);
  assert.deepEqual(figures(await metrics.text()), [undefined, undefined]);
  assert.equal(asked.length, 2);
  asked[1]!({ free: 5, size: 100 });
  await clock.advance(0);
  assert.deepEqual(figures(await metrics.text()), [5, 100]);
});
