import assert from 'node:assert/strict';
import test from 'node:test';
import { RmmError } from '../../../lib/base/error.js';
import { createMetrics } from '../../../lib/telemetry/prometheus-metrics.js';
import { stageMetrics } from '../../../lib/telemetry/stage-metrics.js';
import { FakeClock } from '../../support/fake-clock.js';

/** Lines of the text that hold a sample of `name`. */
async function samples(metrics: { text(): Promise<string> }, name: string): Promise<string[]> {
  const text = await metrics.text();
  return text.split('\n').filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `));
}

function isInvariant(error: unknown): boolean {
  return error instanceof RmmError && error.code === 'internal_invariant';
}

test('a label outside its closed set, and a counter that would fall, are refused', () => {
  const metrics = createMetrics(new FakeClock());
  const foreign = 'x"} 1\nevil{a="b' as 'mll';
  assert.throws(() => metrics.add('rejectedEvents', { stage: 'selector', reason: foreign }, 1), isInvariant);
  assert.throws(() => metrics.set('lagRecords', { stage: 'selector', partition: 1024 }, 1), isInvariant);
  assert.throws(() => metrics.info('build', { version: 'a b' }), isInvariant);
  assert.throws(() => metrics.add('inputEvents', {} as { stage: 'selector' }, 1), isInvariant);
  for (const amount of [-1, Number.NaN, Number.POSITIVE_INFINITY]) {
    assert.throws(() => metrics.add('inputEvents', { stage: 'selector' }, amount), isInvariant);
    const labels = { stage: 'selector', outcome: 'committed' } as const;
    assert.throws(() => metrics.observe('transactionSeconds', labels, amount), isInvariant);
  }
});

test('what was refused leaves no series behind', async () => {
  const metrics = createMetrics(new FakeClock());
  assert.throws(() => metrics.add('inputEvents', { stage: 'nobody' as 'scorer' }, 1), isInvariant);
  assert.throws(() => metrics.since('checkpointAge', { stage: 'scorer' }, Number.NaN), isInvariant);
  assert.doesNotMatch(await metrics.text(), /^[^#\n]*\{/m);
});

test('an age goes on rising where nothing happens, and is never below 0', async () => {
  const clock = new FakeClock();
  const metrics = createMetrics(clock);
  metrics.since('checkpointAge', { stage: 'trainer' }, clock.wallMs());
  metrics.since('lagSeconds', { stage: 'trainer', partition: 0 }, clock.wallMs() + 3_000);
  await clock.advance(2_500);
  assert.deepEqual(await samples(metrics, 'rmmstream_checkpoint_age_seconds'), [
    'rmmstream_checkpoint_age_seconds{stage="trainer"} 2.5',
  ]);
  assert.deepEqual(await samples(metrics, 'rmmstream_lag_seconds'), [
    'rmmstream_lag_seconds{stage="trainer",partition="0"} 0',
  ]);
  await clock.advance(1_500);
  metrics.since('checkpointAge', { stage: 'trainer' }, undefined);
  assert.deepEqual(await samples(metrics, 'rmmstream_checkpoint_age_seconds'), [
    'rmmstream_checkpoint_age_seconds{stage="trainer"} 0',
  ]);
  assert.match((await samples(metrics, 'rmmstream_lag_seconds'))[0]!, / 1$/);
});

test('what nobody has measured is not there', async () => {
  const metrics = createMetrics(new FakeClock());
  assert.doesNotMatch(await metrics.text(), /^rmmstream_/m);
  metrics.set('diskFree', {}, 5);
  assert.deepEqual((await metrics.text()).match(/^rmmstream_.*$/gm), ['rmmstream_disk_free_bytes 5']);
});

test('two registries know nothing of each other', async () => {
  const [one, other] = [createMetrics(new FakeClock()), createMetrics(new FakeClock())];
  one.add('inputEvents', { stage: 'ingest' }, 7);
  assert.equal((await samples(one, 'rmmstream_input_events_total')).length, 1);
  assert.equal((await samples(other, 'rmmstream_input_events_total')).length, 0);
});

test('scrapes at once share one answer, and the flow runs between its metrics', async () => {
  const metrics = createMetrics(new FakeClock());
  let measured = 0;
  metrics.onScrape(() => {
    measured += 1;
  });
  let turns = 0;
  let scraping = true;
  const flow = (async () => {
    while (scraping) {
      turns += 1;
      await new Promise((resolve) => setImmediate(resolve));
    }
  })();
  const [one, other] = await Promise.all([metrics.text(), metrics.text()]);
  scraping = false;
  await flow;
  assert.equal(one, other);
  assert.equal(measured, 1);
  assert.ok(turns >= 20, `the flow had ${turns} turns`);
  await metrics.text();
  assert.equal(measured, 2);
});

test('a scrape that fails leaves the next one free to succeed', async () => {
  const metrics = createMetrics(new FakeClock());
  let broken = true;
  metrics.onScrape(() => {
    if (broken) throw new Error('no memory figures');
  });
  await assert.rejects(metrics.text(), /no memory figures/);
  broken = false;
  assert.match(await metrics.text(), /^# HELP /);
});

test('lag in seconds: by the time of the message, else since it was first seen to wait', async () => {
  const clock = new FakeClock();
  const metrics = createMetrics(clock);
  const stage = stageMetrics(metrics, 'featurizer', clock);
  const lag = async () => {
    const [line] = await samples(metrics, 'rmmstream_lag_seconds');
    return line === undefined ? undefined : Number(line.split(' ')[1]);
  };
  stage.progress(0, { position: 0, end: 9 });
  assert.equal(await lag(), undefined, 'not assigned');
  stage.assigned([0]);
  stage.progress(0, { position: 5, end: 9 });
  await clock.advance(4_000);
  stage.progress(0, { position: 5, end: 12 });
  assert.equal(await lag(), 4, 'the same message waits');
  stage.progress(0, { position: 6, end: 12 });
  assert.equal(await lag(), 0, 'another message, whose time is not known');
  stage.progress(0, { position: 6, end: 12, oldestMs: clock.wallMs() - 60_000 });
  assert.equal(await lag(), 60);
  stage.progress(0, { position: 12, end: 12, oldestMs: clock.wallMs() - 60_000 });
  assert.equal(await lag(), 0, 'nothing waits');
  stage.assigned([]);
  assert.equal(await lag(), undefined);
});

test('a copy that trains no more leaves no series but its counters', async () => {
  const clock = new FakeClock();
  const metrics = createMetrics(clock);
  const stage = stageMetrics(metrics, 'trainer', clock);
  const shown = async () =>
    (await metrics.text())
      .split('\n')
      .filter((line) => line.startsWith('rmmstream_') && !line.includes('_total{'));
  const show = () => {
    stage.assigned([0, 1]);
    for (const partition of [0, 1]) stage.progress(partition, { position: 3, end: 9 });
    stage.checkpoint(0);
    stage.epoch({ loss: 2, validationLoss: 1 });
    stage.model({ version: 'm1', madeMs: 0 });
    stage.model({ version: 'm2', madeMs: 0 });
    stage.scaler({ version: 's', madeMs: 0 });
  };
  show();
  const before = await shown();
  assert.equal(before.length, 14);
  stage.trainsNoMore();
  assert.deepEqual(await shown(), ['rmmstream_assigned_partitions{stage="trainer"} 0']);
  stage.progress(0, { position: 3, end: 9 });
  assert.equal((await shown()).length, 1, 'a look that was under way');
  show();
  assert.deepEqual(await shown(), before);
});

test('a model that is older than the one shown is not shown: what is read again was scored with it', async () => {
  const clock = new FakeClock();
  const metrics = createMetrics(clock);
  const stage = stageMetrics(metrics, 'scorer', clock);
  const shown = async () => [
    ...(await samples(metrics, 'rmmstream_model_info')),
    ...(await samples(metrics, 'rmmstream_model_age_seconds')),
  ];
  stage.model({ version: 'm2', madeMs: clock.wallMs() - 5_000 });
  stage.model({ version: 'm1', madeMs: clock.wallMs() - 90_000 });
  assert.deepEqual(await shown(), [
    'rmmstream_model_info{stage="scorer",version="m2"} 1',
    'rmmstream_model_age_seconds{stage="scorer"} 5',
  ]);
  stage.model({ version: 'm3', madeMs: clock.wallMs() });
  assert.deepEqual(await shown(), [
    'rmmstream_model_info{stage="scorer",version="m3"} 1',
    'rmmstream_model_age_seconds{stage="scorer"} 0',
  ]);
});

test('a partition that comes back begins anew', async () => {
  const clock = new FakeClock();
  const metrics = createMetrics(clock);
  const stage = stageMetrics(metrics, 'featurizer', clock);
  stage.assigned([2, 4]);
  stage.progress(4, { position: 5, end: 9 });
  stage.checkpoint(clock.wallMs());
  stage.assigned([2]);
  await clock.advance(60_000);
  stage.assigned([4, 2]);
  assert.deepEqual(await samples(metrics, 'rmmstream_position_records'), []);
  stage.progress(4, { position: 5, end: 9 });
  assert.match((await samples(metrics, 'rmmstream_lag_seconds'))[0]!, / 0$/);
  assert.deepEqual(await samples(metrics, 'rmmstream_assigned_partitions'), [
    'rmmstream_assigned_partitions{stage="featurizer"} 2',
  ]);
  assert.deepEqual(await samples(metrics, 'rmmstream_checkpoint_age_seconds'), [
    'rmmstream_checkpoint_age_seconds{stage="featurizer"} 60',
  ]);
  stage.assigned([]);
  assert.deepEqual(await samples(metrics, 'rmmstream_checkpoint_age_seconds'), []);
});
