import assert from 'node:assert/strict';
import test from 'node:test';
import { TrainingPlace } from '../../../services/trainer/training-place.js';
import { FakeClock, settle } from '../../support/fake-clock.js';
import { clusterOf, kafkaConfig, openContext } from '../../support/service-context.js';

const loaded = kafkaConfig({ engine: { stall_timeout_ms: 10_000 } });

function world() {
  const clock = new FakeClock();
  const context = openContext(clusterOf(loaded), loaded, { clock, service: 'trainer' });
  const place = new TrainingPlace(context);
  const value = async (name: string) =>
    new RegExp(`^rmmstream_${name}\\{stage="trainer"[^}]*\\} (.*)$`, 'm').exec(await context.metrics())?.[1];
  const reasons = () => context.health.readiness().reasons.map(({ text }) => text);
  return { clock, place, value, reasons };
}

test('how far a training is shows as lag, and one that hangs as a stall until it goes on', async () => {
  const { clock, place, value, reasons } = world();
  const stop = new AbortController();
  const watching = place.watch(stop.signal);
  place.at(0, 100);
  place.advance(30);
  assert.deepEqual([await value('position_records'), await value('lag_records')], ['30', '70']);
  await clock.advance(9_000);
  assert.equal(await value('lag_seconds'), '9');
  assert.equal(await value('stalled_partitions'), '0');
  await clock.advance(3_000);
  assert.equal(await value('stalled_partitions'), '1');
  assert.deepEqual(reasons(), ['the training makes no progress for 12 s']);
  // Early stopping left the rest out.
  place.at(100, 100);
  await clock.advance(2_000);
  assert.equal(await value('stalled_partitions'), '0');
  assert.deepEqual(reasons(), []);
  assert.equal(await value('lag_records'), '0');
  stop.abort();
  await watching;
});

test('a stall ends with the training, and a new count from the beginning is none', async () => {
  const { clock, place, value, reasons } = world();
  const stop = new AbortController();
  const watching = place.watch(stop.signal);
  place.at(5, 6);
  place.advance(4);
  assert.equal(await value('position_records'), '6');
  await clock.advance(60_000);
  assert.equal(await value('stalled_partitions'), '0');
  place.at(0, 1_000);
  await clock.advance(6_000);
  place.advance(1);
  await clock.advance(6_000);
  assert.equal(await value('stalled_partitions'), '0');
  await clock.advance(6_000);
  assert.equal(await value('stalled_partitions'), '1');
  stop.abort();
  await settle();
  await watching;
  assert.equal(await value('stalled_partitions'), '0');
  assert.deepEqual(reasons(), []);
});
