import assert from 'node:assert/strict';
import test from 'node:test';
import { runTables } from '../../../cli/run-tables.js';
import type { RunOutcome } from '../../../services/pipeline/run.js';

const efficiency = { '0.01': { value: 0.5 } };

function outcome(signals: object): RunOutcome {
  const report = { evaluation: { background: { events: 9 }, signals } };
  return { directory: 'out', state: 'finished-before', report } as unknown as RunOutcome;
}

test('each signal stands with the AUC of H_T + MET within its own bins, and what a score adds to it', () => {
  const within = (value: number, difference: object) => ({
    auc: { value: 0.9 },
    auc_within_bins: { value, error: 0.1, difference_to_ht_plus_met: difference },
    signal_efficiency: efficiency,
  });
  const separation = {
    met: within(0.51234, { value: -0.1, error: 0.02 }),
    ht_plus_met: {
      auc: { value: 0.8 },
      auc_within_bins: { value: 0.615, error: 0.01 },
      signal_efficiency: efficiency,
    },
    error: within(0.7, { value: 0.085, error: 0.01234 }),
    error_abs: within(0.7, { value: 0.085, error_not_defined: 'too few events' }),
  };
  const lost = { not_defined: 'signal: no events' };
  const none = {
    auc: lost,
    auc_within_bins: { ...lost, difference_to_ht_plus_met: lost },
    signal_efficiency: {},
  };
  const signals = {
    wz: { events: 5, separation },
    zh: { events: 0, separation: { met: none, ht_plus_met: none, error: none, error_abs: none } },
  };
  const lines = runTables(outcome(signals)).split('\n');
  const first = lines.findIndex((line) => line.startsWith('AUC within bins of H_T + MET'));
  assert.deepEqual(
    lines.slice(first + 1, first + 5).map((line) => line.split(/ {2,}/)),
    [
      ['signal', 'ht_plus_met', 'met', 'error', 'error_abs'],
      lines[first + 2]!.split(/ {2,}/),
      ['wz', '0.6150', '0.5123 -0.1000±0.0200', '0.7000 +0.0850±0.0123', '0.7000 +0.0850'],
      ['zh', 'not defined', 'not defined', 'not defined', 'not defined'],
    ],
  );
  assert.match(lines.find((line) => line.startsWith('zh'))!, /not defined +-$/);
});

test('without the score error the efficiency is that of the first score', () => {
  const one = (value: number) => ({
    auc: { value: 0.9 },
    auc_within_bins: { value: 0.5 },
    signal_efficiency: { '0.01': { value } },
  });
  const separation = { met: one(0.1), ht_plus_met: one(0.2), knn: one(0.3), near: one(0.4) };
  const lines = runTables(outcome({ wz: { events: 5, separation } })).split('\n');
  assert.match(lines.find((line) => line.startsWith('weighted AUC'))!, / e\(1 %\) knn$/);
  assert.match(lines.find((line) => line.startsWith('wz'))!, / 0\.3000$/);
});

test('the efficiency stands with its error', () => {
  const one = (efficiency: object) => ({
    auc: { value: 0.9, error: 0.01 },
    auc_within_bins: { value: 0.5 },
    signal_efficiency: { '0.01': efficiency },
  });
  const lines = runTables(
    outcome({
      wz: { events: 5, separation: { error: one({ value: 0.3, error: 0.01236 }) } },
      zh: { events: 5, separation: { error: one({ value: 0.4, error_not_defined: 'too few' }) } },
    }),
  ).split('\n');
  assert.match(lines.find((line) => line.startsWith('wz'))!, /0\.9000 +0\.3000±0\.0124$/);
  assert.match(lines.find((line) => line.startsWith('zh'))!, /0\.9000 +0\.4000$/);
});

test('without a signal sample there is a sentence in place of the tables', () => {
  assert.match(runTables(outcome({})), /AUC: not defined: no signal sample/);
});
