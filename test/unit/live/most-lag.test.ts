import assert from 'node:assert/strict';
import test from 'node:test';
import { StageState } from '../../../services/live/model/stage-state.js';

test('what waited between two looks is in the line, also where nothing waits at either', () => {
  const stage = new StageState('ingest', 'ranges');
  assert.equal(stage.takeMostLag(), undefined);
  for (const waiting of [0, 13, 2, 0]) stage.lag(waiting);
  assert.equal(stage.takeMostLag(), 13);
  assert.equal(stage.takeMostLag(), 0);
  stage.lag(5);
  assert.deepEqual([stage.takeMostLag(), stage.takeMostLag()], [5, 5]);
});
