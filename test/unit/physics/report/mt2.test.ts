import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { stransverseMass } from '../../../../lib/physics/report/index.js';
import { byBisection, byDirectSearch } from './mt2-other-ways.js';

const long = process.env.RMMSTREAM_TEST_LONG === '1';

/** A transverse momentum by size (over decades) and direction. */
const momentum = (from: number, to: number) =>
  fc
    .tuple(
      fc.double({ min: Math.log(from), max: Math.log(to), noNaN: true }),
      fc.integer({ min: -(2 ** 31), max: 2 ** 31 }),
    )
    .map(([size, angle]): [number, number] => vector(Math.exp(size), (angle / 2 ** 31) * Math.PI));

function vector(size: number, angle: number): [number, number] {
  return [size * Math.cos(angle), size * Math.sin(angle)];
}

/** Two leptons that are neither parallel nor opposite to `slack`, and sizes of a and b: met = x a + y b. */
const pairAndCoordinates = (slack: number) => {
  const size = fc.double({ min: 1, max: 500, noNaN: true });
  const positive = fc.double({ min: 1e-3, max: 5, noNaN: true });
  return fc
    .record({
      a: size,
      b: size,
      angle: fc.double({ min: -Math.PI, max: Math.PI, noNaN: true }),
      opening: fc.double({ min: slack, max: Math.PI - slack, noNaN: true }),
      mirrored: fc.boolean(),
      x: positive,
      y: positive,
    })
    .map(({ a, b, angle, opening, mirrored, x, y }) => {
      const [ax, ay] = vector(a, angle);
      const [bx, by] = vector(b, angle + (mirrored ? -opening : opening));
      return { ax, ay, bx, by, x, y };
    });
};

function close(found: number, expected: number, relative: number, where: string, absolute = 0): void {
  const difference = Math.abs(found - expected);
  assert.ok(difference <= relative * expected + absolute, `${where}: ${found} against ${expected}`);
}

test('m_T2 agrees with a direct search over the split of met', () => {
  const usual = momentum(5, 500);
  fc.assert(
    fc.property(usual, usual, usual, (a, b, met) => {
      const event = [...a, ...b, ...met] as const;
      const found = stransverseMass(...event) ** 2;
      const searched = byDirectSearch(...event);
      // What a search finds is an upper bound; nearly opposite leptons make its floor flat and far away.
      assert.ok(found <= searched * (1 + 1e-9) + 1e-6, `${event}: ${found} above ${searched}`);
      const cosine = (a[0] * b[0] + a[1] * b[1]) / (Math.hypot(...a) * Math.hypot(...b));
      if (cosine > -0.999) close(found, searched, 1e-4, `${event}`, 0.05);
    }),
    { numRuns: long ? 5000 : 100 },
  );
});

test('m_T2 agrees with a bisection that asks whether the conics of a trial mass are disjoint', () => {
  const usual = momentum(5, 500);
  fc.assert(
    fc.property(usual, usual, usual, (a, b, met) => {
      const event = [...a, ...b, ...met] as const;
      const sine = (a[0] * b[1] - a[1] * b[0]) / (Math.hypot(...a) * Math.hypot(...b));
      // Roots of a cubic from its coefficients have no digits where both parabolas have nearly one axis, and few
      // where the mass is small beside the momenta.
      const largest = Math.max(Math.hypot(...a), Math.hypot(...b), Math.hypot(...met));
      const [found, expected] = [stransverseMass(...event) ** 2, byBisection(...event) ** 2];
      if (Math.abs(sine) > 0.05) close(found, expected, 1e-6, `${event}`, 1e-6 * largest * largest);
    }),
    { numRuns: long ? 20_000 : 500 },
  );
});

test('m_T2 is exactly 0 in the cone of the leptons and positive outside', () => {
  fc.assert(
    fc.property(pairAndCoordinates(1e-3), ({ ax, ay, bx, by, x, y }) => {
      const at = (s: number, t: number) => stransverseMass(ax, ay, bx, by, s * ax + t * bx, s * ay + t * by);
      assert.equal(at(x, y), 0);
      assert.ok(at(-x, -y) > 0);
      assert.ok(at(x, -y) > 0);
      assert.ok(at(-x, y) > 0);
      // On its edge: powers of two keep met exactly parallel.
      assert.equal(at(2, 0), 0);
      assert.equal(at(0, 0.5), 0);
      assert.equal(at(0, 0), 0);
    }),
    { numRuns: long ? 100_000 : 2000 },
  );
});

test('m_T2 is symmetric, scales with the momenta and does not depend on the frame', () => {
  const angle = fc.double({ min: -7, max: 7, noNaN: true });
  const any = momentum(1e-3, 1e5);
  fc.assert(
    fc.property(any, any, any, angle, ([ax, ay], [bx, by], [mx, my], turn) => {
      const found = stransverseMass(ax, ay, bx, by, mx, my);
      assert.ok(Number.isFinite(found) && found >= 0);
      const where = `${[ax, ay, bx, by, mx, my]}`;
      close(stransverseMass(bx, by, ax, ay, mx, my), found, 1e-12, where);
      close(stransverseMass(ax, -ay, bx, -by, mx, -my), found, 1e-12, where);
      // Powers of two change no digit.
      for (const unit of [2 ** 40, 2 ** -60, 2 ** 200, 2 ** -200]) {
        const scaled = stransverseMass(unit * ax, unit * ay, unit * bx, unit * by, unit * mx, unit * my);
        close(scaled / unit, found, 1e-14, where);
      }
      // A turn rounds the components: at the edge of the cone that is a root of it in the mass.
      const c = Math.cos(turn);
      const s = Math.sin(turn);
      const turned = (x: number, y: number) => [c * x - s * y, s * x + c * y] as const;
      const size = Math.sqrt(Math.hypot(ax, ay)) * Math.sqrt(Math.hypot(mx, my));
      const rotated = stransverseMass(...turned(ax, ay), ...turned(bx, by), ...turned(mx, my));
      close(rotated ** 2, found ** 2, 1e-12, where, 1e-12 * size * size);
    }),
    { numRuns: long ? 100_000 : 2000 },
  );
});

test('m_T2 of momenta that are parallel or opposite but for rounding is that of exact ones', () => {
  // Places on a small grid meet in every degenerate way; times 0.1 or 1 / 3 they do so with rounding errors.
  const place = fc.tuple(fc.integer({ min: -3, max: 3 }), fc.integer({ min: -3, max: 3 }));
  const factor = fc.constantFrom(0.1, 1 / 3, 0.7, 1e5 / 3);
  fc.assert(
    fc.property(place, place, place, factor, factor, factor, ([ax, ay], [bx, by], [mx, my], f, g, h) => {
      const found = stransverseMass(f * ax, f * ay, g * bx, g * by, h * mx, h * my);
      // Whole numbers have exact products, so their m_T2 is 0 where it is; sizes do not move the cone.
      const exact = stransverseMass(ax, ay, bx, by, mx, my);
      assert.ok(Number.isFinite(found) && found >= 0);
      const size = Math.sqrt(Math.max(f, g)) * Math.sqrt(h);
      if (exact === 0) assert.ok(found <= 1e-6 * size, `${[ax, ay, bx, by, mx, my]}: ${found}`);
      else assert.ok(found > 0.01 * Math.sqrt(Math.min(f, g)) * Math.sqrt(h), `${found}`);
      if (f === g && g === h) close(found, f * exact, 1e-12, `${[ax, ay, bx, by, mx, my]}`, 1e-6 * size);
    }),
    { numRuns: long ? 200_000 : 5000 },
  );
});

test('m_T2 of parallel, opposite and vanishing momenta', () => {
  // Parallel leptons with met against them: both see half of it, m_T^2 = 4 p q at q = met p2 / (p1 + p2).
  close(stransverseMass(50, 0, 30, 0, -40, 0), 2 * Math.sqrt((50 * 30 * 40) / 80), 1e-15, 'parallel');
  close(stransverseMass(30, 40, 3, 4, -6, -8), 2 * Math.sqrt((50 * 5 * 10) / 55), 1e-15, 'parallel');
  assert.equal(stransverseMass(50, 0, 30, 0, 40, 0), 0);
  // Parallel leptons share met by p2 : p1, whatever its direction: M^2 = 2 p1 p2 / (p1 + p2) (met - its part along).
  const across = Math.sqrt(((2 * 50 * 30) / 80) * (50 - 30));
  close(stransverseMass(50, 0, 30, 0, 30, 40), across, 1e-14, 'parallel, met across');
  close(stransverseMass(50, 0, 30, 3e-9, 30, 40), across, 1e-8, 'nearly parallel');
  // Opposite leptons: invisible momenta that run away along them make both masses as small as one likes.
  assert.equal(stransverseMass(50, 0, -30, 0, 0, 40), 0);
  assert.equal(stransverseMass(50, 0, -30, 0, 40, 0), 0);
  assert.ok(stransverseMass(50, 0, -30, 1e-9, 0, -40) < 0.01);
  assert.equal(stransverseMass(50, 0, 0, 30, 0, 0), 0);
  assert.equal(stransverseMass(0, 0, 0, 30, -20, -20), 0);
  assert.equal(stransverseMass(50, 0, 0, 0, -20, -20), 0);
  assert.ok(Number.isNaN(stransverseMass(50, 0, 0, 30, Number.NaN, -20)));
});
