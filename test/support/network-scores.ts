import { planExpansion } from '../../lib/learning/expansion-plan.js';
import { backendCandidates, findBackend } from '../../lib/learning/find-backend.js';
import type { Model } from '../../lib/learning/model.js';
import { createScoreColumns, networkScorePlan, type ScoreColumns } from '../../lib/learning/score-plan.js';
import { RowScorer } from '../../lib/learning/score-rows.js';
import type { SparseRows } from '../../lib/learning/sparse-rows.js';
import { inverseUsualErrors } from '../../lib/learning/usual-errors.js';

/** The three scores of a model's network for rows of features, as a run computes them. */
export async function networkScores(model: Model, rows: SparseRows): Promise<ScoreColumns> {
  const { backend } = await findBackend('onnxruntime-node', backendCandidates(1));
  const inverse = inverseUsualErrors(model.usual, model.usualFloor);
  const scorer = await backend.createScorer(model.network, model.parameters, inverse, {
    batch: 64,
    threads: 1,
  });
  const columns = createScoreColumns(networkScorePlan, rows.rows);
  const expansion = planExpansion(model.scaler);
  await new RowScorer({ networks: [scorer] }, expansion, networkScorePlan).score(rows, columns);
  await scorer.release();
  return columns;
}
