import assert from 'node:assert/strict';
import test from 'node:test';
import { lossCurve, placeOf } from '../../../services/live/page/loss-curve.js';
import type { EpochView, TrainingSection } from '../../../services/live/shared/snapshot.js';

/** An epoch of a loss that says which one it is. */
function epochOf(number: number, network: number | undefined, more: Partial<EpochView> = {}): EpochView {
  const loss = number / 10;
  return { number, network, pass: 0, megaset: 0, epoch: 0, loss, validationLoss: undefined, ...more };
}

test('networks of an ensemble are lines of their own: each starts from nothing', () => {
  const epochs = [epochOf(1, 0), epochOf(2, 0, { validationLoss: 0.3 }), epochOf(3, 1), epochOf(4, 1)];
  assert.deepEqual(lossCurve(epochs), {
    x: [1, 2, 2.5, 3, 4],
    loss: [0.1, 0.2, null, 0.3, 0.4],
    validation: [null, 0.3, null, null, null],
    shown: [epochs[0], epochs[1], null, epochs[2], epochs[3]],
    kind: 'line',
  });
});

test('a single network has one line, over all passes and also where the engine does not tell', () => {
  const passes = [epochOf(1, 0), epochOf(2, 0, { pass: 1 })];
  assert.deepEqual(lossCurve(passes).loss, [0.1, 0.2]);
  assert.deepEqual(lossCurve([epochOf(1, undefined), epochOf(5, undefined)]).x, [1, 5]);
});

test('single epochs of networks are points: no line would go through them', () => {
  assert.equal(lossCurve([epochOf(1, 0), epochOf(2, 1), epochOf(3, 2)]).kind, 'points');
});

test('where training is, is said as far as there is more than one of it', () => {
  const words = (epoch: EpochView, section: Partial<TrainingSection>) =>
    placeOf(epoch, {
      ...{ networks: 1, passes: 1, megasets: 4, epochs: [], model: undefined, scaler: undefined },
      ...section,
    });
  assert.equal(words(epochOf(9, 0, { megaset: 1, epoch: 2 }), {}), 'Megaset 2 of 4, epoch 3');
  assert.equal(words(epochOf(9, 1), { networks: 5 }), 'Network 2 of 5, megaset 1 of 4, epoch 1');
  assert.equal(words(epochOf(9, 0, { pass: 1 }), { passes: 2 }), 'Pass 2 of 2, megaset 1 of 4, epoch 1');
  assert.equal(words(epochOf(9, 0, { megaset: 7, epoch: 2 }), { megasets: 0 }), 'Epoch 3');
  const untold = { megaset: undefined, epoch: undefined };
  assert.equal(words(epochOf(9, undefined, untold), { megasets: 0 }), 'Epoch 9');
});
