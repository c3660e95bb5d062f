import { CellErrors } from '../../lib/learning/cell-errors.js';
import { planExpansion } from '../../lib/learning/expansion-plan.js';
import { backendCandidates, findBackend } from '../../lib/learning/find-backend.js';
import type { Model } from '../../lib/learning/model.js';
import type { NetworkScore } from '../../lib/learning/score-plan.js';
import type { SparseRows } from '../../lib/learning/sparse-rows.js';
import { inverseUsualErrors } from '../../lib/learning/usual-errors.js';

/** What each column adds to a score of each row, rows x columns, in small batches of which the last is not full. */
export async function cellErrorsOf(
  model: Model,
  score: NetworkScore,
  rows: SparseRows,
  batch = 9,
): Promise<Float64Array> {
  const { backend } = await findBackend('onnxruntime-node', backendCandidates(1));
  const reconstructor = await backend.createReconstructor(model.network, model.parameters, {
    batch,
    threads: 1,
  });
  const inverse = inverseUsualErrors(model.usual, model.usualFloor);
  const cells = new CellErrors(reconstructor, planExpansion(model.scaler), score, inverse);
  const out = new Float64Array(rows.rows * rows.columns);
  // From the last row on: the place of a row in a batch is not its place among the rows.
  const order = Int32Array.from({ length: rows.rows }, (_, index) => rows.rows - 1 - index);
  const part = new Float64Array(batch * rows.columns);
  for (let from = 0; from < rows.rows; from += batch) {
    const to = Math.min(rows.rows, from + batch);
    await cells.of(rows, order, from, to, part);
    for (let index = from; index < to; index++)
      out.set(
        part.subarray((index - from) * rows.columns, (index - from + 1) * rows.columns),
        order[index]! * rows.columns,
      );
  }
  await reconstructor.release();
  return out;
}
