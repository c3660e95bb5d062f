import assert from 'node:assert/strict';
import test from 'node:test';
import type { ProgressRecord } from '../../../services/kafka/progress-records.js';
import { RunState } from '../../../services/kafka/run-state.js';
import { kafkaFlow } from '../../../services/live/kafka/kafka-flow.js';
import { kafkaPhases, tellPhases } from '../../../services/live/kafka/run-phases.js';
import { StageKeeper } from '../../../services/live/kafka/stage-keeper.js';
import { tellRun } from '../../../services/live/kafka/tell-run.js';
import { LiveModel } from '../../../services/live/model/live-model.js';
import { fileRecord, kafkaConfig, runRecord } from '../../support/service-context.js';

function world(mode: 'bounded' | 'continuous') {
  const loaded = kafkaConfig({ input: { mode }, kafka: { topics: { partitions: 1 } } });
  const state = new RunState();
  const model = new LiveModel({
    engine: 'kafka',
    title: '',
    flow: kafkaFlow(loaded.config),
    phases: kafkaPhases,
    control: { available: false, why: '' },
    limits: [],
    score: { score: 'error', isLog: true, luminosityFb: 1, luminosityOf: 'configuration' },
    startedMs: 0,
  });
  let offset = 0;
  const put = (record: ProgressRecord) => state.apply(record, offset++, offset * 1000);
  put(runRecord(loaded));
  put(fileRecord(0, 8192));
  const states = () => {
    tellPhases(model, state, new Map());
    return Object.fromEntries(model.section('phases').map(({ name, state: phase }) => [name, phase]));
  };
  return { state, model, put, states };
}

const scaler: ProgressRecord = {
  ...{ type: 'scaler', id: 's', rows_by_split: [1, 0, 0, 0], from: 0, frozen_ms: 0 },
};
const model = { type: 'model', id: 'm', scaler: 's', generation: 0, published_ms: 0, from: 0 } as const;
const end = (of: 'moments' | 'features' | 'selected' | 'events') =>
  ({ type: 'end', of, partition: 0, offset: 1, messages: 1, input: 1 }) as const;
const ends = ['events', 'selected', 'features', 'moments'] as const;

test('a stage is due once there is what it cannot work without', () => {
  const { put, states } = world('bounded');
  assert.deepEqual(states(), {
    ...{ ingest: 'running', selector: 'running', featurizer: 'running' },
    ...{ scaler: 'planned', train: 'planned', scorer: 'planned' },
  });
  for (const of of ends) put(end(of));
  put(scaler);
  const { scaler: now, train, scorer, ingest } = states();
  assert.deepEqual([ingest, now, train, scorer], ['done', 'running', 'running', 'planned']);
  put({ ...model, final: true });
  assert.deepEqual([states().train, states().scorer], ['done', 'running']);
});

test('without an end of the input there is something to train while a generation has no model', () => {
  const { put, states } = world('continuous');
  put(scaler);
  assert.equal(states().train, 'planned');
  put({ type: 'generation', number: 0, to: [1], rows: 1, channels: [] });
  assert.equal(states().train, 'running');
  put({ ...model, final: false });
  assert.equal(states().train, 'planned');
});

test('messages that wait for the model are no alarm, those that wait behind it are', () => {
  const { model: live, state, put, states } = world('bounded');
  const totals = {
    ...{ eventsIn: 0, eventsOut: 0, bytesOut: 0, seconds: 0, batches: 0, errors: 0, lag: 9, lagSeconds: 900 },
    ...{ queueBatches: 0, queueBytes: 0, checkpointMs: undefined, copies: undefined },
    known: { events: true, services: true },
  };
  const scorer = () => live.section('flow').stages.find(({ stage }) => stage === 'scorer')!.health;
  tellRun(state, live, '', 10_000);
  states();
  live.read('scorer', totals, new Map(), new Map(), 10_000);
  live.tick(10_000);
  assert.equal(scorer(), 'waiting');
  put({ ...model, final: true });
  states();
  live.tick(11_000);
  assert.equal(scorer(), 'behind');
});

test('a run has the times of its record, not those of the page; brokers that do not answer are told above', () => {
  const { model: live, state } = world('bounded');
  tellRun(state, live, 'Brokers do not answer', 99_000);
  const { startedMs, message, state: told } = live.section('run');
  assert.deepEqual([startedMs, told, message], [1_000, 'running', 'Brokers do not answer']);
});

test('the last numbers of a phase stand while brokers do not answer, or positions are not settled', () => {
  const { model: live, state } = world('bounded');
  const flow = kafkaFlow(kafkaConfig().config);
  const keeper = new StageKeeper(live, flow.stages);
  const whole = { eventsIn: 500, eventsOut: 400 };
  for (const facts of [
    { lag: 3, members: 1, whole },
    undefined,
    { lag: undefined, members: 1, whole: undefined },
  ]) {
    keeper.take([], facts && new Map([['selector', facts]]), 1_000);
    tellPhases(live, state, keeper.whole);
    const { done, total } = live.section('phases').find(({ name }) => name === 'selector')!;
    assert.deepEqual([done, total], [500, 8192]);
    live.tick(1_000);
    assert.equal(live.section('flow').stages.find(({ stage }) => stage === 'selector')!.lag, 3);
  }
});

test('what is done was all, though a block could not be read', () => {
  const { model: live, state, put } = world('bounded');
  // Of 8,192 entries ingest gives on 7,168.
  const whole = new Map([
    ['ingest', { eventsIn: 8_192, eventsOut: 7_168 }],
    ['selector', { eventsIn: 7_168, eventsOut: 3_000 }],
    ['featurizer', { eventsIn: 2_000, eventsOut: 2_000 }],
  ]);
  const told = () => {
    tellPhases(live, state, whole);
    return live
      .section('phases')
      .slice(0, 3)
      .map(({ done, total, isEstimate }) => [done, total, isEstimate]);
  };
  put(end('events'));
  assert.deepEqual(told()[2], [2_000, 3_429, true]);
  put(end('selected'));
  assert.deepEqual(told(), [
    [8_192, 8_192, false],
    [7_168, 7_168, false],
    [2_000, 3_000, false],
  ]);
});

test('behind the selector the number of events is an estimate until it is done', () => {
  const { model: live, state } = world('bounded');
  const phaseAt = (judged: number, selected: number) => {
    const whole = { eventsIn: selected, eventsOut: selected };
    tellPhases(
      live,
      state,
      new Map([
        ['selector', { eventsIn: judged, eventsOut: selected }],
        ['featurizer', whole],
      ]),
    );
    const { done, total, isEstimate } = live.section('phases').find(({ name }) => name === 'featurizer')!;
    return [done, total, isEstimate];
  };
  assert.deepEqual(phaseAt(0, 0), [0, 0, false]);
  assert.deepEqual(phaseAt(1_024, 512), [512, 4_096, true], 'half of all that are planned');
  assert.deepEqual(phaseAt(8_192, 5_000), [5_000, 5_000, false]);
});
