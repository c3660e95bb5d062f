import { RmmError } from '../base/error.js';
import { latentLayer, type Network } from './network.js';

/**
 * What a network is trained to make small. With d = x' - x, n trained columns, feature weights f (1 by default) and
 * sample weights w, the loss of event i is
 *
 *     r_i = 1/n sum_c f_c l(x'_ic, x_ic)
 *     autoencoder: r_i;  variational: n r_i + beta KL_i, KL_i = -1/2 sum_k (1 + log s^2_ik - mu_ik^2 - s^2_ik)
 *     both: + the activity penalties of the layers, l1 abs(h) + l2 h^2 summed over a layer's outputs h
 *
 * and that of a batch 1/B sum_i w_i loss_i + the kernel penalties. Everything of an event is within w_i, so that a
 * padded row of weight 0 counts nowhere. Keras divides activity penalties by B too (3.x), but takes them without
 * sample weights: with weights of 1 both are equal.
 *
 * l is d^2 (mse), abs(d) (mae), Huber's (d^2 / 2 up to delta, delta (abs(d) - delta / 2) beyond) or the binary
 * cross-entropy of an output x' = sigmoid(z), ln(1 + e^z) - z x, which Keras computes from z as well: in [1e-7, 1 - 1e-7]
 * it is -x ln x' - (1 - x) ln(1 - x'), its gradient at z is d everywhere. Penalised outputs are those after the
 * activation and before dropout.
 */
export interface LossDescription {
  readonly type: 'mse' | 'mae' | 'huber' | 'bce';
  /** Of huber. */
  readonly delta: number;
  /** Weight of the Kullback-Leibler term of a variational network. */
  readonly beta: number;
  /** One a trained column, not negative; 1 for all where absent. */
  readonly featureWeights?: Float32Array;
}

/**
 * How gradients g are limited before Adam sees them, as Keras' clipvalue, clipnorm and global_clipnorm: to +-limit, or
 * times limit / max(norm, limit). The kernel of a gaussian layer, mean and log variance, is one tensor.
 */
export interface ClipDescription {
  readonly type: 'none' | 'value' | 'norm' | 'global_norm';
  /** Largest absolute value, norm of each tensor, or norm of all; not read for none. */
  readonly limit: number;
}

export const meanSquaredLoss: LossDescription = { type: 'mse', delta: 1, beta: 1 };
export const noClipping: ClipDescription = { type: 'none', limit: 1 };
/** Mean squared error, gradients as they are. */
export const plainTraining = { loss: meanSquaredLoss, clip: noClipping } as const;

/** What the sum over columns of f l is multiplied with: 1/n, or 1 for a variational network. */
export function reconstructionFactor(network: Network): number {
  return latentLayer(network) < 0 ? 1 / network.columns : 1;
}

/** @throws RmmError `network_invalid` where a loss does not fit the network */
export function checkLoss(network: Network, loss: LossDescription, clip: ClipDescription = noClipping): void {
  const refuse = (what: string): never => {
    throw new RmmError('network_invalid', `loss ${loss.type}: ${what}`, { context: { loss: loss.type } });
  };
  if (!(loss.delta > 0 && Number.isFinite(loss.delta)))
    refuse(`delta is ${loss.delta}; expected a positive number`);
  if (!(loss.beta >= 0 && Number.isFinite(loss.beta))) refuse(`beta is ${loss.beta}; expected 0 or more`);
  if (clip.type !== 'none' && !(clip.limit > 0))
    refuse(`the limit of clipping is ${clip.limit}; expected more than 0`);
  const output = network.layers.at(-1)!.activation.type;
  if (loss.type === 'bce' && output !== 'sigmoid')
    refuse(`the last layer has the activation ${output}; expected sigmoid, or another loss`);
  const { featureWeights } = loss;
  if (featureWeights === undefined) return;
  if (featureWeights.length !== network.columns)
    refuse(`${featureWeights.length} feature weights for ${network.columns} trained columns`);
  if (!featureWeights.every((weight) => weight >= 0 && Number.isFinite(weight)))
    refuse('a feature weight is negative or not finite');
  if (!featureWeights.some((weight) => weight > 0))
    refuse('every feature weight is 0; nothing would be learned');
}
