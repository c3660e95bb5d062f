import assert from 'node:assert/strict';
import test from 'node:test';
import type { ProgressRecord } from '../../../services/kafka/progress-records.js';
import { RunState } from '../../../services/kafka/run-state.js';
import { roles, stages } from '../../../services/kafka/stages.js';
import type { KafkaLook, PartLook } from '../../../services/status/kafka-look.js';
import { kafkaVerdict } from '../../../services/status/kafka-verdict.js';
import { fileRecord, kafkaConfig, runRecord } from '../../support/service-context.js';

const loaded = kafkaConfig({ kafka: { topics: { partitions: 1 } } });

/** What the records of a run with one file of two blocks say. */
function known(...more: readonly ProgressRecord[]): RunState {
  const state = new RunState();
  const records = [runRecord(loaded), fileRecord(0, 10_000), ...more];
  for (const [at, record] of records.entries()) state.apply(record, at, 0);
  return state;
}

const planned: ProgressRecord = { type: 'planned', files: 1, blocks: 2 };
const end = (of: 'events' | 'selected' | 'features' | 'moments' | 'scaled' | 'scores'): ProgressRecord => ({
  type: 'end',
  of,
  partition: 0,
  offset: 2,
  messages: 2,
  input: 2,
});
const frozen: ProgressRecord = {
  type: 'scaler',
  id: 's',
  rows_by_split: [1, 1, 1, 1],
  from: 0,
  frozen_ms: 1,
};
const model: ProgressRecord = {
  type: 'model',
  id: 'm',
  scaler: 's',
  generation: 0,
  final: true,
  published_ms: 2,
  from: 0,
};

/** A look at all parts; those that are named differ from one copy with nothing to do. */
function look(
  atMs: number,
  parts: Readonly<
    Record<string, { members?: number; position?: number; waiting?: number; isHidden?: boolean }>
  > = {},
  members = 1,
): KafkaLook {
  const part = (role: string, kind: PartLook['kind']): PartLook => {
    const { members: own = members, position = 0, waiting = 0, isHidden = false } = parts[role] ?? {};
    const known = isHidden ? { position: undefined, waiting: undefined } : { position, waiting };
    const partitions = kind === 'role' ? [] : [{ partition: 0, end: position + waiting, ...known }];
    return {
      role,
      kind,
      service: 'ingest',
      group: role,
      topic: undefined,
      members: own,
      isHidden,
      events: undefined,
      partitions,
    };
  };
  return {
    atMs,
    topics: [],
    parts: [
      ...Object.values(stages).map(({ role }) => part(role, 'stage')),
      ...Object.values(roles).map(({ role }) => part(role, 'role')),
    ],
  };
}

const stateOf = (parts: readonly { role: string; state: string; note: string }[], role: string) => {
  const { state, note } = parts.find((part) => part.role === role)!;
  return note === '' ? state : `${state} ${note}`;
};

test('a run moves where a position moves, with its rate', () => {
  const before = look(1000, { selector: { position: 4, waiting: 10 } });
  const now = look(3000, { selector: { position: 9, waiting: 5 } });
  const { state, parts } = kafkaVerdict(known(planned), now, before);
  assert.equal(state, 'working');
  assert.equal(parts.find(({ role }) => role === 'selector')!.perSecond, 2.5);
  assert.equal(stateOf(parts, 'selector'), 'working');
  assert.equal(stateOf(parts, 'planner'), 'done');
  assert.equal(stateOf(parts, 'scaler'), 'waits for the scaler');
  assert.equal(stateOf(parts, 'trainer'), 'waits for the end of scaled');
});

test('what stands still with work before it is stalled, once it was looked at twice', () => {
  const now = look(3000, { selector: { position: 4, waiting: 10 } });
  assert.equal(kafkaVerdict(known(planned), now).state, 'working');
  const { state, because, parts } = kafkaVerdict(known(planned), now, { ...now, atMs: 0 });
  assert.equal(state, 'stalled');
  assert.match(because, /nothing has moved for 3 s .*selector/);
  assert.equal(stateOf(parts, 'selector'), 'still');
});

test('one that stands still while another moves is no stall: it may be a long message', () => {
  const before = look(0, { selector: { position: 4, waiting: 10 }, featurizer: { position: 1, waiting: 3 } });
  const now = look(3000, { selector: { position: 5, waiting: 9 }, featurizer: { position: 1, waiting: 4 } });
  assert.equal(kafkaVerdict(known(planned), now, before).state, 'working');
});

test('files that fill are no stall before their time is over; another stage that stands still is one at once', () => {
  const state = known(
    planned,
    end('events'),
    end('selected'),
    end('features'),
    end('moments'),
    frozen,
    model,
  );
  const now = look(5000, { scorer: { position: 64, waiting: 200 } });
  const filling = kafkaVerdict(state, now, { ...now, atMs: 0 }, 120);
  assert.deepEqual([filling.state, filling.isOpen], ['working', true]);
  assert.equal(stateOf(filling.parts, 'scorer'), 'filling a window of files');
  const over = kafkaVerdict(state, { ...now, atMs: 120_000 }, { ...now, atMs: 0 }, 120);
  assert.deepEqual([over.state, over.isOpen], ['stalled', false]);
  assert.match(over.because, /for 120 s where work waits: scorer$/);

  const both = look(5000, { scaler: { waiting: 9 }, scorer: { position: 64, waiting: 200 } });
  const stalled = kafkaVerdict(state, both, { ...both, atMs: 0 }, 120);
  assert.deepEqual([stalled.state, stalled.isOpen], ['stalled', false]);
  assert.match(stalled.because, /where work waits: scaler$/);
  // Nobody who could fill it.
  const dead = look(5000, { scorer: { position: 64, waiting: 200, members: 0 } });
  assert.equal(kafkaVerdict(state, dead, { ...dead, atMs: 0 }, 120).state, 'stalled');
});

test('hidden positions are no zeros: no rate comes of them, no standstill, and no end of the work', () => {
  const at = (atMs: number, isHidden: boolean) =>
    look(atMs, { selector: { position: 900, waiting: 100, isHidden } });
  const selectorOf = (verdict: ReturnType<typeof kafkaVerdict>) =>
    verdict.parts.find(({ role }) => role === 'selector')!;
  for (const [before, now] of [
    [true, false],
    [false, true],
    [true, true],
  ] as const) {
    const verdict = kafkaVerdict(known(planned), at(5000, now), at(0, before));
    assert.equal(verdict.state, 'working');
    assert.equal(selectorOf(verdict).perSecond, undefined);
    assert.equal(selectorOf(verdict).state, now ? 'hidden' : 'working');
    assert.equal(selectorOf(verdict).waiting, now ? undefined : 100);
  }
  const alone = look(0, { selector: { isHidden: true, members: 0 } });
  assert.match(kafkaVerdict(known(planned), alone).because, /no copy runs of selector/);
});

test('training is no stall: scaled rows wait for the model, and nothing else moves', () => {
  const state = known(
    planned,
    end('events'),
    end('selected'),
    end('features'),
    end('moments'),
    frozen,
    end('scaled'),
  );
  const now = look(3000, { scorer: { waiting: 2 } });
  const { state: word, parts } = kafkaVerdict(state, now, { ...now, atMs: 0 });
  assert.equal(word, 'working');
  assert.equal(stateOf(parts, 'scorer'), 'waits for a model');
  assert.equal(stateOf(parts, 'trainer'), 'working');

  const alone = look(3000, { scorer: { waiting: 2 }, trainer: { members: 0 } });
  const { state: stalled, because } = kafkaVerdict(state, alone);
  assert.equal(stalled, 'stalled');
  assert.match(because, /no copy runs of trainer/);
});

test('work without a copy to do it is a stall at the first look', () => {
  const now = look(0, { featurizer: { members: 0, waiting: 7 }, selector: { members: 0 } });
  const { state, because, parts } = kafkaVerdict(known(planned), now);
  assert.equal(state, 'stalled');
  assert.match(because, /no copy runs of featurizer, /);
  assert.equal(stateOf(parts, 'selector'), 'idle no copy runs');
});

test('without any service a run is stopped, or failed where one said why it ended', () => {
  assert.equal(kafkaVerdict(known(planned), look(0, {}, 0)).state, 'stopped');
  const failed: ProgressRecord = {
    type: 'failed',
    service: 'trainer',
    code: 'disk_full',
    message: 'no room',
  };
  const { state, because } = kafkaVerdict(known(planned, failed), look(0, {}, 0));
  assert.equal(state, 'failed');
  assert.match(because, /trainer ended with disk_full: no room/);
  // Somebody started it again.
  assert.equal(kafkaVerdict(known(planned, failed), look(0)).state, 'working');
});

test('a finished run is finished, whoever runs, until a dead letter is sent again', () => {
  const ends = (['events', 'selected', 'features', 'moments', 'scaled', 'scores'] as const).map(end);
  const finished: ProgressRecord = { type: 'finished', ends: [2] };
  const all = [planned, ...ends, frozen, model, finished];
  const verdict = kafkaVerdict(known(...all), look(0, {}, 0));
  assert.equal(verdict.state, 'finished');
  assert.equal(stateOf(verdict.parts, 'finisher'), 'done');
  const redriven: ProgressRecord = {
    type: 'redriven',
    letter: 'x',
    topic: 'events',
    partition: 0,
    offset: 5,
    letters: 1,
  };
  assert.equal(kafkaVerdict(known(...all, redriven), look(0, {}, 0)).state, 'stopped');
});
