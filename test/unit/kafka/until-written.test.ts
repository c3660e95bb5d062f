import assert from 'node:assert/strict';
import test from 'node:test';
import { RmmError } from '../../../lib/base/error.js';
import { untilWritten } from '../../../services/kafka/until-written.js';
import { FakeClock } from '../../support/fake-clock.js';
import { clusterOf, kafkaConfig, openContext } from '../../support/service-context.js';

const loaded = kafkaConfig();
const full = () => new RmmError('disk_full', 'no room left on the disk');

test('what was long in the making is written again and again, and readiness says so', async () => {
  const clock = new FakeClock();
  const waits: number[] = [];
  const reasons = () => context.health.readiness().reasons.map(({ text }) => text);
  const context = openContext(clusterOf(loaded), loaded, {
    clock,
    pause: async (attempt) => {
      waits.push(attempt);
      await clock.advance(1000 * attempt);
      assert.deepEqual(reasons(), ['no room left on the disk']);
    },
  });
  let tries = 0;
  const write = () => {
    tries += 1;
    if (tries < 4) throw full();
  };
  const waitedMs = await untilWritten(context, 'checkpoint', write, new AbortController().signal);
  assert.deepEqual(waits, [1, 2, 3]);
  assert.equal(waitedMs, 6000);
  assert.deepEqual(reasons(), []);
  assert.match(
    await context.metrics(),
    /^rmmstream_stage_errors_total\{stage="scorer",code="disk_full"\} 3$/m,
  );
});

test('it gives up at a signal, and at once at an error that no time mends', async () => {
  const stop = new AbortController();
  const context = openContext(clusterOf(loaded), loaded, { pause: async () => stop.abort() });
  const never = () => {
    throw full();
  };
  await assert.rejects(untilWritten(context, 'checkpoint', never, stop.signal), { name: 'AbortError' });
  assert.equal(context.health.readiness().ready, true);
  const broken = () => {
    throw new RmmError('output_unwritable', 'read-only');
  };
  await assert.rejects(untilWritten(context, 'checkpoint', broken, new AbortController().signal), {
    code: 'output_unwritable',
  });
});
