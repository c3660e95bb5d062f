import assert from 'node:assert/strict';
import test from 'node:test';
import { StageState, type StageTotals } from '../../../services/live/model/stage-state.js';

const batch = { eventsIn: 10, eventsOut: 10, bytesOut: 100, seconds: 1 };
const totals: StageTotals = {
  ...{ eventsIn: 5e6, eventsOut: 4e6, bytesOut: 1e9, seconds: 900, batches: 700, errors: 3, rejected: {} },
  ...{ lag: 7, lagSeconds: 0, queueBatches: 0, queueBytes: 0, checkpointMs: undefined, copies: undefined },
  known: { events: true, services: true },
};
const at = (second: number, more = {}) => ({
  nowMs: second * 1000,
  phase: 'running' as const,
  isPaused: false,
  ...more,
});

test('what waited between two looks is in the line, also where nothing waits at either', () => {
  const stage = new StageState('ingest', 'ranges');
  assert.equal(stage.takeMostLag(), undefined);
  for (const waiting of [0, 13, 2, 0]) stage.lag(waiting);
  assert.equal(stage.takeMostLag(), 13);
  assert.equal(stage.takeMostLag(), 0);
  stage.lag(5);
  assert.deepEqual([stage.takeMostLag(), stage.takeMostLag()], [5, 5]);
});

test('what counters had counted before anybody looked is no rate', () => {
  const stage = new StageState('scorer', 'messages');
  for (const second of [0, 1, 2]) stage.view(at(second));
  stage.read(totals, 2_500);
  const first = stage.view(at(3));
  assert.deepEqual([first.eventsIn, first.rateIn, first.rateOut, first.bytesRate], [5e6, 0, 0, 0]);
  stage.read({ ...totals, eventsIn: totals.eventsIn + 150 }, 4_000);
  assert.equal(stage.view(at(4)).rateIn, 100);
});

test('bytes and busy seconds of a copy that begins again are no rate below 0', () => {
  const stage = new StageState('scorer', 'messages');
  stage.read(totals, 0);
  stage.view(at(0));
  stage.read({ ...totals, eventsIn: totals.eventsIn + 1, bytesOut: 0, seconds: 0 }, 1_000);
  const { bytesRate, busy } = stage.view(at(1));
  assert.deepEqual([bytesRate, busy], [0, 0]);
});

test('a pause is no stall, and neither is work that comes after a time without any', () => {
  const stage = new StageState('ingest', 'ranges');
  const healths: string[] = [];
  const look = (second: number, more = {}) => healths.push(stage.view(at(second, more)).health);
  stage.lag(4);
  stage.view(at(0));
  stage.batch(batch);
  look(1);
  for (let second = 2; second < 100; second += 1) stage.view(at(second, { isPaused: true }));
  look(100);
  look(131);
  assert.deepEqual(healths, ['working', 'waiting', 'stalled']);
  stage.batch(batch);
  stage.lag(0);
  for (let second = 132; second < 300; second += 1) stage.view(at(second));
  stage.lag(1);
  assert.equal(stage.view(at(300)).health, 'waiting', 'a message that has just come');
  assert.equal(stage.view(at(331)).health, 'stalled');
});

test('where nobody counts what waits, a stage is missed only once it has begun', () => {
  const stage = new StageState('trainer', 'messages');
  stage.view(at(0));
  assert.equal(stage.view(at(100)).health, 'waiting', 'it gathers what it trains on');
  stage.batch(batch);
  stage.view(at(101));
  assert.equal(stage.view(at(140)).health, 'stalled');
  stage.view(at(141, { phase: 'before' }));
  assert.equal(stage.view(at(142)).health, 'waiting', 'the next training has its own beginning');
});

test('a clock that is set back neither stops rates nor keeps every look', () => {
  const stage = new StageState('ingest', 'ranges');
  for (let second = 7_200; second < 7_210; second += 1) {
    stage.batch(batch);
    stage.view(at(second));
  }
  stage.batch(batch);
  assert.equal(stage.view(at(3_600)).rateIn, 0);
  for (let second = 3_601; second < 3_610; second += 1) {
    stage.batch(batch);
    assert.ok(Math.abs(stage.view(at(second)).rateIn - 10) < 5, `second ${second}`);
  }
  stage.lag(1);
  assert.equal(stage.view(at(3_641)).health, 'stalled', 'and a stall is one again');
});
