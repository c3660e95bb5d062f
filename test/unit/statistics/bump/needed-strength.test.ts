import assert from 'node:assert/strict';
import test from 'node:test';
import { familyOf } from '../../../../lib/statistics/bump/families.js';
import { Hunt } from '../../../../lib/statistics/bump/hunt.js';
import { strengthOverFitted, strengthOverKnown } from '../../../../lib/statistics/bump/needed-strength.js';
import { binsInside } from '../../../../lib/statistics/bump/spectrum.js';
import { isDefined } from '../../../../lib/statistics/measured.js';
import { normalDeviate } from '../../../../lib/statistics/normal-tail.js';
import { fallingSpectrum, peak } from '../../../support/mass-spectra.js';

const { edges, means } = fallingSpectrum(60, 20_000);
const bins = binsInside({ edges, counts: means }, 110, 13_000);
assert.ok(isDefined(bins));
const scan = { minWidth: 2, maxWidth: 8, sidebands: false };
const hunt = new Hunt(bins, familyOf('dijet'), { scan, leaveBelow: 1e-4, scale: 13_000 });
const seen = { z: 3, events: 3 };
const known = (template: Float64Array, wanted = seen) => {
  const need = strengthOverKnown(hunt, means, template, wanted);
  assert.ok(isDefined(need), JSON.stringify(need));
  return need;
};

test('at the strength the window has the significance, and a little below it has not', () => {
  const template = peak(edges, 500, 30);
  const { strength, window } = known(template);
  assert.ok(Math.abs(normalDeviate(window.logP) - 3) < 1e-6);
  assert.ok(edges[window.from]! < 500 && edges[window.end]! > 500);
  const ones = new Float64Array(60).fill(1);
  const below = means.map((mean, i) => mean + strength * 0.999 * template[i]!);
  assert.ok(normalDeviate(hunt.scan.best(below, means, ones).logP) < 3);
});

test('the strength is in units of the template, and grows with what is wanted', () => {
  const template = peak(edges, 500, 30);
  const one = known(template);
  const twice = known(template.map((count) => count * 2));
  assert.ok(Math.abs(one.strength / twice.strength - 2) < 1e-6);
  assert.ok(Math.abs(one.events - twice.events) < 1e-5);
  assert.ok(known(template, { z: 5, events: 3 }).strength > 1.3 * one.strength);
});

test('a fitted background takes a part of the signal: more of it is needed', () => {
  for (const mass of [300, 900, 2500]) {
    const template = peak(edges, mass, mass / 12);
    const fitted = strengthOverFitted(hunt, means, template, seen);
    assert.ok(isDefined(fitted));
    const share = fitted.strength / known(template).strength;
    assert.ok(share > 1 && share < 3, `${mass} GeV: ${share}`);
  }
});

test('beyond the background a few events are needed all the same', () => {
  const template = peak(edges, 5500, 100);
  const { window } = known(template);
  assert.ok(Math.abs(window.counted - 3) < 0.01, `${window.counted}`);
  assert.ok(known(template, { z: 3, events: 0 }).window.counted < 1.5);
});

test('a signal that cannot be seen has no strength', () => {
  const none = strengthOverKnown(hunt, means, new Float64Array(60), seen);
  assert.ok('notDefined' in none && /0 events in the range/.test(none.notDefined));
  // In proportion to the background, a fit takes it all.
  const alike = strengthOverFitted(hunt, means, means, seen);
  assert.ok('notDefined' in alike && /no strength up to/.test(alike.notDefined), JSON.stringify(alike));
});
