import assert from 'node:assert/strict';
import test from 'node:test';
import type { Ending, ProgressRecord } from '../../../services/kafka/progress-records.js';
import { RunState } from '../../../services/kafka/run-state.js';

const run: ProgressRecord = {
  type: 'run',
  topics: '0123abcd',
  program: '0',
  mode: 'bounded',
  partitions: 2,
  window_offsets: 64,
  configuration_hash: '0'.repeat(64),
  configuration: {},
  inputs: [],
};

function end(of: Ending, partition: number, offset: number, input: number): ProgressRecord {
  return { type: 'end', of, partition, offset, messages: 1, input };
}

function redriven(partition: number, offset: number): ProgressRecord {
  return { type: 'redriven', letter: 'l', topic: 'events', partition, offset, letters: 0 };
}

function stateOf(records: readonly ProgressRecord[]): RunState {
  const state = new RunState();
  for (const [at, record] of records.entries()) state.apply(record, at, at);
  return state;
}

/** Ends of every output of partition 0 and 1, each made from the one before. */
const allEnds: ProgressRecord[] = [0, 1].flatMap((partition) => [
  end('events', partition, 5, 3),
  end('selected', partition, 6, 5),
  end('features', partition, 7, 6),
  end('moments', partition, 7, 7),
  end('scaled', partition, 8, 7),
  end('scores', partition, 8, 8),
]);

test('an end lies behind what was re-driven, whichever is on record first', () => {
  for (const records of [
    [run, end('events', 0, 5, 3), redriven(0, 9)],
    [run, redriven(0, 9), end('events', 0, 5, 3)],
  ]) {
    const state = stateOf(records);
    assert.equal(state.end('events', 0)?.offset, 10);
    assert.equal(state.end('events', 0)?.input, 3);
    assert.equal(state.end('events', 1), undefined);
  }
  assert.equal(stateOf([run, redriven(0, 9)]).end('events', 0), undefined, 'no end without a record of it');
  assert.equal(stateOf([run, redriven(0, 2), end('events', 0, 5, 3)]).end('events', 0)?.offset, 5);
});

test('a finished run is open again once something was re-driven, and finished again behind it', () => {
  const finished: ProgressRecord[] = [run, ...allEnds, { type: 'finished', ends: [8, 8] }];
  assert.equal(stateOf(finished).isFinished, true);
  const opened = [...finished, redriven(1, 6)];
  assert.equal(stateOf(opened).isFinished, false);
  const passed: ProgressRecord[] = [
    end('selected', 1, 8, 7),
    end('features', 1, 9, 8),
    end('moments', 1, 9, 9),
    end('scaled', 1, 10, 9),
    end('scores', 1, 10, 10),
  ];
  assert.equal(stateOf([...opened, ...passed]).isFinished, false, 'the outputs are of before');
  const again: ProgressRecord = { type: 'finished', ends: [8, 10] };
  assert.equal(stateOf([...opened, ...passed, again]).isFinished, true);
});

test('a scaler that was made without a message that was re-driven before it does not count', () => {
  const scaler: ProgressRecord = {
    type: 'scaler',
    id: 's1',
    rows_by_split: [1, 1, 1, 1],
    from: 3,
    frozen_ms: 0,
  };
  const moments = allEnds.filter(
    (record) => 'of' in record && record.of !== 'scaled' && record.of !== 'scores',
  );
  assert.equal(stateOf([run, ...moments, scaler]).scaler?.id, 's1');
  assert.equal(stateOf([run, ...moments, redriven(0, 6), scaler]).scaler, undefined);
  const continuous = { ...run, mode: 'continuous' } as const;
  assert.equal(stateOf([continuous, scaler]).scaler?.id, 's1');
});
