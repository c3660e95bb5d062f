import assert from 'node:assert/strict';
import test from 'node:test';
import { encodeParquet } from '../../../lib/columnar/parquet/table-encoder.js';
import { createScoreColumns, networkScorePlan } from '../../../lib/learning/score-plan.js';
import { RowTable } from '../../../services/featurizer/row-table.js';
import { type ScorePart, scoreTable } from '../../../services/scorer/score-table.js';
import { readWithHyparquet } from '../columnar/parquet/foreign-readers.js';

const part = (rows: number, sample: string, modelVersion: string): ScorePart => ({
  rows,
  sample,
  kind: 'background',
  file: `${sample}.root`,
  modelVersion,
  scalerVersion: 's1',
});

test('rows of several blocks stand in one table, each with its own constants', async () => {
  const table = new RowTable(9);
  table.extend(4);
  table.columns.late[3] = 1;
  const parts = [part(1, 'b', 'm1'), part(0, 'c', 'm1'), part(2, 'a', 'm2'), part(1, 'b', 'm2')];
  const { columns } = await readWithHyparquet(
    encodeParquet(scoreTable(table, createScoreColumns(networkScorePlan, 9), parts, networkScorePlan)),
  );
  assert.deepEqual(columns.sample, ['b', 'a', 'a', 'b']);
  assert.deepEqual(columns.file, ['b.root', 'a.root', 'a.root', 'b.root']);
  assert.deepEqual(columns.model_version, ['m1', 'm2', 'm2', 'm2']);
  assert.deepEqual(columns.scaler_version, ['s1', 's1', 's1', 's1']);
  assert.deepEqual(columns.late, [false, false, false, true]);
  const short = [part(3, 'b', 'm1')];
  assert.throws(() => scoreTable(table, createScoreColumns(networkScorePlan, 9), short, networkScorePlan), {
    code: 'internal_invariant',
  });
});
