import assert from 'node:assert/strict';
import test from 'node:test';
import { metricList } from '../../../lib/telemetry/metric-list.js';
import { createMetrics } from '../../../lib/telemetry/prometheus-metrics.js';
import { metricsWatch } from '../../../services/pipeline/metrics-watch.js';
import { joinWatches, toldGate } from '../../../services/pipeline/watch.js';
import { FakeClock } from '../../support/fake-clock.js';
import { RecordedWatch } from '../../support/recorded-watch.js';

function world() {
  const clock = new FakeClock();
  const metrics = createMetrics(clock);
  const watch = metricsWatch(metrics, clock);
  const value = async (series: string) => {
    const line = (await metrics.text()).split('\n').find((one) => one.startsWith(`${series} `));
    return line === undefined ? undefined : Number(line.slice(series.length + 1));
  };
  return { clock, metrics, watch, value };
}

/** Of a training with nothing but one megaset. */
const megaset = { network: 0, networks: 1, pass: 0, passes: 1, megaset: 0, megasets: 1 };

test('what a run tells is what its metrics show', async () => {
  const { clock, watch, value } = world();
  const of = (stage: string, more = '') => `{stage="${stage}"${more}}`;
  const report = { eventsIn: 100, bytesIn: 2000, eventsOut: 80, bytesOut: 500, seconds: 0.25 };
  watch.batch!('selector', {
    ...report,
    rejected: { mll: 18, weight_absurd: 2 },
    deadLetters: { weight_absurd: 2 },
  });
  watch.batch!('selector', { ...report, eventsOut: 0, bytesOut: 0 });
  assert.equal(await value(`rmmstream_input_batches_total${of('selector')}`), 2);
  assert.equal(await value(`rmmstream_output_batches_total${of('selector')}`), 1);
  assert.equal(await value(`rmmstream_input_bytes_total${of('selector')}`), 4000);
  assert.equal(await value(`rmmstream_busy_seconds_total${of('selector')}`), 0.5);
  assert.equal(await value(`rmmstream_rejected_events_total${of('selector', ',reason="mll"')}`), 18);
  assert.equal(await value(`rmmstream_dead_letters_total${of('selector', ',reason="weight_absurd"')}`), 2);

  watch.queue!('ingest', 2, 999);
  watch.waiting!('ingest', 3, 10);
  await clock.advance(5000);
  assert.equal(await value(`rmmstream_queue_bytes${of('ingest')}`), 999);
  assert.equal(await value(`rmmstream_lag_records${of('ingest', ',partition="0"')}`), 7);
  assert.equal(await value(`rmmstream_lag_seconds${of('ingest', ',partition="0"')}`), 5);
  watch.waiting!('ingest', 4, 10);
  assert.equal(await value(`rmmstream_lag_seconds${of('ingest', ',partition="0"')}`), 0);
  watch.waiting!('ingest', 10, 10);
  await clock.advance(5000);
  assert.equal(await value(`rmmstream_lag_seconds${of('ingest', ',partition="0"')}`), 0);

  watch.model!({ version: 'm1', madeMs: clock.wallMs() - 60_000 });
  assert.equal(await value(`rmmstream_model_age_seconds${of('scorer')}`), 60);
  watch.epoch!({ ...megaset, epoch: 0, loss: 3, validationLoss: 2.5 });
  watch.epoch!({ ...megaset, epoch: 1, loss: 2.75, validationLoss: undefined });
  assert.equal(await value(`rmmstream_validation_loss${of('trainer')}`), 2.5);
  assert.equal(await value(`rmmstream_training_loss${of('trainer')}`), 2.75);
  assert.equal(await value(`rmmstream_training_epochs_total${of('trainer')}`), 2);
  watch.error!('scorer', 'disk_full');
  assert.equal(await value(`rmmstream_stage_errors_total${of('scorer', ',code="disk_full"')}`), 1);
});

/** Of the process, set elsewhere; and what docs/metrics.md says that a run in one process has not. */
const others = [
  ...['serviceState', 'serviceReady', 'build', 'startTime', 'eventLoopDelay', 'memory', 'memoryLimit'],
  ...['diskFree', 'diskSize'],
];
const absent = ['transactionSeconds', 'scoreLatency', 'drift', 'driftingFeatures'];

test('every metric of the list is there, but for those that the page excepts', async () => {
  const { metrics, watch } = world();
  watch.batch!('ingest', {
    ...{ eventsIn: 1, bytesIn: 1, eventsOut: 1, bytesOut: 1, seconds: 1 },
    rejected: { mll: 1 },
    deadLetters: { weight_absurd: 1 },
  });
  watch.waiting!('ingest', 0, 1);
  watch.error!('ingest', 'io_failed');
  watch.checkpoint!('ingest', 0);
  watch.model!({ version: 'm', madeMs: 0 });
  watch.scaler!({ version: 's', madeMs: 0 });
  watch.epoch!({ ...megaset, epoch: 0, loss: 1, validationLoss: 1 });
  const shown = new Set((await metrics.text()).match(/^rmmstream_\w+/gm));
  const missing = Object.entries(metricList)
    .filter(([key, { name }]) => ![...others, ...absent].includes(key) && !shown.has(name))
    .map(([, { name }]) => name);
  assert.deepEqual(missing, []);
  for (const key of absent) assert.ok(!shown.has(metricList[key as keyof typeof metricList].name), key);
});

test('watches that are joined all hear, each what it listens to', () => {
  const [first, second] = [new RecordedWatch(), new RecordedWatch()];
  const joined = joinWatches([first.watch, {}, { error: second.watch.error! }]);
  joined.error!('trainer', 'training_diverged');
  joined.queue!('ingest', 1, 2);
  for (const { all } of [first, second].map((one) => ({ all: one.all('error') })))
    assert.deepEqual(all, [['trainer', 'training_diverged']]);
  assert.deepEqual([first.all('queue').length, second.all('queue').length], [1, 0]);
});

test('nothing is due while a person holds the run, and what waits is told again when it goes on', async () => {
  const { clock, watch, value } = world();
  const lag = () => value('rmmstream_lag_records{stage="ingest",partition="0"}');
  const age = () => value('rmmstream_checkpoint_age_seconds{stage="ingest"}');
  let open = () => {};
  let held: Promise<void> | undefined;
  const pass = toldGate(() => held, watch);
  watch.waiting!('ingest', 3, 10);
  watch.checkpoint!('ingest', clock.wallMs());
  assert.equal(pass(), undefined);
  assert.equal(await lag(), 7);
  held = new Promise((resolve) => {
    open = resolve;
  });
  const passes = [pass(), pass()];
  assert.deepEqual([await lag(), await age()], [undefined, undefined]);
  // A task that was at work is done.
  watch.waiting!('ingest', 4, 10);
  assert.equal(await lag(), undefined);
  await clock.advance(3_600_000);
  open();
  await Promise.all(passes);
  assert.equal(await lag(), 6);
  assert.equal(await value('rmmstream_lag_seconds{stage="ingest",partition="0"}'), 0);
});
