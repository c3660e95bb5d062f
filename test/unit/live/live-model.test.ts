import assert from 'node:assert/strict';
import test from 'node:test';
import { stages } from '../../../lib/telemetry/metric-list.js';
import { kafkaFlow } from '../../../services/live/kafka/kafka-flow.js';
import { embeddedFlow } from '../../../services/live/model/embedded-flow.js';
import { FrameMaker, nothingSent } from '../../../services/live/model/frames.js';
import { healthOf } from '../../../services/live/model/health.js';
import { LiveModel } from '../../../services/live/model/live-model.js';
import type { Frame } from '../../../services/live/shared/snapshot.js';
import { kafkaConfig } from '../../support/service-context.js';

function newModel(): LiveModel {
  return new LiveModel({
    engine: 'embedded',
    title: 'a.yaml',
    flow: embeddedFlow,
    phases: ['features', 'train', 'score'],
    control: { available: true, why: '' },
    limits: [],
    score: { score: 'error', isLog: true, luminosityFb: 10, luminosityOf: 'configuration' },
    startedMs: 1_000,
  });
}

const batch = { eventsIn: 100, bytesIn: 0, eventsOut: 80, bytesOut: 800, seconds: 0.5 };
const stageOf = (model: LiveModel, stage: string) =>
  model.section('flow').stages.find((one) => one.stage === stage)!;

test('rates are those of the last seconds, and a stage works, then waits, then is done', () => {
  const model = newModel();
  model.runState('running', 1_000);
  model.phase('features', 'running', { done: 0, total: 500 });
  model.tick(1_000);
  assert.deepEqual([stageOf(model, 'selector').health, stageOf(model, 'selector').rateIn], ['waiting', 0]);
  for (let second = 1; second <= 10; second += 1) {
    model.batch('selector', batch);
    model.tick(1_000 + second * 1_000);
  }
  const working = stageOf(model, 'selector');
  assert.deepEqual(
    [working.health, working.rateIn, working.rateOut, working.bytesRate, working.busy],
    ['working', 100, 80, 800, 0.5],
  );
  assert.deepEqual([working.eventsIn, working.eventsOut, working.batches], [1000, 800, 10]);
  for (let second = 11; second <= 17; second += 1) model.tick(1_000 + second * 1_000);
  assert.deepEqual([stageOf(model, 'selector').rateIn, stageOf(model, 'selector').health], [0, 'waiting']);
  model.tick(1_000 + 45_000);
  assert.equal(stageOf(model, 'selector').health, 'stalled');
  model.phase('features', 'done', { done: 500, total: 500 });
  model.tick(1_000 + 46_000);
  assert.equal(stageOf(model, 'selector').health, 'done');
  assert.equal(stageOf(model, 'scorer').health, 'waiting');
});

test('lines end at 0: what is told of the end comes after it, and then the page shows the run and not the time since', () => {
  const model = newModel();
  model.runState('running', 1_000);
  model.batch('scorer', batch);
  model.tick(2_000);
  model.runState('finished', 3_000);
  for (let second = 3; second <= 8; second += 1) {
    model.batch('scorer', batch);
    model.tick(second * 1_000);
  }
  for (let second = 9; second <= 60; second += 1) model.tick(second * 1_000);
  const { times, lines } = model.series.since(undefined)!;
  const scored = lines['events scorer']!;
  assert.equal(scored.at(-1), 0);
  assert.ok(scored.at(-2)! > 0, 'and no further');
  assert.ok(times.at(-1)! < 20);
});

test('rejected events and dead letters are summed by reason, also under the names of prototypes', () => {
  const model = newModel();
  const rejected = JSON.parse('{"mll":2,"__proto__":5}') as Record<string, number>;
  model.batch('selector', { ...batch, rejected, deadLetters: { weight_absurd: 3 } });
  model.batch('selector', { ...batch, rejected: { mll: 1 }, deadLetters: { weight_absurd: 1 } });
  model.tick(2_000);
  assert.deepEqual(Object.entries(stageOf(model, 'selector').rejected).sort(), [
    ['__proto__', 5],
    ['mll', 3],
  ]);
  assert.deepEqual(model.section('letters'), [{ stage: 'selector', reason: 'weight_absurd', count: 4 }]);
  assert.equal(({} as Record<string, unknown>).mll, undefined);
});

const totals = {
  ...{ eventsIn: 10, eventsOut: 5, bytesOut: 0, seconds: 1, batches: 1, errors: 0, lag: 7, lagSeconds: 0 },
  ...{ queueBatches: 0, queueBytes: 0, checkpointMs: undefined, copies: { up: 1, known: 2 } },
  known: { events: true, services: true },
};

test('counters that are read from outside are taken as they are, also after a process has begun again', () => {
  const model = newModel();
  model.read('scorer', totals, new Map([['wire_message_invalid', 2]]), new Map(), 2_000);
  model.read('scorer', totals, new Map([['wire_message_invalid', 3]]), new Map([['io_failed', 1]]), 3_000);
  model.tick(3_000);
  assert.deepEqual(model.section('letters'), [{ stage: 'scorer', reason: 'wire_message_invalid', count: 3 }]);
  assert.deepEqual(model.section('troubles'), [
    { stage: 'scorer', code: 'io_failed', count: 1, atMs: 3_000 },
  ]);
  assert.deepEqual(
    [stageOf(model, 'scorer').health, stageOf(model, 'scorer').why],
    ['failing', 'error io_failed 0 s ago'],
  );
  assert.equal(stageOf(model, 'scorer').lag, 7);
  model.read('scorer', { ...totals, eventsIn: 0, eventsOut: 0 }, new Map(), new Map(), 4_000);
  model.tick(4_000);
  assert.equal(stageOf(model, 'scorer').rateIn, 0, 'no rate below 0');
});

test('a page that is opened late draws no peak of what was before, and calls nothing failing for it', () => {
  const model = newModel();
  model.runState('running', 1_000);
  model.phase('score', 'running');
  model.tick(1_500);
  const late = { ...totals, eventsIn: 9e6, eventsOut: 8e6, errors: 4 };
  model.read('scorer', late, new Map(), new Map([['io_failed', 4]]), 2_000);
  for (const second of [2, 3, 4]) model.tick(second * 1000);
  const { lines } = model.series.since(undefined)!;
  assert.deepEqual(lines['events scorer'], [0, 0, 0, 0]);
  assert.equal(stageOf(model, 'scorer').health, 'waiting');
  assert.deepEqual(model.section('troubles'), [
    { stage: 'scorer', code: 'io_failed', count: 4, atMs: undefined },
  ]);
});

test('another run begins from nothing, and pages are told so', () => {
  const model = newModel();
  const maker = new FrameMaker(model, 'server-1');
  model.runState('finished', 2_000);
  model.batch('selector', { ...batch, rejected: { mll: 2 }, deadLetters: { weight_absurd: 3 } });
  model.error('scorer', 'io_failed', 2_000);
  model.phase('features', 'done', { done: 5, total: 5 });
  model.epoch({ megaset: 0, megasets: 1, epoch: 0, loss: 1, validationLoss: undefined });
  model.artefact('model', 'm1');
  model.tick(3_000);
  const { sent } = maker.next(nothingSent, 3_000);
  model.restart(9_000);
  const fresh = new FrameMaker(newModel(), 'server-1');
  const { sections, series } = JSON.parse(maker.next(sent, 9_000).json) as Frame;
  const blank = (JSON.parse(fresh.next(nothingSent, 1_000).json) as Frame).sections;
  assert.deepEqual(sections, { ...blank, run: { ...blank.run, startedMs: 9_000 } });
  assert.deepEqual([series?.from, series?.times], [0, []]);
  model.epoch({ megaset: 0, megasets: 1, epoch: 0, loss: 1, validationLoss: undefined });
  assert.equal(model.section('training').epochs[0]!.number, 1);
});

test('a run has the times of its record, and what is told again changes nothing', () => {
  const model = newModel();
  model.runTimes(500, undefined);
  model.runState('finished', 9_000);
  model.runTimes(500, 7_000);
  model.runState('finished', 9_500, 'said later');
  const { startedMs, endedMs } = model.section('run');
  assert.deepEqual([startedMs, endedMs], [500, 7_000]);
  model.phase('train', 'running', { done: 1, total: 2 });
  const versions = [model.version('run'), model.version('phases')];
  model.runTimes(500, 7_000);
  model.phase('train', 'running', { done: 1, total: 2 });
  assert.deepEqual([model.version('run'), model.version('phases')], versions);
});

test('a frame has what has changed since the last one of this page, and a page that missed some has it all', () => {
  const model = newModel();
  const maker = new FrameMaker(model, 'server-1');
  const read = (json: string) => JSON.parse(json) as Frame;
  const first = maker.next(nothingSent, 1_000);
  assert.deepEqual(Object.keys(read(first.json).sections).sort(), [
    'flow',
    'letters',
    'phases',
    'run',
    'scores',
    'training',
    'troubles',
  ]);
  assert.equal(read(first.json).server, 'server-1');
  const still = maker.next(first.sent, 1_500);
  assert.deepEqual(read(still.json), { sections: {}, server: 'server-1', nowMs: 1_500 });
  model.epoch({ megaset: 0, megasets: 2, epoch: 0, loss: 0.5, validationLoss: undefined });
  const epoch = read(maker.next(still.sent, 2_000).json);
  assert.deepEqual(Object.keys(epoch.sections), ['training']);
  model.phase('train', 'running', { done: 1, total: 2 });
  model.epoch({ megaset: 0, megasets: 2, epoch: 1, loss: 0.4, validationLoss: 0.6 });
  const late = read(maker.next(still.sent, 3_000).json);
  assert.deepEqual(Object.keys(late.sections).sort(), ['phases', 'training']);
  assert.equal(late.sections.training?.epochs.length, 2);
});

test('the loss curve of a training without end is bounded, and says how much there was', () => {
  const model = newModel();
  for (let epoch = 0; epoch < 2_500; epoch += 1)
    model.epoch({ megaset: epoch, megasets: 0, epoch: 0, loss: epoch, validationLoss: undefined });
  const { epochs } = model.section('training');
  assert.ok(epochs.length <= 1_000 && epochs.length >= 500, `${epochs.length} epochs`);
  assert.deepEqual(
    [epochs[0]!.number, epochs.at(-1)!.number, epochs.at(-1)!.loss],
    [1, 2_500, 2_499],
    'from the beginning to the end',
  );
  const numbers = epochs.map(({ number }) => number);
  assert.deepEqual(
    numbers,
    [...numbers].sort((a, b) => a - b),
  );
});

const well = {
  copies: undefined,
  sinceErrorMs: Number.POSITIVE_INFINITY,
  sinceMovedMs: 1_000,
  idleMs: 1_000,
  lastError: undefined,
  lag: 5,
  lagSeconds: 1,
  phase: 'running',
  isPaused: false,
} as const;

test('health: the gravest that holds, each with its reason', () => {
  const health = (more: Partial<Parameters<typeof healthOf>[0]>) => healthOf({ ...well, ...more }).health;
  assert.equal(health({}), 'working');
  assert.equal(health({ lagSeconds: 100 }), 'behind');
  assert.equal(health({ lagSeconds: 100, sinceMovedMs: 60_000, idleMs: 60_000 }), 'stalled');
  assert.equal(health({ lag: 0, sinceMovedMs: 60_000 }), 'waiting');
  assert.equal(health({ isPaused: true, sinceMovedMs: 60_000 }), 'waiting');
  assert.equal(health({ phase: 'before', lagSeconds: 100, sinceMovedMs: 60_000 }), 'waiting');
  assert.equal(health({ phase: 'stopped', idleMs: 60_000, sinceMovedMs: 60_000 }), 'waiting');
  assert.equal(health({ phase: 'over', lag: 0 }), 'done');
  assert.equal(health({ phase: 'over', lag: 3 }), 'working');
  assert.equal(health({ sinceErrorMs: 5_000, idleMs: 60_000 }), 'failing');
  assert.equal(health({ copies: { up: 0, known: 2 }, sinceErrorMs: 0 }), 'unreachable');
  assert.equal(health({ copies: { up: 1, known: 2 } }), 'working');
  assert.equal(health({ copies: { up: 0, known: 2 }, phase: 'over', lag: 0 }), 'done');
  assert.match(healthOf({ ...well, sinceErrorMs: 5_000, lastError: 'io_failed' }).why, /io_failed 5 s ago/);
});

test('a run that was stopped has failed nowhere, however long the page stays', () => {
  const model = newModel();
  model.runState('running', 1_000);
  model.phase('features', 'done', { done: 500, total: 500 });
  model.phase('train', 'running', { done: 100, total: 500 });
  model.tick(2_000);
  model.runState('draining', 3_000);
  // As live-run.ts tells it.
  model.phase('train', 'planned', { done: 100, total: 500 });
  model.runState('stopped', 3_000);
  model.tick(300_000);
  assert.deepEqual(
    model.section('flow').stages.map(({ stage, health }) => [stage, health]),
    embeddedFlow.stages.map((stage) => [stage, ['trainer', 'scorer'].includes(stage) ? 'waiting' : 'done']),
  );
  assert.equal(stageOf(model, 'trainer').why, 'the run was stopped');
});

test('both pictures name stages that there are, each once, and every edge leads between boxes', () => {
  const overKafka = kafkaFlow(kafkaConfig().config);
  for (const { nodes, edges, stages: drawn } of [embeddedFlow, overKafka]) {
    const ids = nodes.map(({ id }) => id);
    assert.equal(new Set(ids).size, ids.length);
    assert.equal(
      new Set(nodes.map(({ column, row }) => `${column} ${row}`)).size,
      ids.length,
      'no two share a place',
    );
    for (const stage of drawn)
      assert.ok((stages as readonly string[]).includes(stage) && ids.includes(stage), stage);
    for (const { from, to, of } of edges) {
      assert.ok(ids.includes(from) && ids.includes(to), `${from} to ${to}`);
      if (of !== undefined) assert.ok(drawn.includes(of.stage));
    }
  }
  assert.deepEqual([...overKafka.stages].sort(), [...stages].sort());
});
