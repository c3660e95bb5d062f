import assert from 'node:assert/strict';
import test from 'node:test';
import type { Separation } from '../../../../lib/statistics/separation.js';
import { separationRecord } from '../../../../services/pipeline/separation-record.js';

const found: Separation = {
  auc: { value: 0.75 },
  aucWithinBins: { value: 0.625 },
  signalEfficiency: { '0.01': { value: 0.25 }, '0.001': { value: 0.125 }, '2': { notDefined: 'no share' } },
};
const reference: Separation = { ...found, aucWithinBins: { value: 0.5 } };
const efficiencies = { '0.01': { value: 0.25 }, '0.001': { value: 0.125 }, '2': { not_defined: 'no share' } };

test('a score is written with its errors and its difference to H_T + MET', () => {
  const errors = {
    auc: { value: 0.01 },
    aucWithinBins: { notDefined: 'too few events' },
    difference: { value: 0.03 },
    signalEfficiency: {
      '0.01': { value: 0.02 },
      '0.001': { notDefined: 'few' },
      '2': { notDefined: 'no' },
    },
  };
  assert.deepEqual(separationRecord(found, reference, errors), {
    auc: { value: 0.75, error: 0.01 },
    auc_within_bins: {
      value: 0.625,
      error_not_defined: 'too few events',
      difference_to_ht_plus_met: { value: 0.125, error: 0.03 },
    },
    signal_efficiency: {
      '0.01': { value: 0.25, error: 0.02 },
      '0.001': { value: 0.125, error_not_defined: 'few' },
      '2': { not_defined: 'no share' },
    },
  });
});

test('H_T + MET itself has no difference, and without a bootstrap there are no errors', () => {
  assert.deepEqual(separationRecord(reference, undefined, undefined), {
    auc: { value: 0.75 },
    auc_within_bins: { value: 0.5 },
    signal_efficiency: efficiencies,
  });
});

test('what is not defined gives its reason once more for the difference', () => {
  const small: Separation = { ...found, aucWithinBins: { notDefined: 'background: too small' } };
  for (const [left, right] of [
    [small, reference],
    [found, small],
  ] as const) {
    const { auc_within_bins: within } = separationRecord(left, right, undefined);
    assert.deepEqual(within.difference_to_ht_plus_met, { not_defined: 'background: too small' });
  }
});
