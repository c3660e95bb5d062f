import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { packageRoot } from '../../../lib/base/package-root.js';
import { trendOf } from '../../../lib/statistics/trend.js';

interface Case {
  readonly kind: string;
  readonly times: readonly number[];
  readonly values: readonly number[];
  readonly slope: number;
  readonly intercept: number;
}

test('lines are those of scipy', () => {
  const path = join(packageRoot, 'test', 'golden', 'statistics', 'trend.json');
  const cases = JSON.parse(readFileSync(path, 'utf8')) as readonly Case[];
  assert.ok(cases.length > 20);
  for (const { kind, times, values, slope, intercept } of cases) {
    const found = trendOf(times, values)!;
    const most = Math.max(...values.map(Math.abs), 1);
    assert.ok(
      Math.abs(found.slope - slope) <= 1e-9 * Math.max(1, Math.abs(slope)),
      `${kind}: ${found.slope}`,
    );
    assert.ok(Math.abs(found.intercept - intercept) <= 1e-9 * most, `${kind}: ${found.intercept}`);
  }
});

test('one time alone has no line', () => {
  assert.equal(trendOf([], []), undefined);
  assert.equal(trendOf([5], [1]), undefined);
  assert.equal(trendOf([5, 5], [1, 2]), undefined);
});
