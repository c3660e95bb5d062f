import assert from 'node:assert/strict';
import test from 'node:test';
import type { Backend } from '../../../lib/learning/backend.js';
import { networkScorePlan, type ScorePlan } from '../../../lib/learning/score-plan.js';
import { openParts } from '../../../services/scorer/scoring-parts.js';
import { madeDescription } from '../../support/made-model.js';
import { makeRows, smallSetup } from '../learning/fixtures.js';

const { scaler, plan: expansion, network, start } = smallSetup(makeRows(4, 300, 20));
let opened = 0;
const backend = {
  createScorer: async () => {
    opened += 1;
    return {};
  },
} as unknown as Backend;
const loaded = {
  id: 'abc',
  model: {
    network,
    scaler,
    parameters: start.parameters,
    usual: new Float64Array(expansion.width).fill(1),
    usualFloor: 1e-3,
    ...madeDescription(scaler.columns),
  },
};
const options = { batch: 16, threads: 1 };

test('a model without what a score is made from is refused with everything that is missing named', async () => {
  const plan: ScorePlan = {
    ...networkScorePlan,
    specs: [
      ...networkScorePlan.specs,
      { type: 'knn', column: 'knn', neighbours: 10, referenceEvents: 20_000, referenceWeighting: 'uniform' },
      { type: 'rank_average', column: 'both', of: ['error', 'knn'] },
    ],
  };
  await assert.rejects(openParts(loaded, plan, backend, options), {
    code: 'model_mismatch',
    message:
      'model abc was trained without what these scores need: knn: 20000 reference events (it has 0); ranks of error (error); ranks of knn (knn of 10 among 20000, uniform). Leave them out of scores, or train a model with them',
  });
  assert.equal(opened, 0, 'nothing is opened for it');
});

test('high-level features other than those of this program are no reference for it', async () => {
  const reference = {
    names: ['a', 'b'],
    mean: new Float64Array(2),
    deviation: new Float64Array(2).fill(1),
    factor: Float64Array.of(1, 0, 0, 1),
    neighbours: 1,
    rows: 2,
    values: new Float32Array(4),
  };
  const scoring = {
    reference,
    referenceEvents: 2,
    referenceWeighting: 'uniform' as const,
    members: [],
    ranks: [],
  };
  const plan: ScorePlan = {
    ...networkScorePlan,
    specs: [...networkScorePlan.specs, { type: 'mahalanobis', column: 'm' }],
  };
  await assert.rejects(
    openParts({ ...loaded, model: { ...loaded.model, scoring } }, plan, backend, options),
    {
      code: 'model_mismatch',
      message: /high-level features met, mll, .* \(it has a, b\)/,
    },
  );
});

test('the scores of the network alone open one network, also of a model that holds more', async () => {
  opened = 0;
  const members = [{ seed: 2, parameters: start.parameters, usual: loaded.model.usual }];
  const scoring = { referenceEvents: 0, referenceWeighting: 'uniform' as const, members, ranks: [] };
  await openParts({ ...loaded, model: { ...loaded.model, scoring } }, networkScorePlan, backend, options);
  assert.equal(opened, 1);
});
