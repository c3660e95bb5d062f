import test from 'node:test';
import { type ClipDescription, checkLoss, type LossDescription } from '../../../lib/learning/loss.js';
import { buildNetwork } from '../../../lib/learning/network.js';
import { stackedNetwork } from '../../../lib/learning/network-presets.js';
import { expectError } from './expect-error.js';
import { leaky, tanh } from './fixtures.js';

const network = buildNetwork(stackedNetwork([{ units: 3, activation: tanh }], { activation: leaky }), 4);
const mse: LossDescription = { type: 'mse', delta: 1, beta: 1 };

test('a loss or a limit that does not fit the network is refused with what was expected', () => {
  const refuse = (loss: Partial<LossDescription>, message: RegExp, clip?: ClipDescription) =>
    expectError(() => checkLoss(network, { ...mse, ...loss }, clip), 'network_invalid', message);
  refuse({ type: 'huber', delta: 0 }, /loss huber: delta is 0; expected a positive/);
  refuse({ delta: Number.POSITIVE_INFINITY }, /delta is Infinity/);
  refuse({ beta: -1 }, /beta is -1/);
  refuse({ beta: Number.NaN }, /beta is NaN/);
  refuse({ type: 'bce' }, /loss bce: the last layer has the activation leakyrelu; expected sigmoid/);
  refuse({ featureWeights: Float32Array.of(1, 1, 1) }, /3 feature weights for 4 trained columns/);
  refuse({ featureWeights: Float32Array.of(1, 1, 1, -1) }, /negative or not finite/);
  refuse({ featureWeights: Float32Array.of(1, 1, 1, Number.NaN) }, /negative or not finite/);
  refuse({ featureWeights: new Float32Array(4) }, /every feature weight is 0/);
  refuse({}, /limit of clipping is 0/, { type: 'norm', limit: 0 });
  checkLoss(network, { ...mse, featureWeights: Float32Array.of(0, 0, 0, 2) }, { type: 'none', limit: 0 });
});
