import assert from 'node:assert/strict';
import test from 'node:test';
import type { ProgressRecord, RecordOf } from '../../../services/kafka/progress-records.js';
import { blocksOf, fileOfBlock, RunState, sourceOfBlock } from '../../../services/kafka/run-state.js';
import { fileRecord } from '../../support/service-context.js';

const run: RecordOf<'run'> = {
  type: 'run',
  topics: '0123abcd',
  program: '1',
  mode: 'bounded',
  partitions: 2,
  window_offsets: 64,
  configuration_hash: 'a'.repeat(64),
  configuration: {},
  inputs: [],
};

function stateOf(...records: readonly ProgressRecord[]): RunState {
  const state = new RunState();
  records.forEach((record, offset) => {
    state.apply(record, offset, 1000 + offset);
  });
  return state;
}

function end(
  of: RecordOf<'end'>['of'],
  partition: number,
  offset: number,
  input: number,
  messages = 1,
): RecordOf<'end'> {
  return { type: 'end', of, partition, offset, messages, input };
}

function model(generation: number, more: Partial<RecordOf<'model'>> = {}): RecordOf<'model'> {
  return {
    type: 'model',
    id: `model-${generation}`,
    scaler: 's',
    generation,
    final: false,
    published_ms: 1,
    from: 0,
    ...more,
  };
}

test('the first run counts, a later one changes nothing', () => {
  const state = stateOf(run, { ...run, topics: 'ffffffff', partitions: 9 });
  assert.equal(state.run?.topics, '0123abcd');
  assert.equal(state.partitions, 2);
  assert.equal(state.times.get('run'), 1000);
});

test('files follow each other by their index, and blocks are counted through', () => {
  const state = stateOf(
    run,
    fileRecord(0, 20_000),
    fileRecord(0, 5),
    fileRecord(2, 5),
    fileRecord(1, 0),
    fileRecord(2, 1),
  );
  assert.deepEqual(
    state.files.map(({ index, firstBlock, blocks }) => [index, firstBlock, blocks]),
    [
      [0, 0, 3],
      [1, 3, 0],
      [2, 3, 1],
    ],
  );
  assert.equal(state.blocks, 4);
});

test('a plan counts only where it is that of all files and blocks', () => {
  const wrong = stateOf(run, fileRecord(0, 20_000), { type: 'planned', files: 1, blocks: 0 });
  assert.equal(wrong.planned, undefined, 'blocks that nobody would read');
  assert.equal(stateOf(run, { type: 'planned', files: 1, blocks: 3 }).planned, undefined);
  const right = stateOf(run, fileRecord(0, 20_000), { type: 'planned', files: 1, blocks: 3 });
  assert.equal(right.planned?.blocks, 3);
});

test('an end never goes back, and one that is repeated takes the place of the other', () => {
  const state = stateOf(run, end('events', 0, 10, 5), end('events', 0, 8, 4), end('events', 0, 12, 5));
  assert.equal(state.end('events', 0)?.offset, 12);
  assert.equal(state.times.get('events'), 1003);
  const late = stateOf(run, end('events', 0, 10, 5), end('events', 0, 8, 4));
  assert.equal(late.times.get('events'), 1001, 'a record that counts for nothing is no event in time either');
});

test('ends are complete once every partition has one that its input has not outrun', () => {
  const before = [run, end('events', 0, 10, 5), end('events', 1, 11, 5), end('selected', 0, 7, 10)] as const;
  assert.equal(stateOf(...before).allEnds('selected'), undefined);
  const complete = [...before, end('selected', 1, 6, 11)];
  assert.deepEqual(
    stateOf(...complete)
      .allEnds('selected')
      ?.map(({ offset }) => offset),
    [7, 6],
  );
  // Something was sent after the end: everything behind it has to catch up.
  const reopened = [...complete, end('events', 1, 14, 6)];
  assert.equal(stateOf(...reopened).allEnds('selected'), undefined);
  assert.ok(stateOf(...reopened, end('selected', 1, 8, 14)).allEnds('selected'));
});

test('a stale end far up the flow makes every later one stale', () => {
  const chain = ['selected', 'features', 'scaled', 'scores'] as const;
  const records = [{ ...run, partitions: 1 }, end('events', 0, 3, 3), ...chain.map((of) => end(of, 0, 3, 3))];
  assert.ok(stateOf(...records).allEnds('scores'));
  assert.equal(stateOf(...records, end('events', 0, 4, 4)).allEnds('scores'), undefined);
});

test('a run is finished while its outputs hold all scores that there are', () => {
  const one = { ...run, partitions: 1 };
  const flow = (['events', 'selected', 'features', 'scaled', 'scores'] as const).map((of) =>
    end(of, 0, 3, 3),
  );
  assert.equal(stateOf(one, ...flow).isFinished, false);
  const finished = stateOf(one, ...flow, { type: 'finished', ends: [3] });
  assert.equal(finished.isFinished, true);
  finished.apply(end('events', 0, 5, 4), 99, 0);
  assert.equal(finished.isFinished, false, 'a dead letter was re-driven');
  for (const of of ['selected', 'features', 'scaled', 'scores'] as const)
    finished.apply(end(of, 0, 5, 5), 99, 0);
  assert.equal(finished.isFinished, false, 'outputs are still the old ones');
  finished.apply({ type: 'finished', ends: [5] }, 99, 0);
  assert.equal(finished.isFinished, true);
});

test('one scaler, generations in a row, a model for each', () => {
  const scaler: ProgressRecord = {
    type: 'scaler',
    id: 'a',
    rows_by_split: [0, 0, 0, 0],
    from: 0,
    frozen_ms: 0,
  };
  const generation = (number: number): ProgressRecord => ({
    type: 'generation',
    number,
    to: [1],
    rows: 1,
    channels: [],
  });
  const state = stateOf(
    { ...run, mode: 'continuous' },
    scaler,
    { ...scaler, id: 'b' },
    generation(0),
    generation(0),
    generation(2),
    generation(1),
    model(0),
    model(0, { id: 'late' }),
    model(1),
  );
  assert.equal(state.scaler?.id, 'a');
  assert.equal(state.generations.count, 2);
  assert.equal(state.generations.at(1)?.number, 1);
  assert.deepEqual(
    state.models.map(({ id }) => id),
    ['model-0', 'model-1'],
  );
  assert.equal(state.times.get('model'), 1009, 'not that of the model that came too late');
});

test('models apply from growing offsets of their partition, each from one', () => {
  const applies = (name: string, partition: number, offset: number) =>
    ({ type: 'applies', model: name, partition, offset }) as const;
  const state = stateOf(
    run,
    applies('a', 0, 0),
    applies('b', 0, 100),
    applies('c', 0, 64),
    applies('b', 0, 200),
    applies('c', 1, 0),
  );
  assert.deepEqual(
    state.modelsOf(0).map(({ model: name, offset }) => [name, offset]),
    [
      ['a', 0],
      ['b', 100],
    ],
  );
  assert.deepEqual(
    state.modelsOf(1).map(({ model: name }) => name),
    ['c'],
  );
  assert.deepEqual(state.modelsOf(2), []);
});

test('what is being written to files keeps its models: the mark never goes back', () => {
  const state = stateOf(
    run,
    { type: 'scoring', partition: 0, to: 64 },
    { type: 'scoring', partition: 0, to: 10 },
  );
  assert.equal(state.scoringTo(0), 64);
  assert.equal(state.scoringTo(1), 0);
});

test('a failure is remembered with its place in the log', () => {
  const state = stateOf(run, { type: 'failed', service: 'scaler', code: 'x', message: 'y' });
  assert.equal(state.failed?.at, 1);
});

test('a block belongs to one file and has its entries', () => {
  const { files } = stateOf(
    run,
    fileRecord(0, 20_000),
    fileRecord(1, 0),
    fileRecord(2, 8192),
    fileRecord(3, 1),
  );
  assert.deepEqual(
    Array.from({ length: 6 }, (_, block) => fileOfBlock(files, block)?.index),
    [0, 0, 0, 2, 3, undefined],
  );
  assert.equal(fileOfBlock(files, -1), undefined);
  assert.equal(fileOfBlock([], 0), undefined);
  const places = [0, 1, 2, 3, 4].map((block) => {
    const { first, entries } = sourceOfBlock(fileOfBlock(files, block)!, block);
    return [first, entries];
  });
  assert.deepEqual(places, [
    [0, 8192],
    [8192, 8192],
    [16_384, 3616],
    [0, 8192],
    [0, 1],
  ]);
  assert.deepEqual([0, 1, 8192, 8193].map(blocksOf), [0, 1, 1, 2]);
});
