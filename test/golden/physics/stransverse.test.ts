import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import { stransverseMass } from '../../../lib/physics/report/index.js';
import { goldenPath } from './fixture.js';

/** What stransverse.py writes. `event`: p1, p2, met; `mt2` from the definition; `bisection` of the package mt2. */
interface Row {
  readonly name: string;
  readonly event: readonly [number, number, number, number, number, number];
  readonly mt2: number;
  readonly bisection: number;
}

const rows = JSON.parse(readFileSync(goldenPath('stransverse.json'), 'utf8')) as readonly Row[];

test('m_T2 has the digits of the minimum of its definition, solved with 60 digits', () => {
  assert.ok(rows.length > 100);
  assert.ok(rows.filter((row) => row.mt2 > 0).length > 80);
  for (const { name, event, mt2 } of rows) {
    const found = stransverseMass(...event);
    if (mt2 === 0) assert.equal(found, 0, name);
    else assert.ok(Math.abs(found - mt2) <= tolerance(event) * mt2, `${name}: ${found} against ${mt2}`);
  }
});

test('m_T2 agrees with the package mt2', () => {
  for (const { name, event, bisection } of rows) {
    const found = stransverseMass(...event);
    // In the cone the bisection stops at up to a few MeV, or a share of the momenta where these are large.
    const floor = Math.max(5e-3, 1e-6 * Math.max(...event.map(Math.abs)));
    const allowed = found === 0 ? floor : 1e-5 * found + 1e-3;
    assert.ok(Math.abs(found - bisection) <= allowed, `${name}: ${found} against ${bisection}`);
  }
});

/** Ten rounding errors of the components over the smallest angle that m_T2 can vanish with. */
function tolerance([ax, ay, bx, by, mx, my]: Row['event']): number {
  const sine = (px: number, py: number, qx: number, qy: number): number =>
    Math.abs(px * qy - py * qx) / (Math.hypot(px, py) * Math.hypot(qx, qy));
  const smallest = Math.min(sine(ax, ay, bx, by), sine(ax, ay, mx, my), sine(bx, by, mx, my));
  return Math.max(2e-15, 1e-15 / smallest);
}
