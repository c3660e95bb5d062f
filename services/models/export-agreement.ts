import type { Backend } from '../../lib/learning/backend.js';
import { planExpansion } from '../../lib/learning/expansion-plan.js';
import { exportInputs, exportOutputs } from '../../lib/learning/graph-export.js';
import type { GraphRuntime } from '../../lib/learning/graph-runtime.js';
import type { Model } from '../../lib/learning/model.js';
import { createScoreColumns, networkScorePlan } from '../../lib/learning/score-plan.js';
import { RowScorer } from '../../lib/learning/score-rows.js';
import { inverseUsualErrors } from '../../lib/learning/usual-errors.js';
import { madeFeatures } from './made-features.js';

/** Largest relative difference of scores that float32 arithmetic in another order explains. */
export const agreementLimit = 1e-5;

/** How far model.onnx is from what the weights give. */
export interface Agreement {
  readonly rows: number;
  /** Over all rows and the three scores. */
  readonly largestRelativeDifference: number;
}

const rows = 256;

/**
 * Scores made features with the weights on a backend and with the exported graph on a runtime.
 * @param exported bytes of model.onnx
 * @throws backend_failed where the runtime refuses the graph
 */
export async function exportAgreement(
  model: Model,
  exported: Uint8Array,
  backend: Backend,
  runtime: GraphRuntime,
): Promise<Agreement> {
  const features = madeFeatures(model.scaler, rows);
  const options = { batch: rows, threads: 1 };
  const inverse = inverseUsualErrors(model.usual, model.usualFloor);
  const scorer = await backend.createScorer(model.network, model.parameters, inverse, options);
  const expected = createScoreColumns(networkScorePlan, rows);
  const expansion = planExpansion(model.scaler);
  await new RowScorer({ networks: [scorer] }, expansion, networkScorePlan).score(features, expected);
  await scorer.release();

  const { columns } = model.scaler;
  const graph = { model: exported, inputs: exportInputs(columns), outputs: exportOutputs(columns) };
  const session = await runtime.load(graph, options);
  const found = {
    error: new Float32Array(rows),
    error_normalised: new Float32Array(rows),
    error_abs: new Float32Array(rows),
    reconstruction: new Float32Array(rows * columns),
  };
  await session.bind({ features: features.values }, found).run();
  await session.release();
  let largest = 0;
  for (const name of ['error', 'error_normalised', 'error_abs'] as const) {
    for (let row = 0; row < rows; row++) {
      const difference = relativeDifference(name, found[name][row]!, expected[name]![row]!);
      // Not Math.max: what is no number must count as the largest of all.
      if (!(difference <= largest))
        largest = Number.isNaN(difference) ? Number.POSITIVE_INFINITY : difference;
    }
  }
  return { rows, largestRelativeDifference: largest };
}

/** Of error_abs, a logarithm, the absolute difference: that is the relative one of what it is the logarithm of. */
function relativeDifference(name: string, found: number, expected: number): number {
  const difference = Math.abs(found - expected);
  return difference === 0 || name === 'error_abs' ? difference : difference / Math.abs(expected);
}
