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
    const metrics = createMetrics(new FakeClock());
    measureDisk(metrics, folder);
    const deadline = performance.now() + 10_000;
    let [free, size] = figures(await metrics.text());
    while (free === undefined && performance.now() < deadline) [free, size] = figures(await metrics.text());
    assert.ok(free! > 0 && free! <= size!, `${free} of ${size}`);
  }
});

test('a scrape does not wait for the disk, asks it once at a time, and shows nothing where it fails', async () => {
  const metrics = createMetrics(new FakeClock());
  const asked: { resolve: (room: DiskRoom) => void; reject: (error: Error) => void }[] = [];
  const room = () => new Promise<DiskRoom>((resolve, reject) => asked.push({ resolve, reject }));
  // Whoever starts does not wait either.
  measureDisk(metrics, '/out', room);
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
