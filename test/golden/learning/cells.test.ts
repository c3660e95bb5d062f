import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { packageRoot } from '../../../lib/base/package-root.js';
import { loadModel } from '../../../services/scorer/model-folder.js';
import { cellErrorsOf } from '../../support/cell-errors.js';
import { modelOnnxRows } from './model-onnx-rows.js';

interface Golden {
  readonly weights: readonly number[];
  readonly models: Readonly<
    Record<string, Readonly<Record<'error' | 'error_normalised' | 'error_abs', GoldenCells>>>
  >;
}

interface GoldenCells {
  readonly mean: readonly number[];
  readonly first_cells: readonly (readonly number[])[];
}

const folder = join(packageRoot, 'test/golden/learning');
const golden = JSON.parse(readFileSync(join(folder, 'cells.json'), 'utf8')) as Golden;

test("what each cell adds to a score is what numpy makes of the model's weights", async () => {
  const rows = modelOnnxRows();
  const { weights } = golden;
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  for (const [name, scores] of Object.entries(golden.models)) {
    const { model } = loadModel(join(folder, `${name}.zip`));
    for (const score of ['error', 'error_normalised', 'error_abs'] as const) {
      const expected = scores[score];
      const found = await cellErrorsOf(model, score, rows);
      const mean = new Float64Array(rows.columns);
      found.forEach((value, index) => {
        mean[index % rows.columns]! += (value * weights[Math.floor(index / rows.columns)]!) / total;
      });
      const near = (value: number, wanted: number, what: string) =>
        assert.ok(
          Math.abs(value - wanted) <= 1e-5 * wanted + 1e-9,
          `${name} ${score} ${what}: ${value}, not ${wanted}`,
        );
      for (const [column, wanted] of expected.mean.entries()) near(mean[column]!, wanted, `column ${column}`);
      for (const [row, cells] of expected.first_cells.entries())
        for (const [column, wanted] of cells.entries())
          near(found[row * rows.columns + column]!, wanted, `row ${row} column ${column}`);
    }
  }
});
