import assert from 'node:assert/strict';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import test from 'node:test';
import { hopBody } from '../../../lib/flow/partitions/hop.js';
import { partitionedPart } from '../../../services/kafka/service-part.js';
import { StageView } from '../../../services/kafka/stage-view.js';
import { stages } from '../../../services/kafka/stages.js';
import { FakeClock } from '../../support/fake-clock.js';
import { clusterOf, kafkaConfig, openContext, put, settled } from '../../support/service-context.js';

const loaded = kafkaConfig({ kafka: { topics: { partitions: 2 } }, engine: { stall_timeout_ms: 10_000 } });
test('work shows in the metrics of its stage, and on its channel', async () => {
  const heard: unknown[] = [];
  const hear = (message: unknown) => heard.push(message);
  subscribe('rmmstream:batch', hear);
  const cluster = clusterOf(loaded);
  const context = openContext(cluster, loaded);
  await put(cluster, 'rmmstream.events', 0, [{ key: 'a', value: Buffer.from('abc'), headers: {} }]);
  const view = new StageView(context, stages.selector);
  let looks = 0;
  let now = 0;
  const body = hopBody({
    client: context.client,
    group: 'g',
    inputTopic: 'rmmstream.events',
    outputTopic: 'rmmstream.selected',
    deadLetterTopic: 'rmmstream.dead-letters',
    process: ({ key, value }) => ({
      out: { key, value, headers: {} },
      deadLetters: [{ key, value, headers: { reason: 'wire_checksum_wrong' } }],
      eventsIn: 100,
      eventsOut: 40,
      rejected: new Map([
        ['mll', 50],
        ['weight_absurd', 10],
      ]),
    }),
    fetchBytes: 100,
    maxWaitMs: 1,
    transactionMessages: 1,
    requestBytes: 10_000,
    nowMs: () => (now += 500),
    settle: async () => {
      looks += 1;
    },
    observe: view.hopObserver,
  });
  const stop = new AbortController();
  const ended = partitionedPart(context, stages.selector, view, body).run(stop.signal);
  await settled(() => looks > 3);
  stop.abort();
  await ended;
  unsubscribe('rmmstream:batch', hear);
  assert.deepEqual(heard, [
    {
      stage: 'selector',
      ...{ eventsIn: 100, bytesIn: 3, eventsOut: 40, bytesOut: 3, seconds: 0.5 },
      rejected: { mll: 50, weight_absurd: 10 },
      deadLetters: { wire_checksum_wrong: 1 },
    },
  ]);
  const text = await context.metrics();
  for (const line of [
    /rmmstream_input_events_total\{stage="selector"\} 100/,
    /rmmstream_output_events_total\{stage="selector"\} 40/,
    /rmmstream_dead_letters_total\{stage="selector",reason="wire_checksum_wrong"\} 1/,
    /rmmstream_transaction_seconds_count\{stage="selector",outcome="committed"\} 1/,
    /rmmstream_rejected_events_total\{stage="selector",reason="mll"\} 50/,
    /rmmstream_rejected_events_total\{stage="selector",reason="weight_absurd"\} 10/,
    /rmmstream_busy_seconds_total\{stage="selector"\} 0\.5/,
    /rmmstream_queue_batches\{stage="selector"\} 0/,
  ])
    assert.match(text, line);
});

test('what is held in memory is summed over partitions, and is let go of with them', async () => {
  const context = openContext(clusterOf(loaded), loaded);
  const view = new StageView(context, stages.scorer);
  const held = async () =>
    ['batches', 'bytes']
      .map((what) => new RegExp(`rmmstream_queue_${what}\\{stage="scorer"\\} (\\d+)`))
      .map(async (line) => Number(line.exec(await context.metrics())?.[1]));
  view.sinkObserver.held!(0, 3, 300);
  view.hopObserver.held!(1, 2, 50);
  assert.deepEqual(await Promise.all(await held()), [5, 350]);
  view.sinkObserver.held!(0, 0, 0);
  assert.deepEqual(await Promise.all(await held()), [2, 50]);
});

test('a transaction that is given up is counted apart, and files by their events and bytes', async () => {
  const context = openContext(clusterOf(loaded), loaded);
  const view = new StageView(context, stages.scorer);
  view.hopObserver.aborted!(0, 2);
  view.sinkObserver.written!(0, 70, 900, 0.25);
  view.sinkObserver.aborted!(0, 3);
  view.sinkObserver.claimed!(0, 0.02);
  view.sinkObserver.committed!(0, 0.01, []);
  const text = await context.metrics();
  for (const line of [
    /rmmstream_transaction_seconds_sum\{stage="scorer",outcome="aborted"\} 5/,
    /rmmstream_transaction_seconds_count\{stage="scorer",outcome="committed"\} 2/,
    /rmmstream_output_events_total\{stage="scorer"\} 70/,
    /rmmstream_output_bytes_total\{stage="scorer"\} 900/,
    /rmmstream_busy_seconds_total\{stage="scorer"\} 0\.25/,
  ])
    assert.match(text, line);
});

test('a copy whose last partition commits on its way to another has no checkpoint', async () => {
  const clock = new FakeClock();
  const context = openContext(clusterOf(loaded), loaded, { clock });
  const view = new StageView(context, stages.scorer);
  const heard: unknown[] = [];
  const hear = (told: unknown) => void heard.push(told);
  subscribe('rmmstream:checkpoint', hear);
  const hasAge = async () => /^rmmstream_checkpoint_age_seconds\{/m.test(await context.metrics());
  view.assigned([0]);
  view.sinkObserver.committed!(0, 0.01, []);
  assert.equal(await hasAge(), true);
  view.assigned([]);
  view.sinkObserver.committed!(0, 0.01, []);
  unsubscribe('rmmstream:checkpoint', hear);
  assert.equal(await hasAge(), false);
  assert.deepEqual(heard, [{ stage: 'scorer', atMs: clock.wallMs() }]);
});

test('dead letters of a file stage are counted and told once they are written', async () => {
  const context = openContext(clusterOf(loaded), loaded);
  const view = new StageView(context, stages.scorer);
  const heard: unknown[] = [];
  const hear = (told: unknown) => void heard.push(told);
  subscribe('rmmstream:batch', hear);
  const letter = (reason: string) => ({ key: null, value: null, headers: { reason } });
  view.sinkObserver.committed!(0, 0.01, []);
  view.sinkObserver.committed!(0, 0.01, [
    letter('wire_schema_unknown'),
    letter('scaler_mismatch'),
    letter('wire_schema_unknown'),
  ]);
  unsubscribe('rmmstream:batch', hear);
  const deadLetters = { wire_schema_unknown: 2, scaler_mismatch: 1 };
  const nothing = { eventsIn: 0, bytesIn: 0, eventsOut: 0, bytesOut: 0, seconds: 0 };
  assert.deepEqual(heard, [{ stage: 'scorer', ...nothing, deadLetters }]);
  assert.match(
    await context.metrics(),
    /^rmmstream_dead_letters_total\{stage="scorer",reason="wire_schema_unknown"\} 2$/m,
  );
});

test('a message that is read again is work, but no input again; one without a time waits since it was seen', async () => {
  const clock = new FakeClock();
  const context = openContext(clusterOf(loaded), loaded, { clock });
  const view = new StageView(context, stages.scorer);
  view.assigned([0, 1]);
  view.sinkObserver.added!(0, 70, 900, 0.25);
  view.sinkObserver.repeated!(0, 0.5);
  for (const [partition, oldestMs] of [
    [0, 0],
    [1, -1],
  ] as const)
    view.sinkObserver.looked!(partition, 3, 9, oldestMs);
  await clock.advance(2000);
  const text = await context.metrics();
  for (const line of [
    /^rmmstream_input_events_total\{stage="scorer"\} 70$/m,
    /^rmmstream_busy_seconds_total\{stage="scorer"\} 0\.75$/m,
    /^rmmstream_lag_seconds\{stage="scorer",partition="0"\} 2$/m,
    /^rmmstream_lag_seconds\{stage="scorer",partition="1"\} 2$/m,
  ])
    assert.match(text, line);
});
