import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { stransverseMass } from '../../../../lib/physics/report/index.js';

/**
 * Another method: the invisible momenta q and met - q whose larger transverse mass is smallest, by nested
 * golden-section search on the convex function itself.
 */
function direct(ax: number, ay: number, bx: number, by: number, mx: number, my: number): number {
  const a = Math.hypot(ax, ay);
  const b = Math.hypot(bx, by);
  const worst = (x: number, y: number): number =>
    Math.max(
      2 * (a * Math.hypot(x, y) - ax * x - ay * y),
      2 * (b * Math.hypot(mx - x, my - y) - bx * (mx - x) - by * (my - y)),
    );
  const reach = 20 * (Math.hypot(mx, my) + a + b);
  return minimum(-reach, reach, (x) => minimum(-reach, reach, (y) => worst(x, y)));
}

function minimum(from: number, to: number, f: (x: number) => number): number {
  const ratio = (Math.sqrt(5) - 1) / 2;
  let low = from;
  let high = to;
  let left = high - ratio * (high - low);
  let right = low + ratio * (high - low);
  let atLeft = f(left);
  let atRight = f(right);
  for (let k = 0; k < 60; k++) {
    if (atLeft < atRight) {
      high = right;
      right = left;
      atRight = atLeft;
      left = high - ratio * (high - low);
      atLeft = f(left);
    } else {
      low = left;
      left = right;
      atLeft = atRight;
      right = low + ratio * (high - low);
      atRight = f(right);
    }
  }
  return Math.min(atLeft, atRight);
}

const component = fc.double({ min: -300, max: 300, noNaN: true });

test('m_T2 agrees with a direct minimisation of its definition', () => {
  fc.assert(
    fc.property(fc.tuple(component, component, component, component, component, component), (p) => {
      // Leptons of a few GeV at least, and not back to back to the last degree: there the direct search has no floor.
      fc.pre(Math.hypot(p[0], p[1]) > 5 && Math.hypot(p[2], p[3]) > 5);
      const angle = Math.atan2(p[0] * p[3] - p[1] * p[2], p[0] * p[2] + p[1] * p[3]);
      fc.pre(Math.abs(angle) < 3.1);
      const found = stransverseMass(...p) ** 2;
      const expected = direct(...p);
      assert.ok(Math.abs(found - expected) <= 1e-4 * expected + 0.05, `${p}: ${found} against ${expected}`);
    }),
    { numRuns: process.env.RMMSTREAM_TEST_LONG === '1' ? 5000 : 100 },
  );
});

test('m_T2 is exactly 0 inside the cone of the leptons and positive outside', () => {
  const positive = fc.double({ min: 1e-3, max: 5, noNaN: true });
  fc.assert(
    fc.property(component, component, component, component, positive, positive, (ax, ay, bx, by, s, t) => {
      fc.pre(Math.abs(ax * by - ay * bx) > 1 && Math.hypot(ax, ay) > 1 && Math.hypot(bx, by) > 1);
      assert.equal(stransverseMass(ax, ay, bx, by, s * ax + t * bx, s * ay + t * by), 0);
      assert.ok(stransverseMass(ax, ay, bx, by, -s * ax - t * bx, -s * ay - t * by) > 0);
    }),
  );
  assert.equal(stransverseMass(50, 0, 0, 30, 0, 0), 0);
});

test('m_T2 is symmetric, scales with the momenta and does not depend on the frame', () => {
  const angle = fc.double({ min: -7, max: 7, noNaN: true });
  fc.assert(
    fc.property(
      component,
      component,
      component,
      component,
      component,
      component,
      angle,
      (ax, ay, bx, by, mx, my, turn) => {
        fc.pre(Math.hypot(ax, ay) > 1 && Math.hypot(bx, by) > 1);
        const found = stransverseMass(ax, ay, bx, by, mx, my);
        const near = (other: number): void =>
          assert.ok(Math.abs(other - found) <= 1e-6 * found + 1e-3, `${other} ${found}`);
        near(stransverseMass(bx, by, ax, ay, mx, my));
        near(stransverseMass(3 * ax, 3 * ay, 3 * bx, 3 * by, 3 * mx, 3 * my) / 3);
        near(stransverseMass(ax, -ay, bx, -by, mx, -my));
        const c = Math.cos(turn);
        const s = Math.sin(turn);
        near(
          stransverseMass(
            c * ax - s * ay,
            s * ax + c * ay,
            c * bx - s * by,
            s * bx + c * by,
            c * mx - s * my,
            s * mx + c * my,
          ),
        );
        assert.ok(Number.isFinite(found) && found >= 0);
      },
    ),
  );
});

test('collinear and back-to-back leptons', () => {
  // Parallel leptons with met against them: both see half of it, m_T^2 = 4 p q at q = |met| p2 / (p1 + p2).
  const expected = 2 * Math.sqrt((50 * 30 * 40) / 80);
  assert.ok(Math.abs(stransverseMass(50, 0, 30, 0, -40, 0) - expected) < 1e-9);
  assert.equal(stransverseMass(50, 0, 30, 0, 40, 0), 0);
  assert.ok(stransverseMass(50, 0, -30, 0, 0, 40) >= 0);
  assert.equal(stransverseMass(50, 0, -30, 0, 40, 0), 0);
});
