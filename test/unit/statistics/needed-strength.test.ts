import assert from 'node:assert/strict';
import test from 'node:test';
import { isDefined, notDefined } from '../../../lib/statistics/measured.js';
import { strengthForSignificance } from '../../../lib/statistics/needed-strength.js';
import {
  asimovSignificance,
  asimovSignificanceWithError,
  simpleSignificance,
} from '../../../lib/statistics/significance.js';

test('s / sqrt(b) is solved as by hand', () => {
  const found = strengthForSignificance(3, 0.5, (s) => simpleSignificance(s, 16));
  assert.ok(isDefined(found) && Math.abs(found.value - 24) < 1e-9);
});

test('the other forms reach the target at the strength that is found, and not below', () => {
  for (const background of [0.01, 5, 1e6]) {
    for (const form of [
      (s: number) => asimovSignificance(s, background),
      (s: number) => asimovSignificanceWithError(s, background, 0.2 * background),
    ]) {
      const found = strengthForSignificance(3, 0.02, form);
      assert.ok(isDefined(found));
      const at = (strength: number) => {
        const z = form(0.02 * strength);
        assert.ok(isDefined(z));
        return z.value;
      };
      assert.ok(at(found.value) >= 3 && at(found.value * (1 - 1e-9)) < 3);
    }
  }
});

test('there is no strength without a signal, without a background, or where the form saturates', () => {
  assert.match(reason(strengthForSignificance(3, 0, (s) => simpleSignificance(s, 1))), /0 events/);
  assert.match(reason(strengthForSignificance(3, 1, (s) => simpleSignificance(s, 0))), /background is 0/);
  assert.match(reason(strengthForSignificance(3, 1, () => ({ value: 2 }))), /no strength up to/);
  assert.match(reason(strengthForSignificance(3, 1, () => notDefined('odd'))), /odd/);
});

function reason(found: ReturnType<typeof strengthForSignificance>): string {
  assert.ok(!isDefined(found));
  return found.notDefined;
}
