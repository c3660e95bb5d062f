import assert from 'node:assert/strict';
import test from 'node:test';
import { halfAngle } from '../../../../lib/physics/rmm/half-angle.js';

test('half angles agree with Math.cos and Math.sin to 4e-16, within a turn and beyond', () => {
  const out = new Float64Array(4);
  for (let k = -4000; k <= 4000; k++) {
    const angle = (k / 4000) * 8;
    halfAngle(angle, 3, out, 1);
    assert.ok(Math.abs(out[1]! / 3 - Math.cos(0.5 * angle)) < 4e-16, `cos ${angle}`);
    assert.ok(Math.abs(out[2]! / 3 - Math.sin(0.5 * angle)) < 4e-16, `sin ${angle}`);
  }
  assert.deepEqual([out[0], out[3]], [0, 0]);
});
