import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { Hash64 } from '../../../lib/base/hash64.js';
import { drawMoves, newMoves, signJagged, turnEach, turnJagged } from '../../../services/amplify/moves.js';

const hash = new Hash64();

test('a turn keeps angles between objects and with MET up to a common sign, and the range', () => {
  const azimuth = fc.double({ min: -Math.PI, max: Math.PI, noNaN: true, maxExcluded: true });
  const event = fc.tuple(azimuth, fc.array(azimuth, { maxLength: 6 }));
  fc.assert(
    fc.property(fc.array(event, { minLength: 1, maxLength: 20 }), fc.integer(), (events, seed) => {
      const count = events.length;
      const met = Float64Array.from(events, ([phi]) => phi);
      const offsets = new Int32Array(count + 1);
      events.forEach(([, phis], index) => {
        offsets[index + 1] = offsets[index]! + phis.length;
      });
      const phis = Float64Array.from(events.flatMap(([, list]) => list));
      const moves = newMoves(count);
      drawMoves(moves, hash, seed, 0, 1, 5, count);
      turnEach(met, moves, count);
      turnJagged(phis, offsets, moves, count);
      events.forEach(([oldMet, list], index) => {
        list.forEach((old, item) => {
          const turned = phis[offsets[index]! + item]!;
          assert.ok(turned >= -Math.PI && turned < Math.PI + 1e-15);
          const before = Math.sin(old - oldMet) * moves.phiSign[index]!;
          assert.ok(Math.abs(Math.sin(turned - met[index]!) - before) < 1e-14);
          assert.ok(Math.abs(Math.cos(turned - met[index]!) - Math.cos(old - oldMet)) < 1e-14);
        });
      });
    }),
  );
});

test('signs reach every object of their event and no other', () => {
  const values = Float32Array.of(1, 2, 3, 4);
  signJagged(values, Int32Array.of(0, 1, 1, 4), Float64Array.of(-1, 1, -1), 3);
  assert.deepEqual([...values], [-1, -2, -3, -4]);
  signJagged(values, Int32Array.of(0, 1, 1, 4), Float64Array.of(-1, -1, 1), 3);
  assert.deepEqual([...values], [1, -2, -3, -4]);
});

test('moves depend on seed, file, copy and entry alone, and are even', () => {
  const count = 40_000;
  const all = newMoves(count);
  drawMoves(all, hash, 7, 2, 3, 0, count);
  const part = newMoves(10);
  drawMoves(part, hash, 7, 2, 3, 1000, 10);
  assert.deepEqual(part.angle, all.angle.slice(1000, 1010));
  assert.deepEqual(part.etaSign, all.etaSign.slice(1000, 1010));
  for (const [seed, file, copy] of [
    [8, 2, 3],
    [7, 1, 3],
    [7, 2, 4],
  ] as const) {
    drawMoves(part, hash, seed, file, copy, 1000, 10);
    assert.notDeepEqual(part.angle, all.angle.slice(1000, 1010));
  }
  // Means of even draws: within five standard errors of zero.
  const mean = (values: Float64Array) => values.reduce((sum, value) => sum + value, 0) / count;
  const error = 1 / Math.sqrt(count);
  assert.ok(Math.abs(mean(all.etaSign)) < 5 * error);
  assert.ok(Math.abs(mean(all.phiSign)) < 5 * error);
  assert.ok(Math.abs(mean(all.angle)) < (5 * error * Math.PI) / Math.sqrt(3));
  assert.ok(Math.abs(mean(all.angle.map((angle, index) => angle * all.etaSign[index]!))) < 10 * error);
  assert.ok(Math.abs(mean(all.phiSign.map((sign, index) => sign * all.etaSign[index]!))) < 5 * error);
  assert.ok(all.angle.every((angle) => angle >= -Math.PI && angle < Math.PI));
  assert.ok(
    all.etaSign.every((sign) => Math.abs(sign) === 1) && all.phiSign.every((sign) => Math.abs(sign) === 1),
  );
});
