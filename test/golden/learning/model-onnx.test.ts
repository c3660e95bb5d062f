import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { packageRoot } from '../../../lib/base/package-root.js';
import { loadModel } from '../../../services/scorer/model-folder.js';
import { networkScores } from '../../support/network-scores.js';
import { modelOnnxRows } from './model-onnx-rows.js';

type Name = 'error' | 'error_normalised' | 'error_abs';

interface Golden {
  readonly columns: number;
  readonly rows: readonly { readonly cells: readonly number[]; readonly values: readonly number[] }[];
  readonly models: Readonly<Record<string, Readonly<Record<Name, readonly number[]>>>>;
}

const folder = join(packageRoot, 'test/golden/learning');
const golden = JSON.parse(readFileSync(join(folder, 'model-onnx.json'), 'utf8')) as Golden;

test("our scores are those of Python's onnxruntime with model.onnx on raw features", async () => {
  assert.ok(golden.rows.length >= 40);
  for (const [name, expected] of Object.entries(golden.models)) {
    const { model } = loadModel(join(folder, `${name}.zip`));
    assert.ok(model.scaler.trained.length < golden.columns, 'some columns go around');
    const found = await networkScores(model, modelOnnxRows());
    for (const score of ['error', 'error_normalised', 'error_abs'] as const) {
      assert.equal(expected[score].length, golden.rows.length);
      for (const [row, value] of expected[score].entries())
        assert.ok(
          Math.abs(found[score]![row]! / value - 1) < 1e-5,
          `${name} ${score} of row ${row}: ${found[score]![row]}, not ${value}`,
        );
    }
  }
});

test('models of an earlier day are still read, under the ids that they had', () => {
  const ids = { 'model-ae': '5a6f26b73d734b19', 'model-vae': '3e734f5389555f58' };
  for (const [name, id] of Object.entries(ids)) assert.equal(loadModel(join(folder, `${name}.zip`)).id, id);
});
