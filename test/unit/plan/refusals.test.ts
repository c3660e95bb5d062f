import assert from 'node:assert/strict';
import test from 'node:test';
import { RmmError } from '../../../lib/base/error.js';
import { planCapacity } from '../../../services/plan/plan.js';
import { measuredRates } from '../../../services/plan/rates.js';
import type { PlanRequest } from '../../../services/plan/request.js';
import { request } from '../../support/plan-request.js';

function refusal(change: Partial<PlanRequest>): RmmError {
  try {
    planCapacity({ ...request, ...change });
  } catch (error) {
    if (error instanceof RmmError) return error;
  }
  return assert.fail('it was planned');
}

test('what makes no sense is refused by the name of its option, all of it at once', () => {
  for (const [change, message] of [
    [{ events: 0 }, /^--events 0: expected a whole number from 1/],
    [{ events: Number.NaN }, /--events NaN/],
    [{ events: 1.5 }, /--events 1.5: expected a whole number/],
    [{ bytesPerEvent: 0 }, /--bytes-per-event 0: expected a number above 0/],
    [{ hours: -1 }, /--hours -1/],
    [{ selected: 1.2 }, /--selected 1.2: expected a number above 0 and at most 1/],
    [{ headroom: 0.5 }, /--headroom 0.5: expected a number from 1/],
    [{ replication: 2.5 }, /--replication 2.5/],
    [{ rates: { ...measuredRates, scorer: 0 } }, /rate scorer 0/],
    [{ rates: { ...measuredRates, broker_read: Number.POSITIVE_INFINITY } }, /rate broker_read Infinity/],
  ] as const) {
    const error = refusal(change);
    assert.equal(error.code, 'cli_usage');
    assert.match(error.message, message);
  }
  assert.equal(refusal({ hours: 0, epochs: 0, diskFill: 2 }).message.split('\n').length, 3);
});

test('what no number of machines does is said with what would help', () => {
  const training = refusal({ hours: 12 });
  assert.equal(training.code, 'plan_impossible');
  assert.match(
    training.message,
    /one trainer takes 10.8 h for 10 epochs, and there are 8.00 h \(12 h \/ headroom 1.5\)/,
  );
  // 95 % of the time is less than it takes, if more than is there: the message says so.
  const nearly = refusal({ hours: (1.5 * 38_792.3 * 1.03) / 3600 });
  assert.match(nearly.message, /takes 10.8 h .* there are 11.1 h .*, of which training may take 95 %/);
  const brokers = refusal({ brokerDisk: 1e6 });
  assert.equal(brokers.code, 'plan_impossible');
  assert.match(brokers.message, /^1825388 brokers are more than the 1024 partitions .*--broker-disk/);
  const partitions = refusal({ events: 1e13, epochs: 1, trained: 1e-6 });
  assert.equal(partitions.code, 'plan_impossible');
  assert.match(partitions.message, /more than the 1024 that a topic may have/);
});
