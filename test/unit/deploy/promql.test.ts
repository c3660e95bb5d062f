import assert from 'node:assert/strict';
import test from 'node:test';
import { mentioned } from '../../support/promql.js';

test('metrics and labels are found in an expression, functions, words, durations and numbers are not', () => {
  const { metrics, grouping } = mentioned(
    'sum by (stage, le) (rate(a_total{stage=~"x|b_total{}", kind!="y"}[$__rate_interval])) > 1.25e9 and on (service) (up offset 10m or job:c:rate5m == +Inf)',
  );
  assert.deepEqual(metrics, [
    { name: 'a_total', labels: ['stage', 'kind'] },
    { name: 'up', labels: [] },
    { name: 'job:c:rate5m', labels: [] },
  ]);
  assert.deepEqual(grouping, ['stage', 'le', 'service']);
});
