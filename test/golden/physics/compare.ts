import assert from 'node:assert/strict';
import type { ColumnKind } from '../../../lib/physics/feature-rows.js';

/** Allowed absolute difference by kind of column, beside 1e-5 relative (decisions.md 3). */
const absolute: Readonly<Record<ColumnKind, number>> = {
  gev: 1e-3,
  rapidity: 1e-6,
  imbalance: 1e-6,
  plain: 1e-6,
};

export function assertClose(
  found: number,
  expected: number,
  kind: ColumnKind,
  where: string,
  scale = 1,
): void {
  const allowed = Math.max(1e-5 * Math.abs(expected), absolute[kind] * (kind === 'gev' ? scale : 1));
  assert.ok(Math.abs(found - expected) <= allowed, `${where}: found ${found}, golden ${expected}`);
}
